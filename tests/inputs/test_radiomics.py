"""Radiomics of a scan: names, places, and patients without a lesion."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import NoMaskError
from psp_core.inputs.radiomics import (
    carrying,
    radiomics_columns,
    radiomics_of,
    scan_and_lesion,
    scan_radiomics,
)
from psp_core.preprocessing.store import VolumeStore

FULL = ("original", "log_1", "log_2", "log_3", "log_4", "log_5", "wavelet")


def a_scan() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    lesion = np.zeros((24, 24, 24), dtype=bool)
    lesion[10:14, 9:14, 10:15] = rng.random((4, 5, 5)) < 0.9
    return rng.normal(size=(2, 24, 24, 24)).astype(np.float32), lesion


def test_the_full_list_has_17_figures_of_shape_and_95_of_each_of_14_images() -> None:
    columns = radiomics_columns(FULL)
    assert len(set(columns)) == len(columns) == 17 + 95 * 14
    assert columns[17] == "original:firstorder:energy"
    assert columns[-1] == "wavelet_HHH:ngtdm:strength"


def test_figures_have_the_names_of_the_columns_and_do_not_depend_on_the_place() -> None:
    volume, lesion = a_scan()
    filters = ("original", "log_1", "wavelet")
    of_all = radiomics_of(volume[0], lesion, filters=filters, bins=8, spacing_mm=1.0)
    assert set(of_all) == set(radiomics_columns(filters))
    moved = [np.roll(one, (2, -1, 1), (0, 1, 2)) for one in (volume[0], lesion)]
    elsewhere = radiomics_of(*moved, filters=filters, bins=8, spacing_mm=1.0)
    names = list(of_all)
    np.testing.assert_allclose(
        [elsewhere[name] for name in names], [of_all[name] for name in names], rtol=1e-4, atol=1e-5
    )


def test_a_scan_of_a_store_gives_its_t1ce_in_the_order_of_the_columns(tmp_path: Path) -> None:
    store, (volume, lesion) = VolumeStore(tmp_path / "volumes"), a_scan()
    store.write("a/P1/001", {"volume": volume, "lesion": lesion}, {}, digest="x")
    settings = {"filters": ("original",), "bins": 8, "spacing_mm": 1.0}
    made = scan_radiomics("a/P1/001", store=store, **settings)
    figures = radiomics_of(volume[0], lesion, **settings)
    expected = [figures[name] for name in radiomics_columns(("original",))]
    assert made.arrays["values"].tolist() == expected
    assert made.record == {"undefined": 0}


def test_a_patient_without_lesion_is_left_out_with_the_reason(tmp_path: Path) -> None:
    store = VolumeStore(tmp_path / "volumes")
    store.write("a/P1/001", {"volume": np.zeros((2, 4, 4, 4))}, {}, digest="x")
    record = {"lesion": {"reason": "NoMaskError: no source"}}
    store.write("a/P2/001", {"volume": np.zeros((2, 4, 4, 4))}, record, digest="x")
    with pytest.raises(NoMaskError, match="no lesion to take figures of: nobody drew one"):
        scan_and_lesion("a/P1/001", store)
    with pytest.raises(NoMaskError, match="of: NoMaskError: no source"):
        scan_and_lesion("a/P2/001", store)


def test_made_patients_carry_their_numbers() -> None:
    figures = np.arange(6.0).reshape(3, 2)
    made = carrying([f"latent/P{n}/001" for n in range(3)], figures)
    rows = pd.DataFrame({"dataset": "latent", "subject_id": ["P2", "P0"], "timepoint": 1})
    assert made.of(rows)[:, :2].tolist() == [[4, 5], [0, 1]]
    assert not made.of(rows)[:, 2:].any()
    assert made.columns == tuple(f"made:figure:{number}" for number in range(10))
