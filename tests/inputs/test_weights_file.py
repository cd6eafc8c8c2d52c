"""Where weights start from."""

from __future__ import annotations

import pickle
from pathlib import Path

import pandas as pd
from sklearn.base import clone

from psp_core.classifiers.volume_network import VolumeNetwork
from psp_core.inputs.weights_file import WeightsFile


def test_shape_and_bytes_decide_the_digest(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    file.write_bytes(b"one")
    first = WeightsFile({"width": 8}, file)
    told = first.digest
    assert WeightsFile({"width": 8}, file).digest == told
    assert WeightsFile({"width": 9}, file).digest != told
    assert WeightsFile({"width": 8}).digest != told
    file.write_bytes(b"two")
    assert WeightsFile({"width": 8}, file).digest != told


def test_it_serves_every_patient_travels_and_is_shared_by_clones() -> None:
    start = WeightsFile({"width": 8})
    assert start.has(pd.DataFrame({"subject_id": ["a", "b"]})).tolist() == [True, True]
    assert pickle.loads(pickle.dumps(start)).digest == start.digest  # noqa: S301 - its own bytes
    assert clone(VolumeNetwork(start=start)).start is start
