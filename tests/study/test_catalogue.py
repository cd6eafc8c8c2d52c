"""The catalogue: every line builds, and an own estimator is one file and one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from psp_core.encoder.tokens import Tokens
from psp_core.errors import EstimatorError
from psp_core.preprocessing.store import VolumeStore
from psp_core.study.catalogue import CATALOGUE, find_entries
from psp_core.study.cross_validation import Plan, cross_validate, units_of
from psp_core.study.entry import Entry, build_estimator
from psp_core.study.folds import draw_folds
from psp_core.study.votes import collect

OWN = """
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

class Oldest(ClassifierMixin, BaseEstimator):
    feature_set = "clinical_only"

    def fit(self, X, y):
        self.classes_ = np.array([False, True])
        self.oldest_ = X["age_years"].max()
        return self

    def predict_proba(self, X):
        share = np.clip(X["age_years"].to_numpy() / (2 * self.oldest_), 0, 1)
        return np.column_stack([1 - share, share])
"""


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_line_builds_and_sees_what_it_says(name: str, tokens: Tokens) -> None:
    entry = CATALOGUE[name]
    sources = dict.fromkeys(entry.sources.values(), tokens)
    estimator = build_estimator(entry, sources=sources, random_state=3, defaults={"steps": 7})
    given = estimator.get_params()
    assert estimator.feature_set == entry.feature_set
    assert given.get("steps", 7) == 7
    assert given.get("random_state", 3) == 3
    assert {name for name, value in given.items() if value is tokens} == set(entry.sources)


def test_settings_of_a_line_go_before_the_defaults(tokens: Tokens) -> None:
    estimator = build_estimator(
        CATALOGUE["proposed_lesion"], sources={"tokens": tokens}, defaults={"tokens_used": "all"}
    )
    assert estimator.get_params()["tokens_used"] == "lesion"


def test_an_own_estimator_is_one_file_and_one_line(
    patients: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_model.py").write_text(OWN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    line = {"oldest": Entry("own_model:Oldest", "clinical_only", "the oldest")}
    training = patients[patients["dataset"] == "burdenko"]
    folds = draw_folds(training, n_folds=3, seeds=1, entropy=0)
    plan = Plan(patients, "burdenko", folds, inner_folds={"light": 2}, entropy=0)
    units = units_of(find_entries(("oldest",), line), plan)
    store = VolumeStore(tmp_path / "run" / "fits")
    cross_validate(units, plan, store, workers=1, log=tmp_path / "log")
    predictions = collect(units, plan, store).predictions
    assert set(predictions["member"]) == {"0", "1", "2", "soft_vote"}
    assert len(predictions) == 30 + 4 * 12
    sys.modules.pop("own_model")


def test_what_is_wrong_with_a_line_is_said(tokens: Tokens) -> None:
    with pytest.raises(EstimatorError, match="no model 'cnn'; it has proposed"):
        find_entries(("cnn",))
    with pytest.raises(EstimatorError, match="cannot be imported"):
        build_estimator(Entry("psp_core.classifiers.controls:Nobody", "none", "x"))
    with pytest.raises(EstimatorError, match="reads 'tokens', and this run has none"):
        build_estimator(CATALOGUE["proposed"])
    controls = "psp_core.classifiers.controls:Majority"
    with pytest.raises(EstimatorError, match="settings do not fit"):
        build_estimator(Entry(controls, "none", "x", {"depth": 3}))
    with pytest.raises(EstimatorError, match="says 'none'; make them agree"):
        build_estimator(Entry(controls, "full", "x"))


def test_a_module_that_is_not_there_is_said(patients: pd.DataFrame) -> None:
    folds = draw_folds(patients, n_folds=3, seeds=1, entropy=0)
    plan = Plan(patients, "burdenko", folds, {"light": 2}, 0)
    with pytest.raises(EstimatorError, match="'no_such_module', which is not there"):
        units_of({"x": Entry("no_such_module:X", "none", "x")}, plan)
