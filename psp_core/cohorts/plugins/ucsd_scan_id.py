"""Scan IDs of UCSD-PTGBM: patient and time point in one."""

from __future__ import annotations

import re

import pandas as pd

from psp_core.cohorts.schema import subject_in_brackets

SCAN_ID = re.compile(r"(?P<subject>UCSD-PTGBM-\d{4})_(?P<timepoint>\d{2})")
_LIKE_AN_ID = re.compile(r"UCSD[\W_]?PTGBM[\W_]?\d", flags=re.IGNORECASE)
EXAMPLE = "UCSD-PTGBM-0001_01"


def scan_id_faults(scan_ids: pd.Series[str], column: str) -> list[str]:
    """One sentence per cell that is no scan ID; `column` is the published header."""
    return [
        f"row {row}, {column}: {_shown(scan_id)}; expected one like {EXAMPLE}"
        for row, scan_id in scan_ids.items()
        if not SCAN_ID.fullmatch(scan_id)
    ]


def without_remarks(table: pd.DataFrame) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Pass over rows with a remark in place of a scan ID, and nothing else that is wanted.

    Parameters
    ----------
    table : DataFrame of str
        ``scan_id`` and the other columns that are wanted.

    Returns
    -------
    table : DataFrame
    notes : list of dict
        One per such row.
    """
    others = table.drop(columns="scan_id")
    is_remark = (others == "").all(axis=1) & ~table["scan_id"].map(
        lambda cell: _LIKE_AN_ID.match(cell) is not None
    )
    check = "row without a scan ID and without data, passed over"
    notes: list[dict[str, object]] = [
        {"subject_id": "", "check": check, "detail": f"row {row}"} for row in table.index[is_remark]
    ]
    return table[~is_remark], notes


def subject_of(scan_id: str) -> str:
    """Patient of a scan; empty if it is no scan ID."""
    match = SCAN_ID.fullmatch(scan_id)
    return match["subject"] if match else ""


def timepoint_of(scan_id: str) -> int:
    """Time point of a scan; -1 if it is no scan ID."""
    match = SCAN_ID.fullmatch(scan_id)
    return int(match["timepoint"]) if match else -1


def _shown(scan_id: str) -> str:
    """Name a faulty ID only if it cannot be a name or a date."""
    if not scan_id:
        return "empty"
    return repr(scan_id) if "PTGBM" in scan_id and subject_in_brackets(scan_id) else "no study ID"
