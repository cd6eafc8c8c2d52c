"""MU-Glioma-Post: follow-up of treated gliomas of any grade, without adjudication.

The clinical workbook knows when the first progression was called, never whether it was
one; so nothing is labelled unless it is asked for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.cohorts.flow import LoadedCohort, make_notes
from psp_core.cohorts.longitudinal import Scan, find_scans, patient_flow, scan_note
from psp_core.cohorts.plugins.mu_workbook import SUBJECT_ID, TIMEPOINTS, read_clinical
from psp_core.cohorts.schema import RANGES, make_cohort
from psp_core.cohorts.versions import newest
from psp_core.errors import ConfigError
from psp_core.evaluation.classes import POSITIVE_CLASS, UNLABELLED

NAME = "mu_glioma_post"
TITLE = "MU-Glioma-Post"
ROLE = "longitudinal; weak labels on demand"
DOI = "10.7937/7K9K-3C83"
LICENCE = "CC BY 4.0"
ACCESS = "open"
DISCLOSURE = "public"
HAS_LABEL = False
HAS_DOSE = False
REFERENCE_STANDARD = (
    "none: no label. With weak labels, the time point nearest to the clinical day of first "
    "progression is true progression; nobody adjudicated it, and pseudoprogression cannot "
    "be labelled at all"
)
FEATURE_SETS = ("no_dose", "no_dose_no_time", "image_only", "time_only")
FRAME = "atlas"
LABEL_MAP = "brats2024"

CLINICAL_PATTERNS = ("*mu*glioma*post*clinical*.xlsx",)
DAYS_PER_YEAR = 365.25
_SCAN = re.compile(rf"(?P<subject>{SUBJECT_ID.pattern})/Timepoint_(?P<timepoint>\d{{1,2}})")
_SUFFIXES = {
    "t1_file": ("brain_t1n",),
    "t1ce_file": ("brain_t1c",),
    "t2_file": ("brain_t2w",),
    "flair_file": ("brain_t2f",),
    "lesion_mask_file": ("tumorMask",),
}


def load_cohort(
    root: Path,
    *,
    clinical_table: Path | None = None,
    weak_labels: bool = False,
    progression_tolerance_days: int = 30,
) -> LoadedCohort:
    """Read the collection: every time point with T1 after contrast and FLAIR.

    Parameters
    ----------
    root : Path
        Folder with the unpacked package.
    clinical_table : Path, optional
        The clinical workbook; sought at most two levels below `root` if not given.
    weak_labels : bool, default False
        Whether the time point nearest to the first progression, after radiotherapy, is
        labelled true progression. Nothing is ever labelled pseudoprogression.
    progression_tolerance_days : int, default 30
        Most days between that time point and the progression.

    Returns
    -------
    LoadedCohort
        ``days_since_rt`` is the day of the MRI less that of the end of radiotherapy;
        ``age_years`` that at diagnosis and the time since, unknown without the day of the MRI.

    Raises
    ------
    ConfigError
        If the tolerance is negative.
    MissingInputError
        If there is no scan or no clinical workbook.
    AmbiguousInputError
        If there are several such workbooks.
    TableError
        With every fault of the workbook.
    """
    if progression_tolerance_days < 0:
        fault = f"progression_tolerance_days is {progression_tolerance_days}; expected 0 or more"
        raise ConfigError(NAME, [fault])
    scans = find_scans(root, _SCAN, _SUFFIXES, example="PatientID_0003/Timepoint_1")
    clinical_table, notes = newest(root, CLINICAL_PATTERNS, scans=SUBJECT_ID, given=clinical_table)
    clinical, odd = read_clinical(clinical_table)
    notes += odd + scans.notes
    known: dict[str, dict[Any, Any]] = {
        str(subject): row.to_dict() for subject, row in clinical.iterrows()
    }
    rows = [_row(scan, known.get(scan.subject_id, {})) for scan in scans.usable]
    for scan, row in zip(scans.usable, rows, strict=True):
        notes += _without_impossible(scan, row)
    notes += [
        scan_note(scan, "patient is not in the clinical workbook")
        for scan in scans.usable
        if scan.subject_id not in known
    ]
    labelling = None
    if weak_labels:
        labelling = _weak_labels(rows, known, progression_tolerance_days)
        rule = f"first_progression_within_{progression_tolerance_days}_days"
        for row, label in zip(rows, labelling["label"], strict=True):
            row.update(label=label, label_rule="" if label == UNLABELLED else rule)
    flow = patient_flow(scans, known, labelling)
    for row in rows:
        row.pop("mri_day")
    return LoadedCohort(make_cohort(rows, source=NAME), flow, make_notes(notes))


def _row(scan: Scan, clinical: Mapping[Any, Any]) -> dict[str, Any]:
    """One row of the cohort table, with the day of its MRI after the diagnosis."""
    mri_day = math.nan
    if scan.timepoint in TIMEPOINTS:
        mri_day = clinical.get(f"mri_{scan.timepoint}_day", math.nan)
    status = ("sex", "idh_status", "mgmt_status", "total_dose_gy", "fractions")
    return {
        "subject_id": scan.subject_id,
        "timepoint": scan.timepoint,
        "visit_number": scan.timepoint,
        "dataset": NAME,
        "days_since_rt": mri_day - clinical.get("rt_end_day", math.nan),
        "age_years": clinical.get("age_at_diagnosis", math.nan) + mri_day / DAYS_PER_YEAR,
        **{column: clinical[column] for column in status if clinical},
        **scan.files,
        "mri_day": mri_day,
    }


def _without_impossible(scan: Scan, row: dict[str, Any]) -> list[dict[str, object]]:
    """Make a difference unknown, in place, that no patient can have; a note of each."""
    notes = []
    for column in ("days_since_rt", "age_years"):
        low, high, _ = RANGES[column]
        if not math.isnan(row[column]) and not low <= row[column] <= high:
            check = f"{column} cannot be, taken as unknown"
            notes.append(scan_note(scan, check, f"{row[column]:g}"))
            row[column] = math.nan
    return notes


def _weak_labels(
    rows: Sequence[Mapping[str, Any]], clinical: Mapping[str, Mapping[Any, Any]], tolerance: int
) -> pd.DataFrame:
    """Label, for each patient, the one time point that the first progression belongs to."""
    table = pd.DataFrame(rows, columns=["subject_id", "mri_day", "days_since_rt"])
    table = table.assign(label=UNLABELLED, reason="another time point is nearer to the progression")
    for subject, own in table.groupby("subject_id"):
        days = clinical.get(str(subject), {})
        progression = days.get("first_progression_day", math.nan)
        distance = (own["mri_day"] - progression).abs()
        near = distance[(distance <= tolerance) & (own["days_since_rt"] >= 0)]
        if len(near):
            table.loc[near.idxmin(), ["label", "reason"]] = [POSITIVE_CLASS, ""]
            continue
        reason = f"no time point after radiotherapy within {tolerance} days of the progression"
        if math.isnan(progression):
            reason = "no day of first progression"
        elif math.isnan(days.get("rt_end_day", math.nan)):
            reason = "no day of the end of radiotherapy"
        table.loc[own.index, "reason"] = reason
    return table[["subject_id", "label", "reason"]]
