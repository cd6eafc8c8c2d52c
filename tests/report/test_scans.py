"""What the quality pages take from the stores."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.store import VolumeStore
from psp_core.preprocessing.transform import Rigid
from psp_core.report.isodoses import plot_isodoses
from psp_core.report.scans import alignment_planes, grey_values, lesion_slices, short_names

KEYS = ["own/Own-01/002", "own/Own-02/001"]
AFFINE = np.array([[0, 0, 2.0, -9], [0, 2.0, 0, -9], [2.0, 0, 0, -9], [0, 0, 0, 1]])


@pytest.fixture
def stores(tmp_path: Path) -> tuple[VolumeStore, VolumeStore]:
    """Two scans of 10³ voxels; the first has a lesion in slice 7 and a dose that falls in d."""
    rng = np.random.default_rng(0)
    aligned, volumes = VolumeStore(tmp_path / "aligned"), VolumeStore(tmp_path / "volumes")
    values = rng.normal(1, 0.1, (2, 10, 10, 10)).astype(np.float16)
    brain = np.ones((10, 10, 10), np.uint8)
    lesion = np.zeros_like(brain)
    lesion[7, 3:6, 3:6] = lesion[6, 4, 4] = 1
    planes = rng.normal(size=(2, 3, 10, 10)).astype(np.float16)
    dose = np.broadcast_to(np.linspace(0, 60, 10)[:, None, None] + np.arange(10), (10, 10, 10))
    for number, key in enumerate(KEYS):
        record = {
            "scales": [200.0, 400.0],
            "pictures": ["t1ce", "ct"],
            "affine": AFFINE.tolist(),
            "maps": [
                Rigid.identity("t1ce", "template").record(),
                Rigid.identity("t1ce", "ct").record(),
            ],
            "dose": {"affine": AFFINE.tolist(), "prescription_gy": 60.0},
        }
        arrays = {"values": values, "brain": brain, "planes": planes, "outlines": planes > 0}
        aligned.write(key, arrays | {"dose": dose.astype(np.float32)}, record, digest="x")
        drawn = {"lesion": lesion} if number == 0 else {}
        volumes.write(key, {"volume": values, "brain": brain, **drawn}, {}, digest="x")
    return aligned, volumes


def test_a_slice_goes_through_the_largest_extent_of_the_lesion(
    stores: tuple[VolumeStore, VolumeStore],
) -> None:
    _, volumes = stores
    slices = lesion_slices(volumes, KEYS)
    assert slices.has_lesion == [True, False]
    assert np.array_equal(slices.t1ce[0], volumes.read(KEYS[0])[0, 7].astype(np.float32))
    assert np.array_equal(slices.flair[1], volumes.read(KEYS[1])[1, 5].astype(np.float32))
    assert slices.lesion.sum(axis=(1, 2)).tolist() == [9, 0]


def test_grey_values_are_given_in_the_units_of_the_scanner(
    stores: tuple[VolumeStore, VolumeStore],
) -> None:
    aligned, volumes = stores
    (flair, _) = grey_values(aligned, KEYS, "flair", name="values")
    assert flair.mean() == pytest.approx(400, rel=0.02)
    (scaled, _) = grey_values(volumes, KEYS, "flair", name="volume")
    assert scaled.mean() == pytest.approx(1, rel=0.02)


def test_frames_that_a_scan_lacks_are_left_out(stores: tuple[VolumeStore, VolumeStore]) -> None:
    planes, outlines = alignment_planes(stores[0], KEYS[0], ("t1ce", "ct", "previous"))
    assert list(planes) == list(outlines) == ["T1CE", "planning CT"]
    assert planes["T1CE"].shape == (3, 10, 10)
    assert outlines["T1CE"].dtype == bool


def test_isodoses_below_the_dose_of_the_slice_are_not_drawn(
    stores: tuple[VolumeStore, VolumeStore],
) -> None:
    ax = plot_isodoses(*stores, KEYS[0], title="Own-01")
    legend = ax.get_legend()
    assert legend is not None
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["lesion", "48 Gy"]  # slice 7 gets 46.7 to 55.7 Gy
    plt.close("all")


def test_names_are_short() -> None:
    cases = [
        Case("burdenko", "Burdenko-GBM-014", 2, "true_progression", False, {}),
        Case("external", "Centre-C-003", 1, "pseudoprogression", False, {}),
    ]
    assert short_names(cases) == ["014 v2", "003 v1"]
