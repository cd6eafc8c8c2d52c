"""A run with weights, fitted models and tables of results, as small as it can be."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from psp_core.cohorts.stored import write_cohorts
from psp_core.encoder.vit import VisionTransformer3D
from psp_core.encoder.weights import ENCODER, save_encoder, write_card
from psp_core.evaluation.summary import results_summary
from psp_core.runs import Run, open_run, write_table
from psp_core.study import experiments
from psp_core.study.experiments import fit_experiment, read_all_predictions
from psp_core.study.patients import Patients
from tests.cohorts.made import made_cohort
from tests.study.conftest import make_patients

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
NAMES = {"study.workers": 1, "classification.models": ["majority", "days_only"]}
SEEN = ("brats2021/BraTS2021_00001/000", "external/external-000/001")


def write_encoder(run: Run, stage: str = "pretraining") -> Path:
    """Keep an encoder as a finished stage; it has seen a patient of the external set."""
    encoder = VisionTransformer3D(channels=2, side=8, patch=4, width=12, depth=1, heads=2)
    with run.stage(stage, depends_on={}) as opened:
        save_encoder(opened.folder / ENCODER, encoder)
        write_card(opened.folder, encoder, landmarks="", keys=SEEN)
        write_table(
            opened.folder / "history.parquet", pd.DataFrame({"step": [0, 1], "loss": [0.9, 0.5]})
        )
        opened.finish()
    return opened.folder


def run_with_results(folder: Path, patch: pytest.MonkeyPatch) -> Run:
    """Fit two models on 30 and 12 patients, and write what page 08 writes of them."""
    patients = make_patients({"burdenko": 30, "external": 12})
    lost = pd.DataFrame(columns=["dataset", "subject_id", "lost", "reason"])
    patch.setattr(experiments, "study_patients", lambda _: Patients(patients, lost))
    run = open_run(PARAMS, folder, NAMES)
    labels = dict(zip(patients["subject_id"], patients["label"], strict=True))
    cohorts = {
        name: made_cohort(name, {one: labels[one] for one in labels if one.startswith(name)})
        for name in ("burdenko", "external")
    }
    write_cohorts(run, cohorts)
    fit_experiment(run)
    summary = results_summary(read_all_predictions(run), bootstrap_samples=100, seed=0)
    with run.stage("evaluation", depends_on={}) as stage:
        write_table(stage.folder / "summary.parquet", summary)
        write_table(stage.folder / "subsets.parquet", summary.assign(subset="within_12_weeks"))
        stage.finish()
    return run
