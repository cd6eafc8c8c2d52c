"""From the fold models' scores to the predictions table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import MissingInputError
from psp_core.evaluation.predictions import PATIENT, SOFT_VOTE
from psp_core.evaluation.thresholds import balanced_threshold, youden_threshold
from psp_core.preprocessing.store import VolumeStore
from psp_core.study import protocols
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.cross_validation import Plan, Unit, cross_validate, units_of
from psp_core.study.folds import draw_folds
from psp_core.study.votes import CURVE, Outcome, collect

MODELS = ("clinical_logistic", "proposed")


def outcome_of(
    plan: Plan, folder: Path, models: tuple[str, ...] = MODELS
) -> tuple[Outcome, list[Unit]]:
    units = units_of({name: CATALOGUE[name] for name in models}, plan)
    store = VolumeStore(folder / "fits")
    cross_validate(units, plan, store, workers=1, log=folder / "log")
    return collect(units, plan, store), units


@pytest.fixture(scope="module")
def plan(patients: pd.DataFrame) -> Plan:
    own = patients[patients["dataset"] == "burdenko"]
    folds = draw_folds(own, n_folds=3, seeds=2, entropy=0)
    return Plan(patients, "burdenko", folds, {"light": 2}, 0)


@pytest.fixture(scope="module")
def fitted(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, list[Unit]]:
    return outcome_of(plan, tmp_path_factory.mktemp("votes"))


def test_every_patient_is_held_out_once_and_every_external_one_scored_by_all(
    fitted: tuple[Outcome, list[Unit]],
) -> None:
    table = fitted[0].predictions
    first = table[table["seed"] == 0]
    own = first[first["split"] == "validation"]
    assert own["subject_id"].is_unique
    assert len(own) == 30
    members = first[first["split"] == "test"].groupby("member").size()
    assert members.to_dict() == {"0": 12, "1": 12, "2": 12, SOFT_VOTE: 12}
    assert set(own["n_train"]) == {20}


def test_the_vote_is_the_mean_and_its_threshold_comes_from_held_out_scores(
    fitted: tuple[Outcome, list[Unit]],
) -> None:
    table = fitted[0].predictions
    for _, part in table.groupby("seed"):
        test, own = part[part["split"] == "test"], part[part["split"] == "validation"]
        vote = test[test["member"] == SOFT_VOTE].set_index(list(PATIENT)).sort_index()
        mean = test[test["member"] != SOFT_VOTE].groupby(list(PATIENT))["y_score"].mean()
        np.testing.assert_allclose(vote["y_score"], mean, rtol=1e-12)
        assert set(vote["threshold"]) == {youden_threshold(own["y_true"], own["y_score"])}
        assert set(vote["n_train"]) == {30}


def test_a_model_that_failed_is_listed_and_not_in_the_table(
    fitted: tuple[Outcome, list[Unit]],
) -> None:
    outcome, units = fitted
    assert set(outcome.predictions["model"]) == {"clinical_logistic"}
    assert set(outcome.failed["model"]) == {"proposed"}
    assert len(outcome.failed) == len(units) / 2
    assert len(outcome.fold_models) == 6


def test_without_any_model_the_table_is_empty_but_whole(plan: Plan, tmp_path: Path) -> None:
    units = units_of({"proposed": CATALOGUE["proposed"]}, plan)
    store = VolumeStore(tmp_path / "fits")
    cross_validate(units, plan, store, workers=1, log=tmp_path / "log")
    assert collect(units, plan, store).predictions.empty


def test_a_collection_without_the_features_is_told_once(plan: Plan, tmp_path: Path) -> None:
    doses = plan.patients["d98_gy"].mask(plan.patients["dataset"] == "external")
    plan = replace(plan, patients=plan.patients.assign(d98_gy=doses))
    outcome = outcome_of(plan, tmp_path)[0]
    assert outcome.left_out["reason"].tolist() == ["d98_gy is known of nobody"]
    assert set(outcome.predictions["split"]) == {"validation"}


def test_what_was_not_computed_raises(plan: Plan, tmp_path: Path) -> None:
    units = units_of({"majority": CATALOGUE["majority"]}, plan)
    with pytest.raises(MissingInputError, match="majority/seed0/fold0"):
        collect(units, plan, VolumeStore(tmp_path / "fits"))


def test_as_published_nothing_is_calibrated_and_one_half_divides_the_classes(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = replace(plan, protocol="published", folds=plan.folds.query("seed == 0"))
    outcome = outcome_of(published, tmp_path / "half", ("days_only",))[0]
    assert (outcome.fold_models[["slope", "intercept"]].to_numpy() == [1, 0]).all()
    assert set(outcome.predictions["threshold"]) == {0.5}
    monkeypatch.setattr(protocols, "TUNED_ON_TEST", CATALOGUE["days_only"].module)
    table = outcome_of(published, tmp_path / "tuned", ("days_only",))[0].predictions
    vote = table[table["member"] == SOFT_VOTE]
    assert set(vote["threshold"]) == {balanced_threshold(vote["y_true"], vote["y_score"])}
    assert set(table[table["member"] != SOFT_VOTE]["threshold"]) == {0.5}


def test_a_network_has_ten_snapshots_of_its_training_and_a_regression_none(
    plan: Plan, tmp_path: Path
) -> None:
    short = {"classification.network": {"steps": 20, "width": 8}}
    plan = replace(plan, defaults=short, folds=plan.folds.query("seed == 0"))
    curves = outcome_of(plan, tmp_path, ("clinical_network", "days_only"))[0].curves
    assert set(curves["model"]) == {"clinical_network"}
    for _, one in curves.groupby("fold"):
        assert one["step"].tolist() == list(range(2, 21, 2))
    assert curves["fold"].nunique() == 3
    assert curves[list(CURVE)].notna().all(axis=None)
    assert curves["held_out_auc"].between(0, 1).all()
