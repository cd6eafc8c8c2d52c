"""UCSF-PDGM: pre-operative scans without label; six patients have a further early scan.

Images lie on a grid of 240 x 240 x 155 like BraTS, but in the patient's own FLAIR space.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from psp_core.cohorts.flow import LoadedCohort, make_notes
from psp_core.cohorts.longitudinal import (
    Scan,
    Scans,
    one_per_time_point,
    patient_flow,
    scan_note,
)
from psp_core.cohorts.scan_files import find_files, find_folders, named
from psp_core.cohorts.schema import make_cohort
from psp_core.cohorts.ucsf_pdgm_table import TABLE, read_metadata
from psp_core.cohorts.versions import newest
from psp_core.errors import MissingInputError

NAME = "ucsf_pdgm"
TITLE = "UCSF-PDGM"
ROLE = "self-supervised pre-training and survival transfer"
DOI = "10.7937/tcia.bdgf-8v37"
LICENCE = "CC BY 4.0"
ACCESS = "open"
DISCLOSURE = "public"
HAS_LABEL = False
HAS_DOSE = False
REFERENCE_STANDARD = "none: no label"
FEATURE_SETS = ("no_dose_no_time", "image_only")
FRAME = "stripped"
LABEL_MAP = "brats2021"

_EXAM = re.compile(r"(UCSF-PDGM-\d{4})(?:_FU(\d+)d)?(?:_nifti)?")
_IMAGES = {
    "t1_file": "T1", "t1ce_file": "T1c", "t2_file": "T2", "flair_file": "FLAIR",
    "lesion_mask_file": "tumor_segmentation", "brain_mask_file": "brain_segmentation",
}  # fmt: skip


def load_cohort(root: Path, *, clinical_table: Path | None = None) -> LoadedCohort:
    """Read all exams with T1CE and FLAIR, unlabelled.

    Time point 0 is the exam before surgery, a follow-up counts from 1 in order of its
    days. Images are those without correction of the bias field. Survival is that of the
    table (``OS``), not counted from radiotherapy.

    Parameters
    ----------
    root : Path
        Folder of the download, any version, at any level of its packaging.
    clinical_table : Path, optional
        Its metadata; the newest version below `root` by default.

    Raises
    ------
    MissingInputError, AmbiguousInputError
        If there are no exams, or no or several tables.
    TableError
        With every fault of the table, by row.
    """
    patterns = (f"{TABLE}_v*.csv",)
    clinical_table, notes = newest(root, patterns, scans=_EXAM, given=clinical_table)
    table, odd = read_metadata(clinical_table)
    notes += odd
    scans, days = find_scans(root)
    columns = [name for name in table if name not in ("subject_id", "follow_up_day")]
    cells: dict[Any, Any] = table.set_index(["subject_id", "follow_up_day"])[columns].to_dict(
        "index"
    )
    rows = []
    for scan in scans.usable:
        day = days[scan.subject_id][scan.timepoint]
        row = {"subject_id": scan.subject_id, "timepoint": scan.timepoint, "dataset": NAME}
        if (scan.subject_id, day) not in cells:
            notes.append(scan_note(scan, "exam without a row in the metadata"))
        if day:
            notes.append(scan_note(scan, "follow-up exam", f"day {day}"))
        rows.append({**row, **cells.get((scan.subject_id, day), {}), **scan.files})
    notes.append({"subject_id": "", "check": "survival does not count from radiotherapy"})
    flow = patient_flow(scans, table["subject_id"], None)
    return LoadedCohort(make_cohort(rows, source=NAME), flow, make_notes([*scans.notes, *notes]))


def find_scans(root: Path) -> tuple[Scans, dict[str, dict[int, int]]]:
    """Find every exam by names and sizes alone.

    Returns
    -------
    The exams, and by patient the day of every time point (0 before surgery).

    Raises
    ------
    MissingInputError
        If no folder is named like an exam.
    """
    root = named(root)
    folders = [(folder, _EXAM.fullmatch(folder.name)) for folder in find_folders(root, _EXAM)]
    exams = [(folder, match[1], int(match[2] or 0)) for folder, match in folders if match]
    if not exams:
        raise MissingInputError(
            f"no folder named like UCSF-PDGM-0004_nifti under {root.name}; "
            "give the folder that holds the unpacked download"
        )
    days: dict[str, dict[int, int]] = {}
    for subject in {subject for _, subject, _ in exams}:
        later = sorted({day for _, one, day in exams if one == subject and day})
        days[subject] = {0: 0} | dict(enumerate(later, start=1))
    found = []
    for folder, subject, day in exams:
        timepoint = next(number for number, one in days[subject].items() if one == day)
        stem = folder.name.removesuffix("_nifti")
        names = {
            column: (f"{stem}_{kind}", f"{subject}_{kind}") for column, kind in _IMAGES.items()
        }
        files, empty = find_files(folder, root, names)
        relative = folder.relative_to(root).as_posix()
        found.append(Scan(subject, timepoint, relative, files, empty))
    return one_per_time_point(found), days
