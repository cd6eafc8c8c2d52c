"""The clinical models on time: what a training fold sees, and what the intervals are of."""

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.internal import internal_auc
from psp_core.phantom.latents import CausalModel
from psp_core.study.catalogue import find_entries
from psp_core.study.cross_validation import Plan, fit_unit, units_of
from psp_core.study.folds import draw_folds, fold_numbers
from psp_core.study.latent_cohort import DATASET, draw_latent_cohort
from psp_core.study.timing_fits import (
    DAYS_ALONE,
    DIFFERENCES,
    MODELS,
    WITH_TIME,
    WITHOUT_TIME,
    fit_timing,
    held_out_scores,
    least_resamples,
    resample,
)

SETTINGS = {"n_folds": 3, "splits": 2, "minimum_per_class": 5, "seed": 1}
TIME_ONLY = CausalModel(label_depends_on_time_only=True, timing="burdenko")


def patients(n: int = 40, seed: int = 0) -> pd.DataFrame:
    return draw_latent_cohort(TIME_ONLY, (n,), seed=seed).parts[0]


def test_held_out_patients_change_no_fit() -> None:
    rows = patients()
    truth = is_true_progression(rows["label"])
    fold = fold_numbers(truth, n_folds=3, seed=0)
    out = fold == 0
    plain = held_out_scores(rows, truth, fold)
    wild = rows.copy()
    last = np.flatnonzero(out)[-1]  # one held-out patient becomes absurd in everything but its fold
    wild.loc[last, ["days_since_rt", "age_years"]] = [90_000.0, np.nan]
    wild.loc[last, ["sex", "mgmt_status", "idh_status"]] = ["unknown", "new", "mutant"]
    turned = truth.copy()
    turned[last] = ~turned[last]
    others = np.flatnonzero(out)[:-1]
    after = held_out_scores(wild, turned, fold)
    for name in MODELS:
        assert np.array_equal(plain[name][others], after[name][others])
        assert not np.array_equal(plain[name][~out], after[name][~out])  # whom it does train


def test_copies_of_a_patient_share_a_fold_and_classes_keep_their_size() -> None:
    truth = np.arange(30) < 18
    rows, fold = resample(truth, n_folds=3, rng=np.random.default_rng(0))
    assert len(set(rows.tolist())) < 30
    assert truth[rows].sum() == 18
    assert all(len(set(fold[rows == one].tolist())) == 1 for one in rows)
    assert all(
        0 < truth[rows[fold == number]].sum() < (fold == number).sum() for number in range(3)
    )


def test_too_few_distinct_patients_for_the_folds_raise() -> None:
    with pytest.raises(UndefinedMetricError, match="take fewer folds"):
        resample(np.arange(20) < 18, n_folds=3, rng=np.random.default_rng(0))


def test_the_auc_is_that_of_the_study_s_own_folds_and_calibration() -> None:
    rows = patients(60).assign(has_image=False)
    folds = draw_folds(rows, n_folds=3, seeds=1, entropy=5)
    plan = Plan(rows, DATASET, folds, {"light": 2}, 5)
    fold, calibrated = np.empty(60, dtype=np.int64), np.empty(60)
    for unit in units_of(find_entries(("days_only",)), plan):
        arrays = fit_unit(unit, plan).arrays
        fold[arrays["rows"]], calibrated[arrays["rows"]] = unit.fold, arrays["scores"]
    truth = is_true_progression(rows["label"])
    plain = held_out_scores(rows, truth, fold)[DAYS_ALONE]
    assert internal_auc(truth, plain, fold).auc == internal_auc(truth, calibrated, fold).auc


def test_where_time_is_all_there_is_the_rest_is_chance_and_the_difference_is_found() -> None:
    table = fit_timing(patients(200), bootstrap_samples=0, **{**SETTINGS, "splits": 1}).set_index(
        "model"
    )
    assert table.loc[WITH_TIME, "auc"] > 0.8
    assert table.loc[WITHOUT_TIME, "lower"] < 0.5 < table.loc[WITHOUT_TIME, "upper"]
    name, (first, second) = next(iter(DIFFERENCES.items()))
    apart = table.loc[first, "auc"] - table.loc[second, "auc"]
    assert table.loc[name, "auc"] == pytest.approx(apart)
    assert table.loc[name, "lower"] > 0
    assert table["bootstrap_lower"].isna().all()
    assert (table["resamples"] == 0).all()


def test_resamples_are_counted_and_the_same_seed_gives_the_same_table() -> None:
    one, two = (
        fit_timing(
            patients(30), bootstrap_samples=3, confidence_level=0.3, **{**SETTINGS, "n_folds": 2}
        )
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(one, two)
    assert (one["resamples"] == 3).all()
    assert (one["bootstrap_lower"] <= one["bootstrap_upper"]).all()
    assert (one["least"] <= one["auc"]).all()
    assert (one["auc"] <= one["greatest"]).all()
    assert one["model"].tolist() == [*MODELS, *DIFFERENCES]


def test_a_percentile_has_a_resample_beyond_it_or_is_not_given() -> None:
    assert least_resamples(0.95) == 40
    assert least_resamples(0.9) == 20
    few = fit_timing(patients(30), bootstrap_samples=2, **{**SETTINGS, "n_folds": 2, "splits": 1})
    assert few["bootstrap_lower"].isna().all()
    assert few["lower"].notna().all()
    assert set(few["note"]) == {"no percentiles: 2 resamples, at least 40 are needed"}
    with pytest.raises(UndefinedMetricError, match="a number between 0 and 1, like"):
        least_resamples(1.0)


def test_the_figure_is_the_mean_over_splits_and_so_are_its_bounds() -> None:
    rows = patients(30)
    ways = {**SETTINGS, "n_folds": 2, "bootstrap_samples": 0}
    both = fit_timing(rows, **ways)
    alone = [fit_timing(rows, **{**ways, "splits": 1, "seed": seed}) for seed in (1, 2)]
    for name in ("auc", "lower", "upper"):
        expected = (alone[0][name] + alone[1][name]) / 2
        assert both[name].to_numpy() == pytest.approx(expected.to_numpy())


def test_too_few_of_a_class_are_not_fitted_and_the_table_says_so() -> None:
    rows = patients(40)
    is_true = is_true_progression(rows["label"])
    few = pd.concat([rows[is_true].iloc[:4], rows[~is_true]])
    table = fit_timing(few, bootstrap_samples=3, **SETTINGS)
    assert table["auc"].isna().all()
    assert set(table["note"]) == {"not fitted: fewer than 5 of a class"}
    assert set(table["n_true_progression"]) == {4}
