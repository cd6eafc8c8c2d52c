"""Maps between a head's volumes against its known pose; what a bad pair gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume, read_volume
from psp_core.errors import FrameOfReferenceError, RegistrationError
from psp_core.preprocessing.registration.rigid import Engine, Registration, register_rigid
from psp_core.preprocessing.transform import Rigid

WORKING_MM = 3.0


def to_ct(head: Any, **changes: Any) -> Registration:
    settings: dict[str, Any] = {
        "source": "ct",
        "target": "t1ce",
        "working_mm": WORKING_MM,
        "seed": 0,
        "fixed_mask": head.ct_brain,
    }
    return register_rigid(head.ct, head.t1ce, **{**settings, **changes})


def test_the_pose_is_found_however_the_head_lies(heads: list[Any]) -> None:
    for head in heads:
        found = to_ct(head, moving_mask=head.t1ce_brain)
        assert head.error_mm(found.transform) < 1.0
        assert found.quality.faults() == ()
        assert not found.quality.start_kept
        assert found.quality.similarity_after > 2 * found.quality.similarity_before
        assert found.quality.surface_mm < 2.0


def test_the_pose_is_found_without_masks(head: Any) -> None:
    found = to_ct(head, fixed_mask=None)
    assert head.error_mm(found.transform) < 1.5
    assert found.quality.faults() == ()
    assert np.isnan(found.quality.surface_mm)


@pytest.mark.parametrize(
    ("engine", "starts", "working_mm"), [("simpleitk", 3, 3.0), ("ants", 1, 6.0)]
)
def test_two_runs_find_the_pose_in_the_same_bytes(
    head: Any, engine: Engine, starts: int, working_mm: float
) -> None:
    first, second = (
        to_ct(head, engine=engine, starts=starts, working_mm=working_mm) for _ in range(2)
    )
    assert head.error_mm(first.transform) < working_mm / 2
    assert first.transform.matrix.tobytes() == second.transform.matrix.tobytes()
    assert first.quality.record() == second.quality.record()


def test_images_of_one_visit_stay_as_they_lie(heads: list[Any]) -> None:
    for head in heads:
        found = register_rigid(
            head.t1ce, head.flair, source="t1ce", target="flair", working_mm=WORKING_MM, seed=1,
            starts=2,
        )  # fmt: skip
        assert found.quality.start_kept
        np.testing.assert_array_equal(found.transform.matrix, np.eye(4))
        assert found.quality.similarity_after == found.quality.similarity_before


def test_a_start_that_is_right_is_kept_and_one_that_is_wrong_is_not(head: Any) -> None:
    right = to_ct(head, start=head.ct_to_t1ce, starts=2)
    assert right.quality.start_kept
    assert head.error_mm(right.transform) == 0
    wrong = head.ct_to_t1ce.then(Rigid.shift("t1ce", "t1ce", (3.0, 0.0, 0.0)))
    mended = to_ct(head, start=wrong, starts=2)
    assert not mended.quality.start_kept
    assert head.error_mm(mended.transform) < 1.0


def test_the_frames_may_lie_anywhere(head: Any) -> None:
    """A scanner's origin is where its maker put it: both volumes are carried far away."""
    near = to_ct(head, starts=2)
    far = Rigid.shift("t1ce", "t1ce", (1200.0, -900.0, 700.0))
    carried = Volume(head.t1ce.values, far.carry(head.t1ce.grid))
    found = register_rigid(
        head.ct, carried, source="ct", target="t1ce", working_mm=WORKING_MM, seed=0,
        fixed_mask=head.ct_brain, starts=2,
    )  # fmt: skip
    assert found.quality.similarity_before == 0
    brain = head.ct.grid.to_world(np.argwhere(head.ct_brain)[::50])
    assert near.transform.then(far).distance_mm(found.transform, brain).max() < 0.5


def test_voxels_that_were_not_measured_do_not_count(head: Any) -> None:
    values = head.t1ce.values.copy()
    values[:8] = np.nan
    holes = Volume(values, head.t1ce.grid)
    found = register_rigid(
        head.ct, holes, source="ct", target="t1ce", working_mm=WORKING_MM, seed=0,
        fixed_mask=head.ct_brain, starts=2,
    )  # fmt: skip
    assert head.error_mm(found.transform) < 1.5


def test_another_body_part_is_a_fault(head: Any) -> None:
    values = np.random.default_rng(3).uniform(0, 900, head.t1ce.values.shape)
    noise = Volume(values.astype(np.float32), head.t1ce.grid)
    try:
        faults = register_rigid(
            head.ct, noise, source="ct", target="t1ce", working_mm=WORKING_MM, seed=0, starts=2
        ).quality.faults()
    except RegistrationError as error:
        faults = (str(error),)
    assert faults


def test_a_start_far_from_the_image_raises(head: Any) -> None:
    away = Rigid.shift("ct", "t1ce", (900.0, 0.0, 0.0))
    with pytest.raises(RegistrationError, match=r"all 1 starts failed.*the same head"):
        to_ct(head, start=away, starts=1)


def test_a_start_between_other_frames_raises(head: Any) -> None:
    with pytest.raises(FrameOfReferenceError, match="leads from a to b, expected ct to t1ce"):
        to_ct(head, start=Rigid.identity("a", "b"))


def test_no_start_raises(head: Any) -> None:
    with pytest.raises(RegistrationError, match="starts is 0"):
        to_ct(head, starts=0)


def test_the_record_is_json(head: Any) -> None:
    found = to_ct(head, starts=1)
    record = json.loads(json.dumps(found.record(), allow_nan=False))
    assert record["quality"]["surface_mm"] is None
    assert record["quality"]["spread_mm"] is None
    read = Rigid.from_record(record["transform"])
    np.testing.assert_array_equal(read.matrix, found.transform.matrix)


@pytest.fixture(scope="module")
def glioma(reference_dir: Path) -> tuple[Volume, Volume]:
    """Real T1CE and FLAIR, co-registered by others and skull-stripped."""
    folder = reference_dir / "mri_tcga_du7294"
    return read_volume(folder / "sri24_bet_t1c.nii.gz"), read_volume(
        folder / "sri24_bet_fla.nii.gz"
    )


def test_a_real_registered_pair_stays_as_it_lies(glioma: tuple[Volume, Volume]) -> None:
    t1ce, flair = glioma
    found = register_rigid(t1ce, flair, source="t1ce", target="flair", working_mm=2.0, seed=0)
    assert found.quality.start_kept
    assert found.quality.faults() == ()


def test_a_real_pair_moved_apart_comes_back(glioma: tuple[Volume, Volume]) -> None:
    t1ce, flair = glioma
    matrix = np.eye(4)
    turn = Rotation.from_euler("xyz", (8.0, -6.0, 9.0), degrees=True)
    matrix[:3, :3] = turn.as_matrix()
    matrix[:3, 3] = (20.0, -15.0, 25.0)
    moved = Rigid("t1ce", "flair", matrix)
    apart = Volume(flair.values, Grid(flair.grid.shape, moved.matrix @ flair.grid.affine))
    brain = t1ce.values > 0
    found = register_rigid(
        t1ce, apart, source="t1ce", target="flair", working_mm=2.0, seed=0, fixed_mask=brain
    )
    points = t1ce.grid.to_world(np.argwhere(brain)[::5000])
    assert moved.distance_mm(found.transform, points).max() < 1.0
    assert found.quality.faults() == ()
