"""The layout of an own cohort: one CSV and uncompressed NIfTI images beside it.

Uncompressed, because a compressed lesion has a size that depends on its shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from psp_core.phantom.nifti_file import encode_nifti
from psp_core.phantom.nifti_tables import write_records
from psp_core.phantom.patient import Image
from psp_core.phantom.placing import folder_in_progress
from psp_core.phantom.stored import StoredType

TABLE = "cohort.csv"
COLUMNS = (
    "subject_id",
    "timepoint",
    "label",
    "reference_standard",
    "days_since_rt",
    "age_years",
    "sex",
    "idh_status",
    "mgmt_status",
    "total_dose_gy",
    "fractions",
    "resection",
    "n_lesions",
    "survival_days",
    "survival_event",
    "t1ce_file",
    "flair_file",
    "lesion_mask_file",
    "dose_file",
    "dicom_folder",
)

# Type and value per stored step: one pair per kind of image, the same for all patients.
_STORAGE: Mapping[str, tuple[StoredType, float]] = {
    "t1ce": ("int16", 0.25),
    "flair": ("int16", 0.25),
    "lesion_mask": ("uint8", 1.0),
    "dose": ("int16", 0.005),  # Gy
}


@dataclass(frozen=True)
class OwnCase:
    """One patient and visit of an own cohort; None is an empty cell.

    All images lie in one frame; the dose may have a grid of its own.
    """

    subject_id: str
    timepoint: int  # visit number
    label: Literal["true_progression", "pseudoprogression", "unlabelled"]
    reference_standard: Literal["histology", "follow_up", "unknown"]
    days_since_rt: int | None
    age_years: float | None
    sex: Literal["F", "M", "unknown"]
    idh_status: Literal["mutant", "wildtype", "unknown"]
    mgmt_status: Literal["methylated", "unmethylated", "unknown"]
    total_dose_gy: float | None
    fractions: int | None
    resection: Literal["gross_total", "subtotal", "biopsy", "unknown"]
    n_lesions: int | None
    survival_days: int | None
    survival_event: bool | None
    t1ce: Image
    flair: Image
    lesion_mask: Image | None = None
    dose: Image | None = None  # Gy


def write_own_case(case: OwnCase, root: Path) -> dict[str, str]:
    """Write the images of one case and return its row of the table.

    The images go into ``<root>/<subject_id>/visit_<timepoint>``; a case that is
    already there is left as it is. The cells are keyed by `COLUMNS`.

    Raises
    ------
    StoredRangeError
        If an image does not fit its type; then nothing of the case appears.
    """
    place = f"{case.subject_id}/visit_{case.timepoint}"
    final = root / place
    found = {kind: getattr(case, kind) for kind in _STORAGE}
    images: dict[str, Image] = {kind: one for kind, one in found.items() if one is not None}
    if not final.is_dir():
        with folder_in_progress(final) as folder:
            for kind, image in images.items():
                dtype, slope = _STORAGE[kind]
                what = f"{case.subject_id} visit {case.timepoint} {kind}"
                content = encode_nifti(image, dtype=dtype, slope=slope, what=what)
                (folder / f"{kind}.nii").write_bytes(content)
    cells = {name: _cell(getattr(case, name)) for name in COLUMNS[:15]}
    files = {f"{kind}_file": f"{place}/{kind}.nii" for kind in images}
    return cells | dict.fromkeys(COLUMNS[15:], "") | files


def write_own_table(records: Iterable[Mapping[str, str]], root: Path) -> Path:
    """Write ``cohort.csv``, sorted by subject and time point."""
    return write_records(records, root / TABLE, COLUMNS)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:g}" if isinstance(value, float) else str(value)
