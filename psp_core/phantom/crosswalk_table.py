"""The workbook that says which BraTS 2021 case is which patient of another collection."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook

from psp_core.phantom.nifti_trees import brats_source
from psp_core.runs import atomic_path

FILE = "BraTS2021_MappingToTCIA.xlsx"
HEADER = (
    "Data Collection (as on TCIA+additional)",
    "Site ID",
    "PatientID on TCIA Radiology Portal",
    "Study date (m/d/yyyy) per PatientID",
    "BraTS2021 ID",
    "Segmentation (Task 1) Cohort",
    "MGMT (Task 2) Cohort",
    "MGMT value",
)
PLACEHOLDER = "new-not-previously-in-TCIA"
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+Z")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date of a zip archive


def crosswalk_rows(
    n_brats: int, seed: int, copies: Mapping[str, Sequence[int]], patients: Mapping[str, int]
) -> list[tuple[object, ...]]:
    """One row per BraTS case and one of a case that is in the second task alone.

    Parameters
    ----------
    copies : mapping of str to sequence of int
        By ``upenn_gbm`` and ``ucsf_pdgm`` the BraTS numbers of its first patients.
    patients : mapping of str to int
        How many patients each of them has; the other BraTS cases of that collection are
        patients beyond, as in a download of a part.
    """
    names = {"upenn_gbm": "UPENN-GBM", "ucsf_pdgm": "UCSF-PDGM"}
    known: dict[int, int] = {}
    for collection, name in names.items():
        known |= {number: k for k, number in enumerate(copies[collection], start=1)}
        cases = [n for n in range(1, n_brats + 1) if brats_source(n, seed) == name]
        beyond = [number for number in cases if number not in known]
        known |= {number: patients[collection] + k for k, number in enumerate(beyond, start=1)}
    rows: list[tuple[object, ...]] = []
    for number in range(1, n_brats + 1):
        source = brats_source(number, seed)
        tcia_id: object = f"{source}-{number:04d}"
        if source == PLACEHOLDER:
            tcia_id = PLACEHOLDER
        elif source == "UPENN-GBM":
            tcia_id = f"UPENN-GBM-{known[number]:05d}_11"
        elif source == "UCSF-PDGM":
            tcia_id = known[number]  # the published cell is a bare number
        case = f"BraTS2021_{number:05d}"
        rows.append((source, number % 9 + 1, tcia_id, "", case, "Training", "", ""))
    bare = f"{n_brats + 1:05d}"
    rows.append((PLACEHOLDER, 1, PLACEHOLDER, "", bare, "", "Training", n_brats % 2))
    return rows


def write_crosswalk(rows: Sequence[Sequence[object]], root: Path) -> Path:
    """Write the workbook into the folder of BraTS 2021; the same rows give the same bytes."""
    book = Workbook()
    sheet = book.active
    for row in (HEADER, *rows):
        sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    path = root / FILE
    with (
        atomic_path(path) as temporary,
        zipfile.ZipFile(content) as made,
        zipfile.ZipFile(temporary, "w") as archive,
    ):
        for name in made.namelist():
            # openpyxl writes the time of day into the properties and into the archive.
            plain = _TIME.sub(b"1980-01-01T00:00:00Z", made.read(name))
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), plain, zipfile.ZIP_DEFLATED)
    return path
