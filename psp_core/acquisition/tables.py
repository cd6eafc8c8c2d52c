"""Header rows to the tables of an index: duplicates, conflicts and faults of identity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from psp_core.acquisition.files import Candidate, FileRef
from psp_core.acquisition.header import Header
from psp_core.errors import FaultsError

INSTANCE_COLUMNS = [
    "path", "member", "size_bytes", "sop_uid", "sop_class_uid", "series_uid", "study_uid",
    "patient_id", "modality", "series_number", "series_description", "study_description",
    "study_date", "frame_uid", "instance_number", "rows", "columns", "referenced_series_uid",
]  # fmt: skip
SERIES_COLUMNS = [
    "patient_id", "study_uid", "study_description", "study_date", "series_uid", "series_number",
    "series_description", "modality", "frame_uid", "n_files", "rows", "columns",
    "referenced_series_uid",
]  # fmt: skip
EXCLUDED_COLUMNS = ["path", "member", "reason", "sop_uid", "series_uid"]
INTEGER_COLUMNS = ["size_bytes", "series_number", "instance_number", "rows", "columns"]
IDENTITY = ["patient_id", "study_uid", "series_uid"]


def build_tables(
    rows: Sequence[tuple[Candidate, Header]],
    unreadable: Iterable[tuple[FileRef, str]],
    *,
    source: str,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Build the tables instances, series and excluded.

    Parameters
    ----------
    rows : sequence of (Candidate, Header)
        Files that are DICOM or promised to be, in sorted order of their path.
    unreadable : iterable of (FileRef, str)
        Files and archives that could not be listed, with the reason.
    source : str
        What an error calls the folder.

    Raises
    ------
    FaultsError
        If one series carries several patient IDs.
    """
    table = _table(rows, list(unreadable))
    table["reason"] = _repeats(table)
    usable = table["reason"] == ""
    _check_patients(table[usable | table["reason"].str.startswith("conflict")], source)
    instances = (
        table.loc[usable, INSTANCE_COLUMNS]
        .sort_values([*IDENTITY, "instance_number", "sop_uid"], kind="stable")
        .reset_index(drop=True)
    )
    excluded = (
        table.loc[~usable, EXCLUDED_COLUMNS]
        .sort_values(["path", "member"], kind="stable")
        .reset_index(drop=True)
    )
    return instances, _series(instances), excluded


def _table(
    rows: Sequence[tuple[Candidate, Header]], unreadable: Sequence[tuple[FileRef, str]]
) -> pd.DataFrame:
    """All files in one table, column by column: a collection has very many of them."""
    refs = [item.ref for item, _ in rows] + [ref for ref, _ in unreadable]
    nothing = [None] * len(unreadable)
    columns: dict[str, object] = {}
    for name in INSTANCE_COLUMNS:
        values: list[Any] = [header.row.get(name) for _, header in rows] + nothing
        integer = name in INTEGER_COLUMNS
        columns[name] = pd.array(values, "Int64") if integer else [v or "" for v in values]
    sizes = [item.size_bytes for item, _ in rows] + nothing
    columns["path"], columns["member"] = [ref.path for ref in refs], [ref.member for ref in refs]
    columns["size_bytes"] = pd.array(sizes, "Int64")
    columns["reason"] = [header.fault for _, header in rows] + [why for _, why in unreadable]
    table = pd.DataFrame(columns)
    texts = [name for name in table.columns if name not in INTEGER_COLUMNS]
    table[texts] = table[texts].astype(object)
    return table


def _repeats(table: pd.DataFrame) -> pd.Series:
    """Reasons, with every further copy of an instance marked; the first path is kept."""
    reasons = table["reason"].copy()
    usable = table[reasons == ""]
    copies = usable[usable.duplicated("sop_uid", keep=False)]
    kept: dict[str, tuple[str, tuple[str, ...]]] = {}
    marked: dict[int, str] = {}
    columns = ["sop_uid", "path", "member", *IDENTITY]
    for index, sop_uid, path, member, *identity in copies[columns].itertuples(name=None):
        if sop_uid not in kept:
            kept[sop_uid] = (f"{path}!{member}" if member else path, tuple(identity))
            continue
        name, known = kept[sop_uid]
        differing = [key for key, a, b in zip(IDENTITY, known, identity, strict=True) if a != b]
        marked[index] = (
            f"conflict with {name}: same SOPInstanceUID, other {', '.join(differing)}"
            if differing
            else f"duplicate of {name}"
        )
    reasons.loc[list(marked)] = list(marked.values())
    return reasons


def _check_patients(table: pd.DataFrame, source: str) -> None:
    """Raise if a series belongs to several patients."""
    pairs = table.drop_duplicates(["series_uid", "patient_id"])
    shared = pairs[pairs.duplicated("series_uid", keep=False)]
    faults = []
    for uid, group in shared.groupby("series_uid", sort=True):
        where = "; ".join(
            f"{patient or '(no PatientID)'} in {path}"
            for patient, path in sorted(zip(group["patient_id"], group["path"], strict=True))
        )
        faults.append(f"series {uid} belongs to several patients: {where}; remove the wrong copies")
    if faults:
        raise FaultsError(source, faults)


def _series(instances: pd.DataFrame) -> pd.DataFrame:
    """One row per series; where files disagree, the most frequent value (ties: smallest)."""
    groups = instances.groupby("series_uid", sort=False)
    columns = [name for name in SERIES_COLUMNS if name not in ("series_uid", "n_files")]
    series = groups[columns].first()
    differing = groups[columns].nunique(dropna=False)
    for name in columns:
        for uid in differing.index[differing[name] > 1]:
            values = instances.loc[groups.indices[uid], name]
            modes = values.mode()
            series.loc[uid, name] = modes.iloc[0] if len(modes) else pd.NA
    series["n_files"] = groups.size()
    order = [*IDENTITY[:2], "series_number", "series_uid"]
    return series.reset_index()[SERIES_COLUMNS].sort_values(order).reset_index(drop=True)
