"""Zero effect through the folds: no leak of the study's own, and one that is built in shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.phantom.latents import CausalModel
from psp_core.runs import open_run
from psp_core.study import cross_validation
from psp_core.study.cross_validation import Plan, Unit
from psp_core.study.null_folds import NullCohorts, cross_validate_cohorts, null_cross_validation

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
NOTHING = replace(CausalModel(), zero_effect=True)
COUNT = 6
COHORTS = NullCohorts(NOTHING, 59, 5, 3, tuple(range(COUNT)))


def test_held_out_scores_know_nothing_where_nothing_is() -> None:
    fits = cross_validate_cohorts(COHORTS, models=("days_only",))
    assert len(fits) == COUNT
    error = fits["auc"].std() / COUNT**0.5
    assert fits["auc"].mean() == pytest.approx(0.5, abs=3 * error)
    assert error < 0.07


def test_an_effect_is_seen() -> None:
    cohorts = replace(COHORTS, causes=CausalModel(), seeds=(0, 1))
    assert cross_validate_cohorts(cohorts, models=("days_only",))["auc"].mean() > 0.6


def test_models_that_were_trained_on_the_held_out_patients_are_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    split = cross_validation._split

    def leak(plan: Plan, unit: Unit) -> tuple[np.ndarray, np.ndarray]:
        held_out, trained_on = split(plan, unit)
        return held_out, held_out | trained_on

    monkeypatch.setattr(cross_validation, "_split", leak)
    fits = cross_validate_cohorts(COHORTS, models=("clinical_logistic",))
    assert fits["auc"].mean() - 3 * fits["auc"].std() / COUNT**0.5 > 0.5


def test_too_few_patients_for_the_folds_are_named() -> None:
    cohorts = replace(COHORTS, n_patients=6, seeds=(0,))
    fits = cross_validate_cohorts(cohorts, models=("days_only",))
    assert fits["auc"].isna().all()
    assert fits["note"].iloc[0].startswith("UndefinedMetricError: 5 folds need")


def test_a_run_has_its_models_on_its_cohorts(tmp_path: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run", {"study.workers": 1})
    fits = null_cross_validation(run)
    assert fits.groupby("model")["seed"].nunique().to_dict() == {
        "clinical_logistic": run.params.truth.zero_effect_cohorts,
        "days_only": run.params.truth.zero_effect_cohorts,
    }
    assert fits["auc"].notna().all()
    pd.testing.assert_frame_equal(null_cross_validation(run), fits)
