"""A whole download of Burdenko patients, tiny, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage

from psp_core.acquisition.index import index_dicom
from psp_core.cohorts.burdenko_cohort import load_cohort
from psp_core.cohorts.flow import LoadedCohort
from psp_core.phantom.burdenko_series import EncodedSeries, patient_series
from psp_core.phantom.burdenko_tree import write_patient
from psp_core.phantom.clinical_csv import write_clinical_csv
from psp_core.phantom.dicom_structures import ReferencedSeries, encode_structures
from psp_core.phantom.patient import (
    ClinicalRow,
    FollowUp,
    Image,
    PhantomPatient,
    Planning,
    PlanningSystem,
    Structure,
)

SEED = 3
STRUCTURE_BYTES = 60_000
SEQUENCES = ("t1", "t1ce", "t2", "flair")
PTV_MM = 14.0
Edit = Callable[[Dataset], object]


def grid(side_mm: float, origin_mm: float) -> npt.NDArray[np.float64]:
    """Axial LPS affine of a [d, h, w] grid of cubes."""
    affine = np.zeros((4, 4))
    affine[[2, 1, 0], [0, 1, 2]] = side_mm
    affine[:3, 3], affine[3, 3] = origin_mm, 1
    return affine


def disc(name: str, radius_mm: float, planes: int = 3) -> Structure:
    """Circles about the origin, 2 mm apart."""
    angle = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    x, y = radius_mm * np.cos(angle), radius_mm * np.sin(angle)
    heights = 2.0 * (np.arange(planes) - planes // 2)
    return Structure(name, tuple(np.column_stack([x, y, np.full_like(x, z)]) for z in heights))


def patient(
    number: int = 1, system: PlanningSystem = "amphora", prescription_gy: float = 60.0
) -> PhantomPatient:
    """Two follow-ups; the second is pseudoprogression."""
    values = np.random.default_rng(number).uniform(10, 400, (4, 6, 6)).astype(np.float32)
    images = {name: Image(values, grid(4, -10)) for name in SEQUENCES}
    dose_gy = np.full((8, 16, 16), 0.3 * prescription_gy)
    dose_gy[:, 3:13, 3:13] = prescription_gy
    structures = (
        disc("body", 25, planes=7),
        disc("gtv", 8),
        disc("ptv", PTV_MM, planes=5),
        disc("boost", 4),
        Structure("left_lens", ()),
        Structure("follow_up_2_enhancing", ()),
    )
    ct = Image(np.random.default_rng(0).uniform(-500, 900, (6, 12, 12)), grid(5, -27))
    dose = Image(dose_gy, grid(3, -22))
    return PhantomPatient(
        number=number,
        planning_system=system,
        clinical=ClinicalRow(
            sex="F",
            age_years=57,
            idh_status="wildtype",
            mgmt_status="unknown",
            responses=("stable", "response, pseudo progression"),
            visit_days=(21, 60),
            surgery_day=-80,
            rt_start_day=-42,
            topometric_mri_day=-51,
            death_day=None,
        ),
        planning=Planning(ct, images, structures, dose, prescription_gy, 30, 30),
        follow_ups=tuple(
            FollowUp(n, day, {name: images[name] for name in ("t1ce", "flair")})
            for n, day in ((1, 21), (2, 60))
        ),
    )


def write(root: Path, *patients: PhantomPatient) -> Path:
    """Write patients and their clinical table."""
    for one in patients:
        write_patient(one, root, "descriptive", SEED, structure_file_bytes=STRUCTURE_BYTES)
    write_clinical_csv([(one.number, one.clinical) for one in patients], root, SEED)
    return root


def load(root: Path, **options: object) -> LoadedCohort:
    """Index and load a download."""
    return load_cohort(index_dicom(root), root, **options)


def series_of(one: PhantomPatient, modality: str) -> EncodedSeries:
    """The first series of a modality, as the phantom writes it."""
    return next(s for s in patient_series(one, SEED) if s.header.modality == modality)


def add_structures(
    root: Path, one: PhantomPatient, number: int, *structures: Structure
) -> tuple[Path, str]:
    """Add a structure set on the planning CT; its file and the UID of its series."""
    ct, first = series_of(one, "CT").header, series_of(one, "RTSTRUCT").header
    image = one.planning.ct
    drawn_on = ReferencedSeries(ct, CTImageStorage, image.affine, len(image.values))
    header = replace(first, series_number=number, series_uid=f"{first.series_uid}.{number}")
    path = root / f"more-{one.number}-{number}.dcm"
    path.write_bytes(
        encode_structures(
            structures, header, drawn_on, one.planning_system, file_bytes=STRUCTURE_BYTES
        )
    )
    return path, header.series_uid


def files_of(root: Path, one: PhantomPatient, modality: str) -> list[Path]:
    """Files of the first series of a modality."""
    uid = series_of(one, modality).header.series_uid
    index = index_dicom(root)
    return sorted(ref.location for ref in index.files(uid))


def edit(path: Path, change: Edit) -> None:
    """Change one DICOM file in place."""
    dataset = pydicom.dcmread(path)
    change(dataset)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(path)
