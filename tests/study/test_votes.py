"""From the fold models' scores to the predictions table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import MissingInputError
from psp_core.evaluation.predictions import PATIENT, SOFT_VOTE
from psp_core.evaluation.thresholds import youden_threshold
from psp_core.preprocessing.store import VolumeStore
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.cross_validation import Plan, Unit, cross_validate, units_of
from psp_core.study.folds import draw_folds
from psp_core.study.votes import Outcome, collect

MODELS = ("clinical_logistic", "proposed")


def outcome_of(plan: Plan, folder: Path) -> tuple[Outcome, list[Unit]]:
    units = units_of({name: CATALOGUE[name] for name in MODELS}, plan)
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
