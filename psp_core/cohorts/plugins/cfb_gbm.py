"""CFB-GBM: scans before and after radiotherapy with the planned dose, all in one space."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from psp_core.cohorts.flow import LoadedCohort, make_notes
from psp_core.cohorts.longitudinal import Scan, one_per_time_point, patient_flow, scan_note
from psp_core.cohorts.plugins.cfb_gbm_tables import (
    AUTOMATIC,
    PATIENT,
    TIMES,
    read_clinical,
    read_gtv_types,
    read_responses,
    read_scan_weeks,
    read_treatment,
)
from psp_core.cohorts.scan_files import find_files, find_folders, named
from psp_core.cohorts.schema import make_cohort
from psp_core.cohorts.versions import newest
from psp_core.errors import AmbiguousInputError, MissingInputError, TableError
from psp_core.evaluation.classes import CLASSES, NEGATIVE_CLASS, POSITIVE_CLASS, UNLABELLED

NAME = "cfb_gbm"
TITLE = "CFB-GBM"
ROLE = "test of the dose pipeline; weak labels on request"
DOI = "10.7937/v9pn-2f72"
LICENCE = "CC BY 4.0"
ACCESS = "open"
DISCLOSURE = "public"
HAS_LABEL = False
HAS_DOSE = True
REFERENCE_STANDARD = (
    "follow-up, weak and only on request: volumes of automatic masks against t0 (growth by more "
    "than 40 % at t1, and what t2 shows), without reader, steroids or histology, within a window "
    "after an end of radiotherapy that is estimated from its start and the fractions. Of 24 "
    "early growths t2 against t1 is stable in 10, growing in 3 and missing in 11: a growth that "
    "stays counts as true progression here, so this is no ground truth of pseudoprogression"
)
# IDH and MGMT are known of nobody, so no set with them can be served, dose or not.
FEATURE_SETS = ("image_only", "time_only")
FRAME = "native"
LABEL_MAP = "any_positive"
RULE = "weak_volume"

# The CT is left out on purpose: the dose lies in the space of T1Gd, and a CT that is named
# would make preprocessing register the scan to it.
_MODALITIES = {
    "t1_file": ("t1eg", "t1tse"),
    "t1ce_file": ("t1gd",),
    "t2_file": ("t2tse",),
    "flair_file": ("flair",),
    "lesion_mask_file": ("gtv",),
    "brain_mask_file": ("brain_mask",),
}
_DOSE = {"dose_file": ("rtdose",)}
_ABOUT_ALL = (
    ("end of radiotherapy", "estimated: its start, then five fractions a week"),
    ("start of radiotherapy", "delay from t0 by the column's name, from diagnosis by its text"),
    ("survival", "from t0; only patients who died are in the collection"),
    ("lesion masks", "of t1 and t2: drawn by a program, no person"),
)


def load_cohort(root: Path, *, window_weeks: int = 12, weak_labels: bool = False) -> LoadedCohort:
    """Read every scan with T1CE and FLAIR; the dose of t0 serves all scans of a patient.

    Parameters
    ----------
    root : Path
        Folder with the patients' folders and the tables (TSV) somewhere above them.
    window_weeks : int, default 12
        How long after the end of radiotherapy growth at t1 is early.
    weak_labels : bool, default False
        Label early growth at t1 by t2: against t0 again more than 40 % larger is true
        progression, anything else pseudoprogression.

    Returns
    -------
    LoadedCohort
        One row per scan; time points 0 (before radiotherapy), 1 and 2.

    Raises
    ------
    MissingInputError
        If there is no patient's folder, or a table misses.
    AmbiguousInputError
        If the newest version of a table is there more than once.
    TableError
        With every fault of a table.
    """
    root = named(root)
    folders = find_folders(root, PATIENT)
    if not folders:
        raise MissingInputError(
            f"no folder named like 001 under {root.name}; "
            "give the folder that holds the unpacked download"
        )
    notes: list[dict[str, object]] = [
        {"subject_id": "", "check": check, "detail": detail} for check, detail in _ABOUT_ALL
    ]
    clinical, odd_patients = read_clinical(_newest(root, "clinical_data", notes))
    schedules, odd_schedules = read_treatment(_newest(root, "treatment_data", notes))
    weeks, odd_weeks = read_scan_weeks(_newest(root, "mri_availability", notes))
    notes += odd_patients + odd_schedules + odd_weeks
    types = _gtv_types(root, notes)
    responses: dict[str, tuple[str, str]] = {}
    if weak_labels:
        responses = read_responses(_newest(root, "rano_criteria", notes))
    scans = one_per_time_point([scan for one in folders for scan in _scans(one, root)])
    unknown = sorted({scan.subject_id for scan in scans.found} - {*clinical})
    notes += [{"subject_id": one, "check": "no row in the clinical table"} for one in unknown]
    rows: list[dict[str, Any]] = []
    reasons = []
    for scan in scans.usable:
        subject, time = scan.subject_id, TIMES[scan.timepoint]
        if time == "t0" and types.get((subject, time)) == AUTOMATIC:
            notes.append(scan_note(scan, "lesion mask of t0 drawn by a program"))
        schedule = schedules.get(subject, {})
        days = {
            one: 7 * weeks.get((subject, one), math.nan) - schedule.get("end_days", math.nan)
            for one in TIMES
        }
        label, reason = weak_label(
            *responses.get(subject, ("", "")), days_at_t1=days["t1"], window_weeks=window_weeks
        )
        is_event = weak_labels and label in CLASSES and time == "t1"
        reasons.append(reason or "no scan with T1CE and FLAIR of the early growth")
        rows.append(
            {
                "subject_id": subject,
                "timepoint": scan.timepoint,
                "visit_number": scan.timepoint,
                "dataset": NAME,
                "days_since_rt": days[time] if math.isnan(days[time]) else round(days[time]),
                "label": label if is_event else UNLABELLED,
                "label_rule": RULE if is_event else "",
                "reference_standard": "follow_up" if is_event else "unknown",
                "total_dose_gy": schedule.get("total_dose_gy"),
                "fractions": schedule.get("fractions"),
                **clinical.get(subject, {}),
                **scan.files,
            }
        )
    cohort = make_cohort(rows, source=NAME)
    labelling = cohort[["subject_id", "label"]].assign(reason=reasons) if weak_labels else None
    flow = patient_flow(scans, [*clinical, *schedules], labelling)
    return LoadedCohort(cohort, flow, make_notes([*scans.notes, *notes]))


def weak_label(at_t1: str, at_t2: str, *, days_at_t1: float, window_weeks: int) -> tuple[str, str]:
    """Label an early growth at t1 by what t2 shows, both against t0.

    Parameters
    ----------
    at_t1, at_t2 : str
        Responses by volume, empty when missing.
    days_at_t1 : float
        From the estimated end of radiotherapy to t1; NaN when unknown.
    window_weeks : int
        How long after that a growth is early, both ends included.

    Returns
    -------
    label, reason : str
        Why there is no label, else empty.
    """
    if at_t1 != "PD":
        return UNLABELLED, "no growth at t1" if at_t1 else "no response at t1"
    if math.isnan(days_at_t1):
        return UNLABELLED, "end of radiotherapy or time of t1 unknown"
    if not 0 <= days_at_t1 <= 7 * window_weeks:
        return UNLABELLED, "growth at t1 outside the window"
    if not at_t2:
        return UNLABELLED, "no response at t2"
    return POSITIVE_CLASS if at_t2 == "PD" else NEGATIVE_CLASS, ""


def _scans(folder: Path, root: Path) -> Iterator[Scan]:
    """Every time of one folder of a patient, each with the dose of t0; t0 always."""
    dose, empty_dose = find_files(folder / "t0", root, _names(folder.name, "t0", _DOSE))
    for timepoint, time in enumerate(TIMES):
        place = folder / time
        if place.is_dir() or time == "t0":
            files, empty = find_files(place, root, _names(folder.name, time, _MODALITIES))
            empty += empty_dose if time == "t0" else []
            relative = place.relative_to(root).as_posix()
            yield Scan(folder.name, timepoint, relative, files | dose, empty)


def _names(
    patient: str, time: str, modalities: Mapping[str, tuple[str, ...]]
) -> dict[str, list[str]]:
    """File names by column: the number without padding, as shipped, or with it."""
    return {
        column: [f"{one}_{time}_{name}" for name in names for one in (int(patient), patient)]
        for column, names in modalities.items()
    }


def _newest(root: Path, name: str, notes: list[dict[str, object]]) -> Path:
    """Find the newest version of a table and note the others."""
    stem = f"CFB-GBM_{name}"
    patterns = (f"{stem}_v*.tsv", f"{stem}*.tsv", f"{stem}*.xls*")
    path, older = newest(root, patterns, scans=PATIENT)
    notes += older
    return path


def _gtv_types(root: Path, notes: list[dict[str, object]]) -> dict[tuple[str, str], str]:
    """Who drew the masks; nothing without the table, which no result needs."""
    try:
        path = _newest(root, "treatment_imaging_availability", notes)
        return read_gtv_types(path)
    except MissingInputError:
        return {}
    except (AmbiguousInputError, TableError) as error:
        check = "table of who drew the masks could not be read, not used"
        detail = " ".join(str(error).split())
        notes.append({"subject_id": "", "check": check, "detail": detail})
        return {}
