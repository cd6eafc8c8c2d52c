"""The workbook of negative cases of UCSD-PTGBM: what is treatment effect and no tumour."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from psp_core.cohorts.cleaning import is_missing, normalise_header, shown
from psp_core.cohorts.plugins.ucsd_scan_id import scan_id_faults, subject_of
from psp_core.cohorts.sheet_cells import place
from psp_core.cohorts.sheet_columns import pick_columns
from psp_core.cohorts.workbook import read_sheet
from psp_core.errors import TableError

EFFECTS = ("psp", "radiation_necrosis", "non_specific")

_COLUMNS = {
    "scan_id": ("Acquisition ID", "ID", "Scan timepoint ID", "TCIA ID"),
    "diagnosis": ("Dx", "Diagnosis", "Negative case category", "Category"),
    "proof": ("Pathology proven", "Pathology confirmed", "Pathology", "Histology"),
}
_EFFECT = {
    "psp": re.compile(r"\bpsp\b|pseudo"),
    "radiation_necrosis": re.compile(r"necrosis|\brn\b"),
    "non_specific": re.compile(r"\bns\b|non[- ]?specific"),
}
_PROVEN = re.compile(r"patholog|histolog|biops|proven")
_FOLLOWED = re.compile(r"clinical|imaging|follow")
_DENIED = re.compile(r"\b(no|not|non|without|un\w*)\b")


def read_negatives(path: Path) -> pd.DataFrame:
    """Read the workbook of negative cases: what is treatment effect and no tumour.

    The first sheet; which words it uses is not published, so a diagnosis is told by what
    it holds: PsP or pseudo, necrosis or RN, NS or non-specific.

    Returns
    -------
    DataFrame
        Indexed by scan ID: ``effects`` (names of `EFFECTS` joined by ``+``, empty without
        a diagnosis) and ``reference_standard`` (histology, follow_up or unknown).

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        With every fault of the sheet, by row.
    """
    sheet = read_sheet(path)
    table, faults = pick_columns(sheet, _COLUMNS, optional=("proof",))
    faults += scan_id_faults(table["scan_id"], "Acquisition ID")
    effects = table["diagnosis"].map(_effects)
    faults += [
        f"{place(row, subject_of(cells['scan_id']), 'Dx')}: {shown(cells['diagnosis'])}; "
        "expected PsP, radiation necrosis or NS (non-specific)"
        for row, cells in table.iterrows()
        if not is_missing(cells["diagnosis"]) and not _effects(cells["diagnosis"])
    ]
    faults += [
        f"rows {' and '.join(map(str, rows))}: {scan_id} is listed more than once; keep one"
        for scan_id, rows in table.groupby("scan_id").groups.items()
        if scan_id and len(rows) > 1
    ]
    if faults:
        raise TableError(path.name, faults)
    return pd.DataFrame(
        {"effects": effects, "reference_standard": table["proof"].map(_standard)}
    ).set_index(pd.Index(table["scan_id"], name="scan_id"))


def _effects(diagnosis: str) -> str:
    """Names of the treatment effects that a diagnosis holds."""
    plain = normalise_header(diagnosis).replace("_", " ")
    return "+".join(name for name, pattern in _EFFECT.items() if pattern.search(plain))


def _standard(proof: str) -> str:
    """Say how a treatment effect was established, where the workbook does."""
    plain = normalise_header(proof)
    if plain in {"yes", "y", "1", "x", "true"}:
        return "histology"
    if plain in {"no", "n", "0", "false"}:
        return "follow_up"
    if _DENIED.search(plain):
        return "unknown"
    if _PROVEN.search(plain):
        return "histology"
    return "follow_up" if _FOLLOWED.search(plain) else "unknown"
