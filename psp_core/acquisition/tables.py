"""Header rows to the tables of an index: duplicates, conflicts and faults of identity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from psp_core.acquisition.files import Candidate, FileRef
from psp_core.acquisition.scan import FAULT, IGNORED

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
EXCLUDED_COLUMNS = [
    "path", "member", "reason", "sop_uid", "series_uid", "patient_id", "modality",
    "series_description",
]  # fmt: skip
SEVERAL_PATIENTS = "of a series that carries"  # how the reason begins; it names nobody
INTEGER_COLUMNS = ["size_bytes", "series_number", "instance_number", "rows", "columns"]
IDENTITY = ["patient_id", "study_uid", "series_uid"]


def build_tables(
    candidates: Sequence[Candidate],
    columns: Mapping[str, Sequence[Any]],
    unreadable: Iterable[tuple[FileRef, str]],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Build the tables instances, series and excluded.

    A series with several patient IDs is left out whole: nobody knows whose it is.

    Parameters
    ----------
    candidates : sequence of Candidate
        Files that may be DICOM, in sorted order of their path.
    columns : mapping of str to sequence
        What their headers say, from `scan.scan_headers`; what it ignored is left out.
    unreadable : iterable of (FileRef, str)
        Files and archives that could not be listed, with the reason.
    """
    table = _table(candidates, columns, list(unreadable))
    table["reason"] = _repeats(table)
    table["reason"] = _shared(table)
    usable = table["reason"] == ""
    keys = [*IDENTITY, "instance_number", "sop_uid"]
    order = table.loc[usable, keys].sort_values(keys, kind="stable").index
    instances = table.loc[order, INSTANCE_COLUMNS].reset_index(drop=True)
    excluded = (
        table.loc[~usable, EXCLUDED_COLUMNS]
        .sort_values(["path", "member"], kind="stable")
        .reset_index(drop=True)
    )
    return instances, _series(instances), excluded


def _table(
    candidates: Sequence[Candidate],
    columns: Mapping[str, Sequence[Any]],
    unreadable: Sequence[tuple[FileRef, str]],
) -> pd.DataFrame:
    """All files in one table, column by column: a collection has very many of them."""
    kept = [row for row, why in enumerate(columns[IGNORED]) if not why]
    refs = [candidates[row].ref for row in kept] + [ref for ref, _ in unreadable]
    nothing = [None] * len(unreadable)
    whole: dict[str, Sequence[Any]] = {
        "path": [ref.path for ref in refs],
        "member": [ref.member for ref in refs],
        "size_bytes": [candidates[row].size_bytes for row in kept] + nothing,
        "reason": [columns[FAULT][row] for row in kept] + [why for _, why in unreadable],
    }
    arrays: dict[str, Any] = {}
    for name in (*INSTANCE_COLUMNS, "reason"):
        values = whole[name] if name in whole else [columns[name][row] for row in kept] + nothing
        integer = name in INTEGER_COLUMNS
        arrays[name] = (
            pd.array(values, "Int64") if integer else np.array([v or "" for v in values], object)
        )
    return pd.DataFrame(arrays)


def _repeats(table: pd.DataFrame) -> pd.Series:
    """Reasons, with every further copy of an instance marked; the first path is kept."""
    reasons = table["reason"].copy()
    uids = table.loc[reasons == "", "sop_uid"]
    copied = uids.index[uids.duplicated(keep=False)]
    kept: dict[str, tuple[str, tuple[str, ...]]] = {}
    marked: dict[int, str] = {}
    columns = ["sop_uid", "path", "member", *IDENTITY]
    for index, sop_uid, path, member, *identity in table.loc[copied, columns].itertuples(name=None):
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


def _shared(table: pd.DataFrame) -> pd.Series:
    """Reasons, with every file of a series of several patients marked, also its conflicts."""
    asked = (table["reason"] == "") | table["reason"].str.startswith("conflict")
    patients = table[asked].groupby("series_uid", sort=False)["patient_id"].nunique()
    counts = table["series_uid"].map(patients).where(asked, 0)
    told = SEVERAL_PATIENTS + " " + counts.astype("Int64").astype(str) + " patient IDs"
    return table["reason"].mask(counts > 1, told)


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
