"""A cohort of one's own: one CSV beside NIfTI files or DICOM folders."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.acquisition.index import DicomIndex, index_dicom
from psp_core.cohorts.cleaning import (
    column_faults,
    is_missing,
    number_or_nan,
    read_text_table,
    shown,
)
from psp_core.cohorts.flow import Flow, LoadedCohort, build_flow, make_notes
from psp_core.cohorts.own_dictionary import (
    COLUMNS,
    REQUIRED,
    TIMEPOINT_RANGE,
    allowed_values,
    data_dictionary,
)
from psp_core.cohorts.own_files import file_references
from psp_core.cohorts.schema import (
    CATEGORIES,
    RANGES,
    SUBJECT_ID_PATTERN,
    cross_row_faults,
    make_cohort,
    subject_in_brackets,
)
from psp_core.errors import MissingInputError, TableError
from psp_core.evaluation.classes import CLASSES, UNLABELLED

__all__ = ["data_dictionary", "load_cohort"]

NAME = "own"
TITLE = "A cohort of one's own"
ROLE = "external test"
DOI = ""
LICENCE = "that of its owner"
ACCESS = "its owner"
DISCLOSURE = "access-holders"
HAS_LABEL = True
HAS_DOSE = True
REFERENCE_STANDARD = "as each row says: histology, follow-up or unknown"
FEATURE_SETS = ("full", "no_dose", "no_dose_no_time", "clinical_only", "image_only", "time_only")
FRAME = "native"
LABEL_MAP = "own"


def load_cohort(table: Path, *, dataset: str = NAME, workers: int = 1) -> LoadedCohort:
    """Read the CSV of a cohort and check that every file it names is there.

    Parameters
    ----------
    table : Path
        The CSV; every path in it is relative to its folder. See `data_dictionary`.
    dataset : str, default "own"
        Name of the cohort in the cohort table.
    workers : int, default 1
        Processes that read DICOM headers, where a row names a DICOM folder.

    Returns
    -------
    LoadedCohort
        Every row of the table; the flow tells who has a label.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        With every fault of every row, by line of the file.
    """
    text = read_text_table(table, known=COLUMNS)
    optional = [name for name in COLUMNS if name not in REQUIRED]
    faults = column_faults(list(text.columns), REQUIRED, optional=optional)
    text = text.loc[:, ~text.columns.duplicated()]
    if text.empty:
        faults.append("no row below the header; expected one row per patient and time point")
    text = text.map(lambda cell: "" if is_missing(cell) else cell)
    lines = [int(str(line)) for line in text.index]
    index = _index(text, table.parent, workers)
    rows: list[dict[str, Any]] = []
    notes: list[dict[str, object]] = []
    for line, cells in zip(lines, text.to_dict("records"), strict=True):
        where = f"row {line}" + subject_in_brackets(cells.get("subject_id", ""))
        row, wrong = _values(cells)
        files, wrong_files, choices = file_references(cells, table.parent, index)
        faults += [f"{where}, {fault}" for fault in wrong + wrong_files]
        about = {"subject_id": cells.get("subject_id"), "visit_number": row["timepoint"]}
        notes += [{**about, **choice} for choice in choices]
        rows.append({**row, **files, "dataset": dataset, "visit_number": row["timepoint"]})
    if "subject_id" in text and "timepoint" in text:
        faults += cross_row_faults(pd.DataFrame(rows), rows=lines)
    if faults:
        raise TableError(table.name, faults)
    for row in rows:
        row["timepoint"] = int(row["timepoint"])
    cohort = make_cohort(rows, source=table.name)
    return LoadedCohort(cohort, _flow(cohort), make_notes(notes))


def _flow(cohort: pd.DataFrame) -> Flow:
    """All patients, and those with a label."""
    labelled = cohort[cohort["label"].isin(CLASSES)]
    subjects = cohort["subject_id"].drop_duplicates()
    without = subjects[~subjects.isin(labelled["subject_id"])]
    first = labelled.drop_duplicates("subject_id")
    return build_flow(
        "Patients in the table",
        subjects,
        [("With a labelled time point", dict.fromkeys(without, "no label: predictions only"))],
        dict(zip(first["subject_id"], first["label"], strict=True)),
    )


def _values(cells: Mapping[Any, str]) -> tuple[dict[str, Any], list[str]]:
    """Typed values of one row, and what is wrong with them."""
    row: dict[str, Any] = {}
    faults = []
    subject = cells.get("subject_id", "")
    row["subject_id"] = subject
    if not re.fullmatch(SUBJECT_ID_PATTERN, subject):
        faults.append(f"subject_id: no study ID; expected {allowed_values('subject_id')}")
    for column, allowed in CATEGORIES.items():
        value = cells.get(column, "") or (UNLABELLED if column == "label" else "unknown")
        row[column] = value
        if value not in allowed:
            faults.append(f"{column}: {shown(value)}; expected one of {allowed_values(column)}")
    ranges = {"timepoint": (*TIMEPOINT_RANGE, True), **RANGES}
    for column, (low, high, is_whole) in ranges.items():
        if column not in COLUMNS:
            continue
        cell = cells.get(column, "")
        number = number_or_nan(cell)
        row[column] = number
        if not cell and column != "timepoint":
            continue
        if math.isnan(number) or not low <= number <= high or (is_whole and number % 1):
            hint = " (decimal point, not comma)" if "," in cell else ""
            faults.append(f"{column}: {shown(cell)}; expected {allowed_values(column)}{hint}")
    return row, faults


def _index(text: pd.DataFrame, root: Path, workers: int) -> DicomIndex | None:
    """Index the folder of the table, if a row needs it and it holds DICOM."""
    if "dicom_folder" not in text or not (text["dicom_folder"] != "").any():
        return None
    try:
        return index_dicom(root, workers=workers)
    except MissingInputError:
        return None
