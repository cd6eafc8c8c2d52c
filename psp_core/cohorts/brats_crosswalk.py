"""Which case of BraTS 2021 is which patient of the collections it was made from.

The table names the same patients otherwise than their collections do: a scan ID for
UPENN-GBM, a bare number for UCSF-PDGM, a placeholder for cases that are in none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from psp_core.cohorts.cleaning import is_missing, normalise_header, shown
from psp_core.cohorts.sheet_cells import repeated_ids
from psp_core.cohorts.versions import newest
from psp_core.cohorts.workbook import read_sheet
from psp_core.errors import MissingInputError, TableError

FILE = "BraTS2021_MappingToTCIA.xlsx"
PLACEHOLDER = "new-not-previously-in-tcia"
COLUMNS = ("brats_id", "collection", "tcia_id", "dataset", "subject_id", "is_training")

# Position in the published table, and the normalised header.
_PLACES = {
    "collection": (0, "data collection (as on tcia+additional)"),
    "tcia_id": (2, "patientid on tcia radiology portal"),
    "brats_id": (4, "brats2021 id"),
    "cohort": (5, "segmentation (task 1) cohort"),
}
_WIDTH = 8
_BRATS = re.compile(r"(?:BraTS2021_)?(\d{1,5})", re.IGNORECASE)
_CASE_FOLDER = re.compile(r"BraTS2021_\d{5}")
_UPENN = re.compile(r"(UPENN-GBM-\d{5})(?:_\d\d)?", re.IGNORECASE)
_UCSF = re.compile(r"(?:UCSF-PDGM-)?0*(\d{1,4})", re.IGNORECASE)
# Follow-ups of UCSF-PDGM that the table calls by their number before version 3, and the
# patients they are (the six exams with "FU" in the place of these numbers in metadata v5).
_UCSF_RENAMED = {138: 429, 175: 396, 181: 409, 278: 431, 289: 391, 315: 433}


def _ucsf_patient(digits: str) -> str:
    return f"UCSF-PDGM-{_UCSF_RENAMED.get(int(digits), int(digits)):04d}"


# Dataset by collection, its patient by the matched ID, and an example.
_DATASETS: Mapping[str, tuple[str, re.Pattern[str], Callable[[str], str], str]] = {
    "upenn-gbm": ("upenn_gbm", _UPENN, str.upper, "UPENN-GBM-00011_11"),
    "ucsf-pdgm": ("ucsf_pdgm", _UCSF, _ucsf_patient, "57"),
}


def find_crosswalk(root: Path) -> Path | None:
    """Find the table beside the images of BraTS 2021; None if it was not downloaded.

    Raises
    ------
    AmbiguousInputError
        If there are several.
    """
    try:
        return newest(root, ["*mapping*tcia*.xlsx"], scans=_CASE_FOLDER)[0]
    except MissingInputError:
        return None


def read_crosswalk(path: Path) -> pd.DataFrame:
    """Read the table, its columns told by their headers, or else by their places.

    Returns
    -------
    DataFrame
        One row per case: ``brats_id`` (``BraTS2021_00012``), ``collection``, ``tcia_id`` (both
        as in the file), ``dataset`` and ``subject_id`` (of a collection with a loader, else
        empty), ``is_training`` (of the segmentation task; a case of the second task alone is
        not). A row without a case, below the table, is passed over.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        If it is no workbook, has other columns, or with every fault of its rows.
    """
    sheet = read_sheet(path)
    text = _chosen_columns(sheet, path.name)
    text = text[text["brats_id"] != ""]
    rows, faults = [], []
    for number, cells in zip(text.index, text.to_dict("records"), strict=True):
        match = _BRATS.fullmatch(cells["brats_id"])
        if match is None:
            faults.append(
                f"row {number}, BraTS2021 ID: {shown(cells['brats_id'])}; "
                "expected one like BraTS2021_00012 or 00012"
            )
        dataset, subject, fault = _person(cells["collection"], cells["tcia_id"])
        if fault:
            faults.append(f"row {number}, TCIA PatientID: {fault}")
        rows.append(
            {
                "brats_id": f"BraTS2021_{int(match[1]):05d}" if match else "",
                "collection": cells["collection"],
                "tcia_id": cells["tcia_id"],
                "dataset": dataset,
                "subject_id": subject,
                "is_training": cells["cohort"].lower().startswith("train"),
            }
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS), index=text.index)
    faults += repeated_ids(table["brats_id"])
    if faults:
        raise TableError(path.name, faults)
    return table.reset_index(drop=True)


def _chosen_columns(sheet: pd.DataFrame, source: str) -> pd.DataFrame:
    """The four columns that are used, under their own names."""
    headers = [normalise_header(name) for name in sheet.columns]
    places = {name: headers.index(told) for name, (_, told) in _PLACES.items() if told in headers}
    if len(places) < len(_PLACES):
        if len(headers) != _WIDTH:
            fault = (
                f"{len(headers)} columns, of which {len(places)} are known by their header; "
                f"expected the {_WIDTH} columns of the published table"
            )
            raise TableError(source, [fault])
        places = {name: place for name, (place, _) in _PLACES.items()}
    chosen = sheet.iloc[:, [places[name] for name in _PLACES]]
    return chosen.set_axis(list(_PLACES), axis=1)


def _person(collection: str, tcia_id: str) -> tuple[str, str, str]:
    """Dataset and study ID of a patient with a loader, or what is wrong with the cell."""
    known = _DATASETS.get(normalise_header(collection))
    if known is None or is_missing(tcia_id) or normalise_header(tcia_id) == PLACEHOLDER:
        return "", "", ""
    dataset, pattern, subject_of, example = known
    match = pattern.fullmatch(tcia_id)
    if match is None:
        return "", "", f"{shown(tcia_id)} of {collection}; expected one like {example}"
    return dataset, subject_of(match[1]), ""
