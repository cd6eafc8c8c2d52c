"""The arms of the protocols: fixed relations between them, on tiny cohorts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from psp_core.classifiers.feature_sets import feature_set_of
from psp_core.errors import OverlapError
from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.metrics import auc
from psp_core.explain.selected import hide, varying
from psp_core.phantom.latents import CausalModel
from psp_core.study import optimism
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.entry import build_estimator
from psp_core.study.folds import fold_numbers
from psp_core.study.latent_cohort import draw_latent_cohort
from psp_core.study.optimism import (
    ARMS,
    CLOSED,
    FRESH,
    PUBLISHED,
    SELECTED,
    STOPPED,
    VALIDATION,
    Drawn,
    compare_protocols,
    optimism_of_run,
)
from psp_core.study.patients import Patients
from tests.cohorts.made import run_with_cohorts
from tests.study.conftest import make_patients, put_in_a_test_set

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"

SETTINGS: dict[str, Any] = {
    "entry": CATALOGUE["clinical_network"],
    "defaults": {"steps": 10},
    "sizes": (24, 60),
    "n_folds": 2,
    "background": 2,
    "nested_folds": 2,
    "most_features": 2,
}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    parts = ("last step", "watched", "nested")
    return pd.concat(
        compare_protocols(Drawn("as set", CausalModel(), 3, part), **SETTINGS)  # type: ignore[arg-type]
        for part in parts
    )


def test_every_arm_is_told_on_validation_and_on_fresh_patients(table: pd.DataFrame) -> None:
    arms = table[table["arm"] != ""]
    assert set(arms["arm"]) == set(ARMS)
    assert set(arms["dataset"]) == {VALIDATION, FRESH}
    assert len(arms) == 2 * len(ARMS)


def test_a_choice_on_the_validation_folds_never_looks_worse_there(table: pd.DataFrame) -> None:
    inside = table[table["dataset"] == VALIDATION].set_index("arm")["auc"]
    assert inside[SELECTED] >= inside[CLOSED]
    assert inside[PUBLISHED] >= inside[STOPPED] >= inside[CLOSED]


def test_fresh_patients_are_scored_by_each_fold_model_alone(table: pd.DataFrame) -> None:
    own, fresh = draw_latent_cohort(CausalModel(), SETTINGS["sizes"], seed=3).parts
    truth, y_fresh = (is_true_progression(rows["label"]) for rows in (own, fresh))
    fold = fold_numbers(truth, n_folds=2, seed=3)
    found = []
    for number in (0, 1):
        model = build_estimator(
            SETTINGS["entry"], random_state=3 + number, defaults=SETTINGS["defaults"]
        )
        sees = feature_set_of(model.feature_set)
        shown = [hide(rows, sees, varying(own, sees)) for rows in (own, fresh)]
        model.fit(shown[0][fold != number], truth[fold != number])
        found.append(auc(y_fresh, model.predict_proba(shown[1])[:, 1]))
    told = table[(table["arm"] == CLOSED) & (table["dataset"] == FRESH)]
    assert told["auc"].tolist() == [pytest.approx(sum(found) / 2)]
    assert found[0] != found[1]


def test_no_arm_is_fitted_on_a_patient_of_a_test_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_with_cohorts(PARAMS, tmp_path / "run", {"optimism.model": "clinical_network"})
    put_in_a_test_set(run, "burdenko-003")
    patients = Patients(make_patients({"burdenko": 20, "external": 8}), pd.DataFrame())
    monkeypatch.setattr(optimism, "study_patients", lambda _: patients)
    with pytest.raises(OverlapError, match="optimism would be fitted on 1 of the patients"):
        optimism_of_run(run)


def test_cohorts_repeat_and_fresh_patients_decide_nothing(table: pd.DataFrame) -> None:
    again = compare_protocols(
        Drawn("as set", CausalModel(), 3, "last step"), **SETTINGS | {"sizes": (24, 60)}
    )
    first = table[table["curve"] == "last step"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, first)
