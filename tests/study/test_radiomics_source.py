"""Sources on the lesion: who has figures, from what, and what a run cannot supply."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from psp_core.encoder import cnn_features as features_of
from psp_core.encoder import vgg
from psp_core.errors import CheckpointError
from psp_core.inputs.captk_figures import COLUMNS
from psp_core.inputs.radiomics import radiomics_columns
from psp_core.preprocessing.pipeline import volume_store
from psp_core.runs import Run
from psp_core.study.cnn_feature_source import cnn_features
from psp_core.study.radiomics_source import radiomics
from tests.cohorts.made import run_with_cohorts

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
OVERRIDES = {"study.workers": 1, "radiomics.filters": ["original"], "cnn_svm.pixels": 32}
PATIENTS = pd.DataFrame(
    {
        "dataset": "burdenko",
        "subject_id": ["P1", "P2", "P3"],
        "timepoint": 1,
        "has_image": [True, True, False],
    }
)


def a_run(tmp_path: Path, **changed: Any) -> Run:
    """Two prepared scans; the second has no lesion."""
    overrides = OVERRIDES | {key.replace("__", "."): value for key, value in changed.items()}
    run = run_with_cohorts(PARAMS, tmp_path / "run", overrides)
    rng = np.random.default_rng(0)
    lesion = np.zeros((12, 12, 12), np.uint8)
    lesion[4:8, 4:8, 5:9] = 1
    arrays = {
        "volume": rng.normal(size=(2, 12, 12, 12)).astype(np.float16),
        "brain": np.ones((12, 12, 12), np.uint8),
    }
    store, record = volume_store(run), {"status": "done"}
    store.write("burdenko/P1/001", arrays | {"lesion": lesion}, record, digest="1")
    store.write("burdenko/P2/001", arrays, record, digest="2")
    return run


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vgg, "WIDTHS", tuple(width // 32 for width in vgg.WIDTHS))
    monkeypatch.setattr(vgg, "FC2", 12)
    features_of._opened.cache_clear()


def test_patients_with_a_lesion_have_figures_by_name(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    found = radiomics(run, PATIENTS)
    assert found is not None
    assert found.keys == ("burdenko/P1/001",)
    assert found.columns == radiomics_columns(("original",))
    short = radiomics(run, PATIENTS, "captk")
    assert short is not None
    assert short.columns == COLUMNS
    assert short.has(PATIENTS).tolist() == [True, False, False]


def test_other_settings_give_other_figures(tmp_path: Path) -> None:
    one = radiomics(a_run(tmp_path), PATIENTS)
    two = radiomics(a_run(tmp_path, radiomics__bins=4), PATIENTS)
    assert one is not None
    assert two is not None
    assert one.digest != two.digest


def test_without_a_lesion_or_an_image_there_is_no_source(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    for table in (PATIENTS[1:2], PATIENTS[2:]):
        assert radiomics(run, table) is None
        assert cnn_features(run, table) is None


@pytest.mark.usefixtures("narrow")
def test_features_are_random_unless_the_user_gives_weights(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    found = cnn_features(run, PATIENTS)
    assert found is not None
    assert found.arrays["values"].shape == (1, 24)
    assert cnn_features(run, PATIENTS, "pretrained") is None
    torch.save(vgg.random_vgg16(9).state_dict(), tmp_path / "own.pth")
    run = a_run(tmp_path, cnn_svm__weights=str(tmp_path / "own.pth"))
    own = cnn_features(run, PATIENTS, "pretrained")
    assert own is not None
    assert own.digest != found.digest
    again = cnn_features(run, PATIENTS)
    assert again is not None
    assert again.digest == found.digest


@pytest.mark.usefixtures("narrow")
def test_wrong_weights_stop_the_study_and_not_scan_by_scan(tmp_path: Path) -> None:
    (tmp_path / "own.pth").write_bytes(b"nothing")
    run = a_run(tmp_path, cnn_svm__weights=str(tmp_path / "own.pth"))
    with pytest.raises(CheckpointError, match=r"^own.pth is refused"):
        cnn_features(run, PATIENTS, "pretrained")
