"""UPENN-GBM: unlabelled baselines, and 60 scans before a second surgery with a PsP/TP score.

The score grades the tissue of the second surgery from 1 (treatment effect) to 6 (tumour);
its direction and cuts are inferred from Akbari 2020 (Cancer 126:2625), so they are
parameters and every cut is reported (`upenn_gbm_cuts`). Every scored patient was operated
on again, which selects; the end of radiotherapy is not given, nor a dose.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.cohorts.flow import LoadedCohort, make_notes
from psp_core.cohorts.longitudinal import Scan, patient_flow, scan_note
from psp_core.cohorts.schema import make_cohort
from psp_core.cohorts.upenn_gbm_cuts import checked_cut
from psp_core.cohorts.upenn_gbm_scans import find_scans
from psp_core.cohorts.upenn_gbm_table import SCAN_ID, TABLE, read_clinical_table
from psp_core.cohorts.versions import newest
from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS, UNLABELLED

NAME = "upenn_gbm"
TITLE = "UPENN-GBM"
ROLE = "self-supervised pre-training, survival transfer and open external test"
DOI = "10.7937/TCIA.709X-DN49"
LICENCE = "CC BY 4.0"
ACCESS = "open"
DISCLOSURE = "public"
HAS_LABEL = True
HAS_DOSE = False
REFERENCE_STANDARD = (
    "histology of a second resection, graded 1 (treatment effect) to 6 (tumour); direction and "
    "cuts are inferred, mixed tissue is frequent, and only patients who were operated on again "
    "have a grade"
)
FEATURE_SETS = ("no_dose_no_time", "image_only")
FRAME = "atlas"
LABEL_MAP = "brats2021"

_CLINICAL = (
    "sex", "idh_status", "mgmt_status", "resection", "age_years", "survival_days",
    "survival_event",
)  # fmt: skip


def load_cohort(
    root: Path, *, clinical_table: Path | None = None, label_cut: int = 3
) -> LoadedCohort:
    """Read all scans with T1CE and FLAIR; those with a score are labelled.

    Time point 0 is the baseline (``_11``), 1 the scan before a second surgery (``_21``).
    Survival counts from the surgery that follows the scan, in a ``_21`` row the later
    one, and not from the end of radiotherapy, which is not known.

    Parameters
    ----------
    root : Path
        Folder of the download, at any level of its packaging.
    clinical_table : Path, optional
        Its table; the newest version below `root` by default.
    label_cut : int, default 3
        Largest score that is pseudoprogression.

    Raises
    ------
    ConfigError
        If the cut leaves a class without scores.
    MissingInputError, AmbiguousInputError
        If there are no scans, or no or several tables.
    TableError
        With every fault of the table, by row.
    """
    checked_cut((label_cut, label_cut + 1))
    table, notes = _read_table(root, clinical_table)
    scans = find_scans(root)
    clinical = {(row["subject_id"], row["timepoint"]): row for row in table.to_dict("records")}
    rows, labelling = [], []
    for scan in scans.usable:
        cells = clinical.get((scan.subject_id, scan.timepoint))
        if cells is None:
            notes.append(scan_note(scan, "scan without a row in the clinical table"))
        label, reason = _label(scan, cells, label_cut)
        rows.append(
            {
                "subject_id": scan.subject_id,
                "timepoint": scan.timepoint,
                "dataset": NAME,
                **({} if cells is None else {name: cells[name] for name in _CLINICAL}),
                **scan.files,
                **label,
            }
        )
        told = label.get("label", UNLABELLED)
        labelling.append({"subject_id": scan.subject_id, "label": told, "reason": reason})
    used = {(scan.subject_id, scan.timepoint) for scan in scans.usable}
    with_images = {scan.subject_id for scan in scans.usable}
    check = "row of the clinical table without usable images"
    notes += [
        {"subject_id": subject, "check": check, "visit_number": timepoint}
        for subject, timepoint in clinical
        if subject in with_images and (subject, timepoint) not in used
    ]
    notes.append({"subject_id": "", "check": "survival counts from surgery, not radiotherapy"})
    flow = patient_flow(
        scans,
        table["subject_id"],
        pd.DataFrame(labelling, columns=["subject_id", "label", "reason"]),
    )
    return LoadedCohort(make_cohort(rows, source=NAME), flow, make_notes([*scans.notes, *notes]))


def read_scores(root: Path, *, clinical_table: Path | None = None) -> pd.DataFrame:
    """Read the scores of the scans before a second surgery.

    Parameters and errors as for `load_cohort`.

    Returns
    -------
    DataFrame
        ``subject_id``, ``timepoint``, ``psp_tp_score`` (int, 1 to 6).
    """
    table, _ = _read_table(root, clinical_table)
    scored = table[(table["timepoint"] > 0) & table["psp_tp_score"].notna()]
    columns = ["subject_id", "timepoint", "psp_tp_score"]
    return scored[columns].astype({"psp_tp_score": int}).reset_index(drop=True)


def _label(
    scan: Scan, cells: Mapping[Hashable, Any] | None, label_cut: int
) -> tuple[dict[str, str], str]:
    """Columns of the label of a scan with a score; else none and the reason."""
    if cells is None:
        return {}, "no row in the clinical table"
    if scan.timepoint == 0:
        return {}, "a baseline, before any treatment"
    if pd.isna(cells["psp_tp_score"]):
        return {}, "second surgery without score"
    is_pseudoprogression = cells["psp_tp_score"] <= label_cut
    return {
        "label": NEGATIVE_CLASS if is_pseudoprogression else POSITIVE_CLASS,
        "label_rule": f"psp_tp_score <= {label_cut}",
        "reference_standard": "histology",
    }, ""


def _read_table(
    root: Path, clinical_table: Path | None
) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """The table given, or the newest there is."""
    patterns = (f"{TABLE}_v*.csv",)
    clinical_table, versions = newest(root, patterns, scans=SCAN_ID, given=clinical_table)
    table, notes = read_clinical_table(clinical_table)
    return table, versions + notes
