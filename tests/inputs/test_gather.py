"""Arrays of all patients as one: what is kept beside them, and for how long."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import MissingInputError
from psp_core.inputs.arrays import PatientArrays
from psp_core.inputs.gather import IDLE_SECONDS, WHOLE, gather
from psp_core.preprocessing.batch import Prepared
from psp_core.preprocessing.store import VolumeStore


def one_patient(key: str) -> Prepared:
    number = int(key.split("/")[1])
    if number > 8:
        return Prepared({}, {}, "it has no lesion")
    return Prepared({"values": np.full(2, number, np.float32)}, {})


def gathered(folder: Path, *numbers: int) -> PatientArrays:
    digests = {f"d/{number}/001": str(number) for number in numbers}
    return gather(one_patient, digests, VolumeStore(folder / "cache"), stamp=0, log=folder / "log")


def rows(*numbers: int) -> pd.DataFrame:
    names = [str(number) for number in numbers]
    return pd.DataFrame({"dataset": "d", "subject_id": names, "timepoint": 1})


def aged(arrays: PatientArrays) -> Path:
    """Its folder, as if nobody had opened it for longer than it is kept."""
    assert arrays.folder is not None
    then = time.time() - IDLE_SECONDS - 60
    os.utime(arrays.folder, (then, then))
    return arrays.folder


def test_who_cannot_be_made_is_left_out(tmp_path: Path) -> None:
    found = gathered(tmp_path, 1, 9, 2)
    assert found.keys == ("d/1/001", "d/2/001")
    assert found.of(rows(2, 1)).tolist() == [[2, 2], [1, 1]]
    with pytest.raises(MissingInputError, match="none of 1 patients could be made; it has no"):
        gathered(tmp_path / "other", 9)


def test_a_page_beside_this_one_keeps_its_arrays(tmp_path: Path) -> None:
    first = gathered(tmp_path, 1, 2)
    gathered(tmp_path, 1)
    assert first.folder is not None
    assert PatientArrays.open(first.folder).of(rows(2)).tolist() == [[2, 2]]  # as its workers do


def test_arrays_that_nobody_opens_any_more_are_removed(tmp_path: Path) -> None:
    old = aged(gathered(tmp_path, 1, 2))
    new = gathered(tmp_path, 1).folder
    assert not old.exists()
    assert list((tmp_path / "cache" / WHOLE).iterdir()) == [new]


def test_each_opening_keeps_arrays_as_if_they_were_new(tmp_path: Path) -> None:
    old = aged(gathered(tmp_path, 1, 2))
    PatientArrays.open(old)
    gathered(tmp_path, 1)
    assert old.is_dir()
    own = aged(gathered(tmp_path, 1))
    gathered(tmp_path, 1)
    assert own.is_dir()
