"""Variables selected inside the fold: the planted ones come first, and held-out rows are unseen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from psp_core.classifiers.clinical import ClinicalLogistic
from psp_core.classifiers.feature_sets import FeatureSet
from psp_core.encoder.tokens import Tokens
from psp_core.errors import EstimatorError
from psp_core.explain.selected import SelectedFeatures, hide, sample
from tests.classifiers.conftest import draw_patients

NETWORK = {"steps": 6, "width": 8, "batch_size": 64}
SETTINGS: dict[str, Any] = {
    **NETWORK,
    "architecture": "clinical_network",
    "feature_set": "clinical_no_dose_no_time",
    "background": 3,
    "explained": 6,
}


def planted(n: int, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Patients whose sex tells the class, with noise, and nothing else does."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2 == 0
    rows = pd.DataFrame(
        {
            "dataset": "made",
            "subject_id": [f"P{number}" for number in range(n)],
            "timepoint": 1,
            "age_years": rng.normal(60, 8, size=n),
            "sex": np.where(truth ^ (rng.random(n) < 0.1), "F", "M"),
            "idh_status": rng.choice(["mutant", "wildtype"], size=n),
            "mgmt_status": rng.choice(["methylated", "unmethylated", "unknown"], size=n),
        }
    )
    return rows, truth


def test_a_planted_variable_is_ranked_first_and_kept() -> None:
    rows, truth = planted(80)
    model = SelectedFeatures(**SETTINGS | {"steps": 60}).fit(rows, truth)
    assert model.ranking_[0] == "sex"
    assert set(model.ranking_) == {"age_years", "sex", "idh_status", "mgmt_status"}
    assert model.kept_ == model.ranking_[: len(model.kept_)]
    assert set(model.curve_) == {1, 2, 3, 4}
    others, their_truth = planted(60, seed=1)
    assert (model.predict_proba(others)[:, 1].round() == their_truth).mean() > 0.8


def test_a_given_number_is_kept_and_no_other_is_tried() -> None:
    rows, truth = planted(30)
    model = SelectedFeatures(**SETTINGS, n_features=2).fit(rows, truth)
    assert len(model.kept_) == 2
    assert model.curve_ == {}
    changed = rows.assign(**{name: rows[name].iloc[::-1].to_numpy() for name in model.ranking_[2:]})
    np.testing.assert_array_equal(model.predict_proba(changed), model.predict_proba(rows))


def test_patients_who_are_not_fitted_decide_nothing_and_fits_repeat() -> None:
    rows, truth = planted(30)
    before = SelectedFeatures(**SETTINGS).fit(rows[:24], truth[:24])
    changed = rows.copy()
    changed.loc[24:, "sex"] = "M"
    again = clone(before).fit(changed[:24], truth[:24])
    assert before.ranking_ == again.ranking_
    np.testing.assert_array_equal(before.predict_proba(rows[:24]), again.predict_proba(rows[:24]))


def test_watched_patients_decide_in_place_of_folds() -> None:
    rows, truth = planted(40)
    watch = (rows[24:], truth[24:])
    watched = SelectedFeatures(**SETTINGS).fit(rows[:24], truth[:24], watch)
    turned = SelectedFeatures(**SETTINGS).fit(rows[:24], truth[:24], (rows[24:], ~truth[24:]))
    assert set(watched.curve_) == {1, 2, 3, 4}
    assert watched.curve_ != turned.curve_


def test_the_image_is_a_player_but_no_variable_to_select() -> None:
    rows, truth, tokens = draw_patients(24, seed=5, place_in_dose=True)
    settings = SETTINGS | {"architecture": "proposed", "feature_set": "no_dose_no_time"}
    model = SelectedFeatures(tokens=tokens, **settings | {"explained": 2, "background": 1})
    model.fit(rows[:20], truth[:20])
    assert "image" not in model.ranking_
    other = Tokens(tokens.keys, 1 + tokens.values, tokens.lesion_share)
    before = model.predict_proba(rows[20:])
    model.model_.tokens = other
    assert (model.predict_proba(rows[20:]) != before).any()


def test_a_hidden_variable_is_as_good_as_absent() -> None:
    rows, truth = planted(40)
    features = FeatureSet(("age_years",), ("sex", "idh_status", "mgmt_status"))
    few = ClinicalLogistic(feature_set="age_mgmt").fit(rows, truth).predict_proba(rows)
    hidden = hide(rows, features, ("mgmt_status", "age_years"))
    whole = ClinicalLogistic(feature_set="clinical_no_dose_no_time").fit(hidden, truth)
    np.testing.assert_allclose(whole.predict_proba(hidden), few, atol=1e-8)


def test_a_sample_keeps_the_order_and_takes_all_where_there_are_few() -> None:
    rows, _ = planted(10)
    drawn = sample(rows, 4, np.random.default_rng(0))
    assert len(drawn) == 4
    assert drawn.index.is_monotonic_increasing
    assert sample(rows, 10, np.random.default_rng(0)) is rows


@pytest.mark.parametrize("number", [0, 5, "all"])
def test_a_number_that_cannot_be_raises(number: Any) -> None:
    rows, truth = planted(20)
    with pytest.raises(EstimatorError, match="expected 'nested' or 1 to 4"):
        SelectedFeatures(**SETTINGS, n_features=number).fit(rows, truth)


def test_a_class_too_small_for_the_folds_raises() -> None:
    rows, _ = planted(20)
    with pytest.raises(EstimatorError, match="1 training patients of one class for 2 folds"):
        SelectedFeatures(**SETTINGS).fit(rows, np.arange(20) == 3)
