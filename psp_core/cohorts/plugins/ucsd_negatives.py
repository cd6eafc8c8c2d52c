"""The workbook of negative cases of UCSD-PTGBM: what is treatment effect and no tumour."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from psp_core.cohorts.cleaning import is_missing, normalise_header
from psp_core.cohorts.plugins.ucsd_scan_id import scan_id_faults, subject_of, without_remarks
from psp_core.cohorts.sheet_cells import covariate, repeated_ids
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
# Says that it is no such effect, or that there is tumour as well.
_NOT_ALONE = re.compile(r"\b(?:no|not|without)\b|tumou?r|recur|progress|residual|neoplas")
_PSEUDOPROGRESSION = re.compile(r"pseudo[- ]?progress\w*")
_PROVEN = re.compile(r"patholog|histolog|biops|proven")
_FOLLOWED = re.compile(r"clinical|imaging|follow")
_DENIED = re.compile(r"\b(no|not|non|without|un\w*)\b")


def read_negatives(path: Path) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Read the workbook of negative cases: what is treatment effect and no tumour.

    The first sheet; which words it uses is not published, so a diagnosis is told by what
    it holds: PsP or pseudo, necrosis or RN, NS or non-specific; by none of them if it also
    denies something or names tumour.

    Returns
    -------
    cases : DataFrame
        Indexed by scan ID: ``effects`` (names of `EFFECTS` joined by ``+``, empty without
        a diagnosis that is understood) and ``reference_standard`` (histology, follow_up
        or unknown).
    notes : list of dict
        Diagnoses that are not understood, and rows that were passed over.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        With every fault of the columns and IDs, by row.
    """
    table, faults = pick_columns(read_sheet(path), _COLUMNS, optional=("proof",))
    table, notes = without_remarks(table)
    scan_ids = table["scan_id"]
    subjects = scan_ids.map(subject_of)
    faults += scan_id_faults(scan_ids, "Acquisition ID")
    faults += repeated_ids(scan_ids.where(subjects != "", ""))
    if faults:
        raise TableError(path.name, faults)
    effects, odd = covariate(table["diagnosis"], subjects, "Dx", _effects)
    cases = pd.DataFrame({"effects": effects, "reference_standard": table["proof"].map(_standard)})
    return cases.set_index(pd.Index(scan_ids, name="scan_id")), notes + odd


def _effects(diagnosis: str) -> tuple[str, bool]:
    """Names of the treatment effects that a diagnosis holds, and whether it is understood."""
    plain = normalise_header(diagnosis).replace("_", " ")
    if _NOT_ALONE.search(_PSEUDOPROGRESSION.sub("", plain)):
        return "", False
    found = "+".join(name for name, pattern in _EFFECT.items() if pattern.search(plain))
    return found, bool(found) or is_missing(diagnosis)


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
