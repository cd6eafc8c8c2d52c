"""Tokens of a run's patients: only by an encoder that fits them and has not seen them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.encoder.vit import VisionTransformer3D
from psp_core.encoder.weights import ENCODER, save_encoder, write_card
from psp_core.errors import CheckpointError, OverlapError
from psp_core.preprocessing.intensity import Landmarks
from psp_core.preprocessing.pipeline import volume_store
from psp_core.pretraining.study_pretraining import landmarks_digest
from psp_core.runs import Run
from psp_core.study import token_sources
from psp_core.study.token_sources import trained_tokens
from tests.cohorts.made import run_with_cohorts

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
SHAPE = {"side": 16, "patch": 8, "width": 12, "depth": 1, "heads": 2}
OVERRIDES = {f"encoder.{name}": value for name, value in SHAPE.items() if name != "side"}
OVERRIDES |= {"volume.side": 16, "study.workers": 1}
LANDMARKS = Landmarks({"t1ce": (0.0, 1.0), "flair": (0.0, 2.0)}, ("brats2021",), 6)
PATIENTS = pd.DataFrame(
    {"dataset": "burdenko", "subject_id": ["P1", "P2"], "timepoint": 1, "has_image": [True, False]}
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(token_sources, "study_cases", lambda _: {})
    monkeypatch.setattr(token_sources, "fit_scale", lambda *_: LANDMARKS)
    return run_with_cohorts(PARAMS, tmp_path / "run", OVERRIDES)


def pretrained(run: Run, *, seen: str = "brats2021/B1/000") -> None:
    encoder = VisionTransformer3D(**SHAPE)
    with run.stage("pretraining", depends_on={}) as stage:
        save_encoder(stage.folder / ENCODER, encoder)
        write_card(stage.folder, encoder, landmarks=landmarks_digest(LANDMARKS), keys=[seen])
        stage.finish()


def test_patients_with_an_image_are_encoded(run: Run) -> None:
    pretrained(run)
    volume = np.ones((2, 16, 16, 16), np.float16)
    volume_store(run).write("burdenko/P1/001", {"volume": volume}, {"status": "done"}, digest="1")
    tokens = trained_tokens(run, PATIENTS)
    assert tokens is not None
    assert tokens.keys == ("burdenko/P1/001",)
    assert tokens.values.shape == (1, 8, 12)


def test_without_an_encoder_or_an_image_there_are_no_tokens(run: Run) -> None:
    assert trained_tokens(run, PATIENTS) is None
    pretrained(run)
    assert trained_tokens(run, PATIENTS.assign(has_image=False)) is None


def test_an_encoder_that_has_seen_a_patient_raises(run: Run) -> None:
    pretrained(run, seen="burdenko/P1/004")
    with pytest.raises(OverlapError, match=r"the first is burdenko/P1;"):
        trained_tokens(run, PATIENTS)


def test_an_encoder_of_other_parameters_raises(run: Run) -> None:
    pretrained(run)
    other = run_with_cohorts(PARAMS, run.folder, OVERRIDES | {"encoder.width": 24})
    with pytest.raises(CheckpointError, match="has width 12, the parameters ask for 24"):
        trained_tokens(other, PATIENTS)


def test_an_encoder_of_another_scale_raises(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    pretrained(run)
    monkeypatch.setattr(token_sources, "fit_scale", lambda *_: None)
    with pytest.raises(CheckpointError, match="another scale of grey values"):
        trained_tokens(run, PATIENTS)
