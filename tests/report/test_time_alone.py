"""Time alone: laws on drawn events, numbers of the real clinical table."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.cohorts.burdenko import read_clinical_table
from psp_core.cohorts.labels import first_event, follow_up_visits
from psp_core.evaluation.metrics import auc
from psp_core.report.time_alone import format_time_alone, time_alone_table


def events(n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    is_true = rng.random(n) < 0.5
    return pd.DataFrame(
        {
            "subject_id": [f"P-{number}" for number in range(n)],
            "label": np.where(is_true, "true_progression", "pseudoprogression"),
            "days_since_rt": np.round(rng.gamma(2, 30, n) + 40 * is_true),
            "visit_number": rng.integers(1, 4, n).astype(float),
        }
    )


def test_later_means_true_progression() -> None:
    drawn = events()
    row = time_alone_table(drawn, drawn, windows_days=()).iloc[0]
    y_true = drawn["label"] == "true_progression"
    assert row["auc"] == auc(y_true, drawn["days_since_rt"])
    assert row["auc"] > 0.5
    assert row["lower"] < row["auc"] < row["upper"]


def test_a_window_keeps_its_last_day_and_counts_both_classes() -> None:
    drawn = events()
    table = time_alone_table(drawn, drawn, windows_days=(60, 10_000)).set_index("events")
    kept = drawn[drawn["days_since_rt"] <= 60]
    assert (
        table.loc["event within 60 days", "n_true_progression"]
        == (kept["label"] == "true_progression").sum()
    )
    assert table.loc["event within 10000 days", "auc"] == table["auc"].iloc[0]


def test_follow_ups_share_out_all_events() -> None:
    table = time_alone_table(events(), events(), windows_days=())
    per_visit = table[table["events"].str.startswith("event at follow-up")]
    for name in ("n_true_progression", "n_pseudoprogression"):
        assert per_visit[name].sum() == table[name].iloc[0]


def test_too_few_of_a_class_is_not_estimable_and_says_so() -> None:
    table = time_alone_table(events(), events(), windows_days=(1,), minimum_per_class=3)
    row = table.iloc[-1]
    assert np.isnan(row["auc"])
    assert row["note"] == "not estimable: fewer than 3 of a class"
    assert format_time_alone(table)["AUC (DeLong)"].iloc[-1] == "not estimable"


def test_few_of_a_class_have_an_auc_without_interval() -> None:
    drawn = events()
    is_pseudo = (drawn["label"] == "pseudoprogression").to_numpy()
    few = drawn[~is_pseudo | (np.cumsum(is_pseudo) <= 4)]
    row = time_alone_table(few, few, windows_days=(), minimum_per_class=2).iloc[0]
    assert row["auc"] == auc(few["label"] == "true_progression", few["days_since_rt"])
    assert np.isnan([row["lower"], row["upper"], row["logit_lower"]]).all()
    assert row["note"] == "no interval: fewer than 5 of a class"


def test_near_the_edge_the_logit_interval_stays_inside_where_the_other_is_cut() -> None:
    drawn = events()
    is_true = drawn["label"] == "true_progression"
    apart = drawn.assign(days_since_rt=drawn["days_since_rt"] + 60.0 * is_true)
    table = time_alone_table(apart, apart, windows_days=())
    row = table.iloc[0]
    assert row["upper"] == 1
    assert row["logit_lower"] < row["auc"] < row["logit_upper"] < 1
    assert f"{row['logit_upper']:.3f}" in format_time_alone(table)["logit-DeLong"].iloc[0]


def test_follow_up_1_is_scored_for_every_patient_whenever_the_event_came() -> None:
    drawn = events()
    visits = pd.concat(
        [
            drawn.assign(visit_number=1.0, days_since_rt=np.arange(len(drawn)) % 7.0),
            drawn.assign(visit_number=2.0, days_since_rt=np.arange(len(drawn)) + 100.0),
        ]
    )
    row = time_alone_table(drawn, visits, windows_days=()).iloc[2]
    assert row["auc"] == auc(drawn["label"] == "true_progression", np.arange(len(drawn)) % 7)
    assert row["n_true_progression"] + row["n_pseudoprogression"] == len(drawn)
    without = time_alone_table(drawn, visits.iloc[1:], windows_days=()).iloc[2]
    assert without["n_true_progression"] + without["n_pseudoprogression"] == len(drawn) - 1


def test_separated_classes_have_an_auc_without_interval() -> None:
    drawn = events().assign(days_since_rt=lambda e: (e["label"] == "true_progression") * 100.0)
    row = time_alone_table(drawn, drawn, windows_days=()).iloc[0]
    assert row["auc"] == 1
    assert np.isnan(row["lower"])
    assert row["note"].startswith("no interval")


def test_unlabelled_and_undated_events_are_left_out() -> None:
    drawn = events()
    more = pd.concat([drawn, drawn.assign(label="unlabelled"), drawn.assign(days_since_rt=np.nan)])
    with_more = time_alone_table(more, drawn, windows_days=(60,))
    once = time_alone_table(drawn, drawn, windows_days=(60,))
    assert with_more.iloc[0].equals(once.iloc[0])
    assert with_more.iloc[-1].equals(once.iloc[-1])


def test_no_events_are_not_estimable() -> None:
    table = time_alone_table(events().iloc[:0], events(), windows_days=(60,))
    assert table["auc"].isna().all()


@pytest.mark.parametrize(
    ("score", "selection", "expected", "n_true", "n_pseudo"),
    [
        ("days_since_rt", "all", 0.892, 82, 33),
        ("visit_number", "all", 0.862, 82, 33),
        ("days_since_rt", "event at follow-up 1", 0.595, 20, 31),
        ("days_since_rt", "follow-up 1 of all, event or not", 0.530, 82, 33),
    ],
)
def test_time_alone_on_the_real_table(
    reference_dir: Path, score: str, selection: str, expected: float, n_true: int, n_pseudo: int
) -> None:
    folder = reference_dir / "burdenko_clinical"
    clinical = read_clinical_table(folder)
    table = time_alone_table(first_event(clinical), follow_up_visits(clinical), windows_days=())
    row = table[(table["score"] == score) & (table["events"] == selection)].iloc[0]
    assert row["auc"] == pytest.approx(expected, abs=5e-4)
    assert (row["n_true_progression"], row["n_pseudoprogression"]) == (n_true, n_pseudo)
