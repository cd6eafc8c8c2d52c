"""Results in subsets: the same AUCs on fewer patients, and none where there are too few."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from psp_core.cohorts.subgroups import SUBGROUPS
from psp_core.cohorts.subsets import SUBSETS
from psp_core.errors import TableError, UndefinedMetricError
from psp_core.evaluation.summary import results_summary
from psp_core.report.subset_results import COLUMNS, format_subset_results, subset_results
from psp_core.study.scored_sets import by_cuts
from tests.report.results import TITLES, make_predictions

PREDICTIONS = make_predictions()
PATIENTS = (
    PREDICTIONS.drop_duplicates(["dataset", "subject_id"])[["dataset", "subject_id", "timepoint"]]
    .assign(visit_number=math.nan, days_since_rt=math.nan, reference_standard="unknown")
    .reset_index(drop=True)
)


def results(patients: pd.DataFrame, *names: str, minimum: int = 3) -> pd.DataFrame:
    return subset_results(
        PREDICTIONS, patients, names=names, minimum_per_class=minimum, bootstrap_samples=50, seed=0
    )


def test_all_patients_have_the_results_of_the_main_table() -> None:
    table = results(PATIENTS, "all")
    whole = results_summary(PREDICTIONS, bootstrap_samples=50, seed=0)
    assert list(table) == list(COLUMNS)
    both = table.merge(whole, on=["model", "dataset", "split"], suffixes=("", "_whole"))
    assert len(both) == len(whole) == 4
    for name in ("auc", "lower", "upper", "bootstrap_lower"):
        pd.testing.assert_series_equal(both[name], both[f"{name}_whole"], check_names=False)
    assert (both["n"] == both["n_whole"]).all()


def test_a_subset_is_judged_on_its_own_patients_alone() -> None:
    patients = PATIENTS.assign(days_since_rt=[50.0 + 100 * (i % 3 == 0) for i in range(35)])
    table = results(patients, "within_12_weeks", "beyond_12_weeks")
    external = table[(table["dataset"] == "external") & (table["model"] == "proposed")]
    members = patients[(patients["days_since_rt"] <= 84) & (patients["dataset"] == "external")]
    part = PREDICTIONS[PREDICTIONS["subject_id"].isin(members["subject_id"])]
    whole = results_summary(part, bootstrap_samples=50, seed=0)
    expected = whole[(whole["dataset"] == "external") & (whole["model"] == "proposed")]
    assert external["auc"].iloc[0] == expected["auc"].iloc[0]
    assert external["n"].tolist() == [10, 5]
    assert external["note"].tolist() == ["", "not estimable (2 TP, 3 PsP)"]


def test_too_few_of_a_class_give_no_number_anywhere() -> None:
    patients = PATIENTS.assign(
        reference_standard=["histology" if i < 3 else "follow_up" for i in range(35)]
    )
    table = results(patients, "histology_only")
    notes = table.groupby("dataset")["note"].unique().map(list).to_dict()
    assert notes == {
        "burdenko": ["not estimable (2 TP, 1 PsP)"],
        "external": ["not estimable (0 TP, 0 PsP)"],
    }
    assert table[["auc", "lower", "upper", "fold_auc_mean", "bootstrap_lower"]].isna().all(None)
    text = format_subset_results(table, TITLES)
    assert set(text["internal AUC"]) | set(text["soft vote"]) == {"not estimable", "–"}
    assert set(text["folds, mean ± SD"]) == {"–"}
    assert text["model"].tolist() == ["–", "–"]
    assert text["note"].tolist() == [
        "not estimable (2 TP, 1 PsP)",
        "not estimable (0 TP, 0 PsP)",
    ]


def test_models_stay_named_where_another_of_their_set_has_an_estimate() -> None:
    table = results(PATIENTS, "all")
    lacking = (table["model"] == "clinical_network") & (table["dataset"] == "external")
    told = table.assign(
        auc=table["auc"].mask(lacking), note=table["note"].mask(lacking, "not estimable")
    )
    text = format_subset_results(told, TITLES)
    assert text["model"].tolist() == ["proposed", "clinical"] * 2
    assert text["note"].tolist() == ["", "", "", "not estimable"]


def test_a_subset_without_any_estimate_beside_one_with_keeps_its_numbers() -> None:
    patients = PATIENTS.assign(reference_standard="follow_up")
    table = results(patients, "all", "histology_only")
    assert table["auc"].notna().tolist() == [True] * 4 + [False] * 4
    assert table["n_folds"].dropna().tolist() == [2.0] * 4
    assert {table[name].dtype.kind for name in ("auc", "bootstrap_lower", "n_seeds")} == {"f"}


def test_the_sets_of_a_score_have_all_their_patients() -> None:
    places = {"external": "upenn_gbm"}
    predictions = PREDICTIONS.assign(dataset=PREDICTIONS["dataset"].replace(places))
    patients = PATIENTS.assign(dataset=PATIENTS["dataset"].replace(places))
    scored = patients[patients["dataset"] == "upenn_gbm"].reset_index(drop=True)
    scores = scored[["subject_id", "timepoint"]].assign(
        psp_tp_score=[1 + n % 6 for n in range(len(scored))]
    )
    cut = by_cuts(predictions, scores, [(2, 5), (3, 4)])
    table = subset_results(
        cut, patients, names=["all"], minimum_per_class=3, bootstrap_samples=50, seed=0
    )
    whole = results_summary(cut, bootstrap_samples=50, seed=0)
    both = table.merge(whole, on=["model", "dataset", "split"], suffixes=("", "_whole"))
    assert len(both) == len(whole) == 6
    for name in ("n", "n_true_progression", "auc"):
        assert (both[name] == both[f"{name}_whole"]).all()
    text = format_subset_results(table, TITLES)
    assert "UPENN-GBM, score 1 to 2 against 5 to 6" in set(text["patients"])


def test_folds_of_one_class_are_left_out_and_named() -> None:
    own = PREDICTIONS.query("split == 'validation' and model == 'proposed'")
    first = set(own.loc[(own["fold"] == 0) | own["y_true"], "subject_id"])
    patients = PATIENTS.assign(visit_number=PATIENTS["subject_id"].isin(first).astype(float))
    table = results(patients, "first_follow_up_only")
    row = table[(table["split"] == "validation") & (table["model"] == "proposed")].iloc[0]
    assert row["note"] == "folds left out, of one class only: 1"
    assert row["n_pseudoprogression"] == 5


def test_a_subset_that_no_fold_has_both_classes_of_is_not_estimable() -> None:
    own = PREDICTIONS.query("split == 'validation' and model == 'proposed'")
    apart = set(own.loc[(own["fold"] == 0) == own["y_true"], "subject_id"])
    patients = PATIENTS.assign(visit_number=PATIENTS["subject_id"].isin(apart).astype(float))
    table = results(patients, "first_follow_up_only")
    row = table[(table["split"] == "validation") & (table["model"] == "proposed")].iloc[0]
    assert row["note"].startswith("not estimable (5 TP, 5 PsP): none of 2 folds holds both")


def test_the_text_goes_subset_by_subset_with_the_training_cohort_first() -> None:
    patients = PATIENTS.assign(days_since_rt=20.0)
    text = format_subset_results(results(patients, "within_12_weeks", "all")[::-1], TITLES)
    assert text["subset"].tolist() == ["all patients"] * 4 + [SUBSETS["within_12_weeks"].title] * 4
    assert text["patients"].tolist()[:4] == ["burdenko, held-out folds"] * 2 + ["external"] * 2
    assert text["model"].tolist() == ["proposed", "clinical"] * 4
    assert set(text["true / pseudoprogression"]) == {"10 / 10", "8 / 7"}
    assert "note" not in text
    assert (text["soft vote"] == "–").tolist() == [True, True, False, False] * 2


def test_what_cannot_be_asked_for_raises() -> None:
    with pytest.raises(UndefinedMetricError, match="minimum_per_class is 0; an AUC needs"):
        results(PATIENTS, "all", minimum=0)
    with pytest.raises(TableError, match="'completeness' is missing"):
        results(PATIENTS, "complete_dose_only")
    assert results(PATIENTS).empty


def test_subgroups_are_judged_as_subsets_are() -> None:
    patients = PATIENTS.assign(
        idh_status="wildtype", age_years=50.0, field_call="unknown",
        mgmt_status=["unknown" if i % 3 else "methylated" for i in range(35)],
    )  # fmt: skip
    table = subset_results(
        PREDICTIONS, patients, subsets=SUBGROUPS,
        minimum_per_class=3, bootstrap_samples=50, seed=0,
    )  # fmt: skip
    assert table["subset"].unique().tolist() == list(SUBGROUPS)
    counts = table.query("model == 'proposed' and split == 'test'").set_index("subset")["n"]
    assert counts[["mgmt_methylated", "mgmt_unknown", "mgmt_unmethylated"]].tolist() == [5, 10, 0]
    assert counts[["younger", "older", "in_field"]].tolist() == [15, 0, 0]
    text = format_subset_results(table, TITLES)
    assert "MGMT unknown" in set(text["subset"])
    assert text["subset"].drop_duplicates().tolist() == [one.title for one in SUBGROUPS.values()]
