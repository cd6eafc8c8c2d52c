"""The sources of a run: who has slices, and what is made once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.preprocessing.pipeline import volume_store
from psp_core.study import slice_source
from psp_core.study.patients import patient_keys
from psp_core.study.slice_source import lesion_sequences, t1ce_slices
from tests.cohorts.made import run_with_cohorts
from tests.study.conftest import make_patients

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


def test_sequences_are_made_of_every_prepared_patient(tmp_path: Path) -> None:
    run = run_with_cohorts(PARAMS, tmp_path / "run", {"study.workers": 1})
    table = make_patients({"burdenko": 3}).assign(has_image=[True, False, True])
    mask = np.zeros((8, 8, 8), dtype=np.uint8)
    for key in patient_keys(table):
        mask[5, 2:4, 2:4] = 1
        arrays = {"volume": np.ones((2, 8, 8, 8), np.float16), "lesion": mask, "brain": mask}
        volume_store(run).write(key, arrays, {}, digest=key)
    made = lesion_sequences(run, table)
    assert made is not None
    side = run.params.cnn_lstm.side
    assert made.of(table[table["has_image"]]).shape == (2, 3, side, side)
    assert made.has(table).tolist() == [True, False, True]


def test_without_an_image_there_is_no_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_with_cohorts(PARAMS, tmp_path / "run", {"study.workers": 1})
    monkeypatch.setattr(slice_source, "study_cases", dict)
    table: pd.DataFrame = make_patients({"burdenko": 3}).assign(has_image=False)
    assert t1ce_slices(run, table) is None
    assert lesion_sequences(run, table) is None
