"""One face for every source of a brain mask."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import (
    BrainExtractionError,
    EmptyMaskError,
    ExternalCommandError,
    GridMismatchError,
)
from psp_core.preprocessing.brain.extraction import extract_brain

Heads = Callable[[int, float], Any]


def test_the_template_is_the_default(head: Heads) -> None:
    t1ce, brain = head(0, 4.0)
    found = extract_brain(t1ce)
    assert found.method == "atlas"
    assert found.volume_cm3 == pytest.approx(brain.sum() * 0.064, rel=0.08)
    assert found.to_template is not None
    assert found.faults == ()


def test_unknown_voxels_are_background(head: Heads) -> None:
    t1ce, brain = head(0, 4.0)
    values = t1ce.values.copy()
    values[0] = np.nan
    found = extract_brain(Volume(values, t1ce.grid)).mask
    assert 2 * (found & brain).sum() / (found.sum() + brain.sum()) > 0.93


def test_a_given_mask_is_taken_as_it_is(head: Heads) -> None:
    t1ce, brain = head(0, 4.0)
    found = extract_brain(t1ce, given=Volume(brain * 2.0, t1ce.grid))
    assert np.array_equal(found.mask, brain)
    assert (found.method, found.to_template) == ("given", None)


def test_a_stripped_image_keeps_its_brain(head: Heads) -> None:
    t1ce, brain = head(0, 4.0)
    found = extract_brain(Volume(t1ce.values * brain, t1ce.grid))
    assert found.method == "already_stripped"
    assert found.mask.sum() == pytest.approx(brain.sum(), rel=0.01)


def test_the_users_program_is_asked_when_params_say_so(head: Heads, tmp_path: Path) -> None:
    t1ce, _ = head(0, 4.0)
    program = tmp_path / "bright.py"
    program.write_text(
        "import sys, nibabel as nib\nimage = nib.load(sys.argv[1])\nvalues = image.get_fdata()\n"
        "mask = (values > values.mean()).astype('uint8')\n"
        "nib.save(nib.Nifti1Image(mask, image.affine), sys.argv[2])\n",
        encoding="utf-8",
    )
    command = f"{sys.executable} {program} {{input}} {{output}}"
    found = extract_brain(t1ce, method="command", command=command)
    assert found.method == "command"
    assert (found.mask == (t1ce.values > t1ce.values.mean())).mean() > 0.999


def test_a_brain_at_the_edge_of_the_field_is_a_fault() -> None:
    grid = Grid((10, 20, 20), np.diag([5.0, 4.0, 3.0, 1.0]))
    mask = np.zeros(grid.shape)
    mask[:3, 5:15, 5:15] = 1
    found = extract_brain(Volume(mask, grid), given=Volume(mask, grid))
    assert found.cut_cm2 == pytest.approx(10 * 4.0 * 10 * 3.0 / 100)
    assert found.faults == ()
    mask[:3] = 1
    found = extract_brain(Volume(mask, grid), given=Volume(mask, grid))
    assert found.cut_cm2 == pytest.approx(48 + 2 * 15 * 60 / 100 + 2 * 15 * 80 / 100)
    assert "cuts the brain over" in found.faults[0]


def test_the_record_is_json_without_voxels(head: Heads) -> None:
    record = extract_brain(head(0, 4.0).t1ce).record()
    assert json.loads(json.dumps(record)) == record
    assert set(record) == {"method", "volume_cm3", "cut_cm2", "to_template", "likeness", "faults"}
    mask = np.ones((2, 2, 2))
    given = Volume(mask, Grid((2, 2, 2), np.eye(4)))
    assert extract_brain(given, given=given).record()["likeness"] is None


def test_a_given_mask_on_another_grid_raises(head: Heads) -> None:
    t1ce, brain = head(0, 4.0)
    affine = np.array(t1ce.grid.affine)
    affine[0, 3] += 2.0
    with pytest.raises(GridMismatchError, match="resample the mask to the image"):
        extract_brain(t1ce, given=Volume(brain * 1.0, Grid(t1ce.grid.shape, affine)))


def test_an_empty_given_mask_raises(head: Heads) -> None:
    t1ce = head(0, 4.0).t1ce
    with pytest.raises(EmptyMaskError, match="brain mask has no voxel"):
        extract_brain(t1ce, given=Volume(np.zeros(t1ce.grid.shape), t1ce.grid))


def test_a_command_that_is_not_named_raises(head: Heads) -> None:
    with pytest.raises(ExternalCommandError, match=r"brain\.command names none"):
        extract_brain(head(0, 4.0).t1ce, method="command")


def test_a_leg_raises(leg: Volume) -> None:
    with pytest.raises(BrainExtractionError, match="what was found is no brain"):
        extract_brain(leg)


def test_noise_raises() -> None:
    grid = Grid((40, 45, 40), np.diag([4.0, 4.0, 4.0, 1.0]))
    noise = np.random.default_rng(0).normal(100, 20, grid.shape).astype(np.float32)
    with pytest.raises(BrainExtractionError, match="expected"):
        extract_brain(Volume(noise, grid))


def test_an_empty_image_raises() -> None:
    grid = Grid((40, 45, 40), np.diag([4.0, 4.0, 4.0, 1.0]))
    with pytest.raises(BrainExtractionError, match="the image is constant"):
        extract_brain(Volume(np.full(grid.shape, np.nan), grid))
