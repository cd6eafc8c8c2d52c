"""A small hand-made patient, and programs that are not ours to read it back with."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch

from psp_core.phantom.dicom_header import SeriesHeader
from psp_core.phantom.identity import unique_identifier
from psp_core.phantom.patient import (
    ClinicalRow,
    FollowUp,
    Image,
    PhantomPatient,
    Planning,
    Structure,
)

Floats = npt.NDArray[np.float64]


def affine_of(
    origin_mm: tuple[float, float, float],
    sides_mm: tuple[float, float, float],
    *,
    turn_degrees: tuple[float, float] = (0.0, 0.0),
    upwards: bool = True,
) -> Floats:
    """LPS affine of a [d, h, w] grid turned about z, then about x."""
    about_z, about_x = np.deg2rad(turn_degrees)
    c, s = np.cos(about_z), np.sin(about_z)
    turn_z = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    c, s = np.cos(about_x), np.sin(about_x)
    turn_x = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    columns = np.array([[0, 0, 1.0], [0, 1, 0], [1, 0, 0]])  # d -> z, h -> y, w -> x
    columns[:, 0] *= 1 if upwards else -1
    affine = np.eye(4)
    affine[:3, :3] = turn_x @ turn_z @ columns * sides_mm
    affine[:3, 3] = origin_mm
    return affine


def speckled(shape: tuple[int, int, int], seed: int, bright: float) -> npt.NDArray[np.float32]:
    """Positive noise with one bright voxel in the first corner: no symmetry to hide behind."""
    values = np.random.default_rng(seed).uniform(10, 400, size=shape).astype(np.float32)
    values[0, 0, 0] = bright
    return values


def ellipse(centre: tuple[float, float], axes: tuple[float, float], z: float) -> Floats:
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    x, y = centre[0] + axes[0] * np.cos(angle), centre[1] + axes[1] * np.sin(angle)
    return np.column_stack([x, y, np.full_like(x, z)])


def mr_images(shape: tuple[int, int, int], affine: Floats, seed: int) -> dict[str, Image]:
    return {
        name: Image(speckled(shape, seed + k, 900.0), affine)
        for k, name in enumerate(("t1", "t1ce", "t2", "flair"))
    }


@pytest.fixture(scope="session")
def patient() -> PhantomPatient:
    """CT 16x20x24 at 3 x 2.5 x 2.5 mm, an oblique planning MR, two visits, one without FLAIR."""
    ct = Image(
        speckled((16, 20, 24), 1, 1500.0) - 500, affine_of((-30.1, -20.2, 40.3), (3, 2.5, 2.5))
    )
    dose_gy = np.linspace(0, 62, 8 * 10 * 12).reshape(8, 10, 12)
    dose = Image(dose_gy, affine_of((-30, -20, 41), (5, 5, 5)))
    planes = [43.3 + 3 * k for k in range(8)]
    structures = (
        Structure("body", tuple(ellipse((-2, 3), (26, 20), z) for z in planes)),
        Structure("brainstem", tuple(ellipse((4, 8), (6, 5), z) for z in planes[:3])),
        Structure("left_lens", ()),
        Structure("gtv", tuple(ellipse((-8, 2), (7, 9), z) for z in planes[2:6])),
        Structure("follow_up_1_enhancing", tuple(ellipse((-9, 2), (5, 5), z) for z in planes[2:5])),
        Structure("follow_up_2_flair", ()),
    )
    scanner = affine_of((-25, -28, -12), (4, 2, 2), turn_degrees=(7, -12))
    early = affine_of((25, -22, 30), (3.5, 2, 2.2), turn_degrees=(-5, 9), upwards=False)
    late = mr_images((9, 14, 16), affine_of((-20, -20, 5), (5, 2.5, 2.5)), 90)
    del late["flair"]
    return PhantomPatient(
        number=7,
        planning_system="varian",
        clinical=ClinicalRow(
            sex="F",
            age_years=57,
            idh_status="wildtype",
            mgmt_status="methylated",
            responses=("stable", "response, pseudo progression"),
            visit_days=(21, 96, 180),
            surgery_day=-80,
            rt_start_day=-42,
            topometric_mri_day=-51,
            death_day=None,
        ),
        planning=Planning(
            ct=ct,
            mr=mr_images((10, 18, 20), scanner, 50),
            structures=structures,
            dose=dose,
            prescription_gy=60.0,
            fractions=30,
            fractions_in_plan=30,
        ),
        follow_ups=(
            FollowUp(1, 21, mr_images((11, 16, 18), early, 70)),
            FollowUp(2, 96, late),
        ),
    )


@pytest.fixture(scope="session")
def mr_target(patient: PhantomPatient) -> Structure:
    """Draw a target on slices 3 to 5 of the planning T1CE, in the scanner's frame."""
    affine = patient.planning.mr["t1ce"].affine
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    contours = []
    for d in (3, 4, 5):
        index = np.column_stack([np.full(40, d), 9 + 4 * np.cos(angle), 10 + 5 * np.sin(angle)])
        contours.append(index @ affine[:3, :3].T + affine[:3, 3])
    return Structure("gtv", tuple(contours))


@pytest.fixture(scope="session")
def header() -> Callable[..., SeriesHeader]:
    """Series header with any field replaced by name."""
    first = SeriesHeader(
        patient_id="Burdenko-GBM-007",
        study_uid=unique_identifier("study"),
        study_date=dt.date(2004, 5, 6),
        study_description="Radiotherapy planning 00",
        series_uid=unique_identifier("series"),
        series_number=2,
        series_description="CT00CT",
        modality="CT",
        frame_uid=unique_identifier("frame"),
    )
    return lambda **changes: replace(first, **changes)


@pytest.fixture(scope="session")
def foreign_program() -> Callable[..., str]:
    """Run a program that is not ours; the test is skipped, visibly, where it is not installed."""

    def run(program: str, *arguments: str | Path) -> str:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed: our files are not read back with it")
        done = subprocess.run(
            [program, *map(str, arguments)], capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    return run


@pytest.fixture(scope="session")
def tree_bytes() -> Callable[[Path], dict[str, bytes]]:
    """Every file under a folder by its relative path."""
    return lambda root: {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """One intra-op thread, as in a run: the tests themselves are the parallel part."""
    torch.set_num_threads(1)
