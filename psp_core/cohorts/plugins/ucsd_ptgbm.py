"""UCSD-PTGBM: treated glioblastomas with a published list of treatment effects, no dose.

Found in the main package and in the BraTS-2024 test package, together or alone. Whether
the images are skull-stripped is not published: they are taken as they come.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.cohorts.flow import LoadedCohort, make_notes
from psp_core.cohorts.longitudinal import Scan, find_scans, patient_flow, scan_note
from psp_core.cohorts.plugins.ucsd_clinical import read_clinical
from psp_core.cohorts.plugins.ucsd_labels import Rule, check_rule, label_of
from psp_core.cohorts.plugins.ucsd_negatives import read_negatives
from psp_core.cohorts.plugins.ucsd_scan_id import EXAMPLE, SCAN_ID
from psp_core.cohorts.schema import make_cohort
from psp_core.cohorts.versions import newest
from psp_core.errors import MissingInputError
from psp_core.evaluation.classes import UNLABELLED

NAME = "ucsd_ptgbm"
TITLE = "UCSD-PTGBM"
ROLE = "external test"
DOI = "10.7937/fwv2-dt74"
LICENCE = "CC BY 4.0"
ACCESS = "open"
DISCLOSURE = "public"
HAS_LABEL = True
HAS_DOSE = False
REFERENCE_STANDARD = (
    "treatment effect: listed by the makers, mostly proven by pathology; true progression: "
    "not on that list, so residual or recurrent tumour of any kind and a treatment effect "
    "that nobody found count as progression"
)
FEATURE_SETS = ("no_dose", "no_dose_no_time", "image_only", "time_only")
FRAME = "native"
LABEL_MAP = "brats2024"

CLINICAL_PATTERNS = ("*ptgbm*clinical*.xlsx",)
NEGATIVE_PATTERNS = ("*negative*cases*.xlsx",)
_SUFFIXES = {
    "t1_file": ("T1pre",),
    "t1ce_file": ("T1post",),
    "t2_file": ("T2",),
    "flair_file": ("FLAIR",),
    "lesion_mask_file": ("BraTS_tumor_seg",),
    # Not used, but a copy of zero bytes is known and worth a note.
    "cellular": ("total_cellular_tumor_seg",),
    "enhancing_cellular": ("enhancing_cellular_tumor_seg",),
    "non_enhancing_cellular": ("non_enhancing_cellular_tumor_seg",),
}


def load_cohort(
    root: Path,
    *,
    clinical_table: Path | None = None,
    negative_table: Path | None = None,
    treatment_effect: Sequence[str] = ("psp",),
    earliest_days_since_rt: int | None = 0,
    latest_days_since_rt: int | None = 180,
) -> LoadedCohort:
    """Read the collection: every time point with T1 after contrast and FLAIR.

    Parameters
    ----------
    root : Path
        Folder with one or both unpacked packages.
    clinical_table, negative_table : Path, optional
        The two workbooks; sought at most two levels below `root` if not given.
    treatment_effect : sequence of str, default ("psp",)
        Diagnoses of the list (`ucsd_negatives.EFFECTS`) that count as pseudoprogression.
        A time point that is listed as something else has no label.
    earliest_days_since_rt, latest_days_since_rt : int, optional
        A time point outside these days after the last radiation has no label.

    Returns
    -------
    LoadedCohort
        Without the workbook of negative cases nothing has a label.

    Raises
    ------
    ConfigError
        If the label rule cannot be.
    MissingInputError
        If there is no scan, or no clinical workbook, or a given file is not there.
    AmbiguousInputError
        If there are several such workbooks.
    TableError
        With every fault of a workbook.
    """
    rule = Rule(
        effects=tuple(treatment_effect),
        earliest=earliest_days_since_rt,
        latest=latest_days_since_rt,
    )
    check_rule(rule)
    scans = find_scans(root, SCAN_ID, _SUFFIXES, example=EXAMPLE)
    clinical_table, notes = newest(root, CLINICAL_PATTERNS, scans=SCAN_ID, given=clinical_table)
    clinical, odd = read_clinical(clinical_table)
    notes += odd
    negatives, more = _negatives(root, negative_table)
    notes += more
    if negatives is None:
        check = "no workbook of negative cases, so nothing is labelled"
        notes.append({"subject_id": "", "check": check})
    rows = []
    labelling = []
    for scan in scans.usable:
        scan_id = _scan_id(scan)
        known = clinical.loc[scan_id].to_dict() if scan_id in clinical.index else None
        label, standard, reason = label_of(scan_id, known, negatives, rule)
        if known is None:
            notes.append(scan_note(scan, "time point is not in the clinical workbook"))
        elif label == UNLABELLED and negatives is not None:
            notes.append(scan_note(scan, "time point without a label", reason))
        labelling.append({"subject_id": scan.subject_id, "label": label, "reason": reason})
        rule_name = "" if label == UNLABELLED else rule.name
        rows.append(
            {
                **_row(scan, known or {}),
                "label": label,
                "label_rule": rule_name,
                "reference_standard": standard,
            }
        )
    notes += scans.notes + _table_alone(clinical, negatives, set(map(_scan_id, scans.found)))
    flow = patient_flow(
        scans,
        clinical["subject_id"],
        pd.DataFrame(labelling, columns=["subject_id", "label", "reason"]),
    )
    return LoadedCohort(make_cohort(rows, source=NAME), flow, make_notes(notes))


def _negatives(
    root: Path, given: Path | None
) -> tuple[pd.DataFrame | None, list[dict[str, object]]]:
    """Read the workbook of negative cases and its notes; None if there is none."""
    try:
        path, older = newest(root, NEGATIVE_PATTERNS, scans=SCAN_ID, given=given)
    except MissingInputError:
        return None, []
    negatives, notes = read_negatives(path)
    return negatives, older + notes


def _scan_id(scan: Scan) -> str:
    return f"{scan.subject_id}_{scan.timepoint:02d}"


def _row(scan: Scan, clinical: Mapping[Any, Any]) -> dict[str, Any]:
    """One row of the cohort table, without its label."""
    known = ("age_years", "sex", "idh_status", "mgmt_status", "days_since_rt")
    return {
        "subject_id": scan.subject_id,
        "timepoint": scan.timepoint,
        "visit_number": scan.timepoint,
        "dataset": NAME,
        **{column: clinical[column] for column in known if column in clinical},
        **{column: file for column, file in scan.files.items() if column.endswith("_file")},
    }


def _table_alone(
    clinical: pd.DataFrame, negatives: pd.DataFrame | None, in_download: Container[str]
) -> list[dict[str, object]]:
    """Notes of time points that only a workbook knows."""
    check = "time point in the clinical workbook alone"
    told = [(scan_id, check) for scan_id in clinical.index if scan_id not in in_download]
    if negatives is not None:
        check = "negative case is not in the clinical workbook"
        told += [(scan_id, check) for scan_id in negatives.index if scan_id not in clinical.index]
    return [
        {"subject_id": subject, "visit_number": int(timepoint), "check": check}
        for scan_id, check in told
        for subject, timepoint in [scan_id.rsplit("_", 1)]
    ]
