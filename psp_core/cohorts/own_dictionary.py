"""What a CSV of one's own may hold: the columns, their values and their meaning."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from psp_core.cohorts.schema import CATEGORIES, RANGES

REQUIRED = ("subject_id", "timepoint", "label")
CELLS: Mapping[str, str] = {
    "subject_id": "study ID of the patient, the same in every row of this patient; no name",
    "timepoint": "number of the visit, from 1 (0: before or at radiotherapy)",
    "label": "what the lesion at this visit turned out to be; empty: unlabelled",
    "reference_standard": "how the label was found",
    "days_since_rt": "days from the end of radiotherapy to this scan",
    "age_years": "age at this scan",
    "sex": "sex",
    "idh_status": "IDH mutation",
    "mgmt_status": "methylation of the MGMT promoter",
    "total_dose_gy": "prescribed dose in Gy",
    "fractions": "number of fractions",
    "resection": "extent of the resection before radiotherapy",
    "n_lesions": "number of enhancing lesions at this visit",
    "survival_days": "days from the end of radiotherapy to death or last contact",
    "survival_event": "1: died, 0: alive at last contact",
    "t1ce_file": "T1 after contrast, NIfTI; with flair_file, or else dicom_folder",
    "flair_file": "FLAIR, NIfTI; with t1ce_file, or else dicom_folder",
    "lesion_mask_file": "lesion, NIfTI on the grid of the T1 after contrast",
    "brain_mask_file": "brain, NIfTI on the grid of the T1 after contrast; not 0 inside",
    "dose_file": "planned dose in Gy, NIfTI",
    "dicom_folder": "DICOM of this visit; dose, plan, structures and planning CT if there",
}
COLUMNS = tuple(CELLS)
PATH_COLUMNS = (
    "t1ce_file", "flair_file", "lesion_mask_file", "brain_mask_file", "dose_file", "dicom_folder",
)  # fmt: skip
TIMEPOINT_RANGE = (0, 100)


def data_dictionary() -> pd.DataFrame:
    """Tabulate the columns of an own cohort's CSV: ``column, required, values, meaning``."""
    required = dict.fromkeys(REQUIRED, "yes")
    required |= dict.fromkeys(("t1ce_file", "flair_file", "dicom_folder"), "files or folder")
    rows = [
        (column, required.get(column, "no"), allowed_values(column), meaning)
        for column, meaning in CELLS.items()
    ]
    return pd.DataFrame(rows, columns=["column", "required", "values", "meaning"])


def allowed_values(column: str) -> str:
    """Say which values a column of the CSV takes."""
    if column in CATEGORIES:
        return ", ".join(CATEGORIES[column])
    if column == "timepoint":
        return f"whole number, {TIMEPOINT_RANGE[0]} to {TIMEPOINT_RANGE[1]}"
    if column in RANGES:
        low, high, is_whole = RANGES[column]
        return f"{'whole number' if is_whole else 'number'}, {low:g} to {high:g}"
    if column in PATH_COLUMNS:
        return "path relative to the folder of the CSV"
    return "letters, digits, '-', '_', '.'"
