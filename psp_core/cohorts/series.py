"""What a DICOM series is, told from its modality and description."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from psp_core.cohorts.cleaning import shown

MR_KINDS = ("t1", "t1ce", "t2", "flair")
# Column of the cohort table that a kind of series fills.
FILE_COLUMN: Mapping[str, str] = {
    **{kind: f"{kind}_file" for kind in MR_KINDS},
    "ct": "ct_file",
    "structures": "structures_file",
    "plan": "plan_file",
    "dose": "dose_file",
}
UNKNOWN = "unknown"
_SERIES = "series:"

_BY_MODALITY = {"CT": "ct", "RTSTRUCT": "structures", "RTPLAN": "plan", "RTDOSE": "dose"}
_CONTRAST = re.compile(
    r"(?<![A-Z])(CE|GD|GAD[A-Z]*|POST[A-Z]*|CONTRAST|KM)(?![A-Z])|\+ ?C(?![A-Z])"
)
_DARK_FLUID = re.compile(r"DARK.?FLUID")
_NO_CONTRAST = re.compile(r"(?<![A-Z])(PRE|WITHOUT|W/O|NON|NATIV[A-Z]*)(?![A-Z])")


def classify_series(modality: str, description: str) -> str:
    """Name the kind of a series: a key of `FILE_COLUMN`, or ``unknown``.

    FLAIR before T2, the post-contrast T1 before T1: one description can hold both
    words. ``CET1`` is how the Burdenko collection writes T1 after contrast; the
    other contrast words are for centres of one's own.
    """
    if modality != "MR":
        return _BY_MODALITY.get(modality, UNKNOWN)
    text = description.upper().replace("_", " ")
    has_contrast = bool(_CONTRAST.search(text)) and not _NO_CONTRAST.search(text)
    if "FLAIR" in text or _DARK_FLUID.search(text):
        return "flair"
    if "CET1" in text:
        return "t1ce"
    if "T2" in text:
        return "t2"
    if "T1" in text:
        return "t1ce" if has_contrast else "t1"
    return UNKNOWN


def with_kinds(series: pd.DataFrame) -> pd.DataFrame:
    """Add a column ``kind`` to the series table of an index."""
    pairs = zip(series["modality"], series["series_description"], strict=True)
    kinds = [classify_series(modality, description) for modality, description in pairs]
    return series.assign(kind=pd.Series(kinds, index=series.index, dtype=object))


def preferred(candidates: pd.DataFrame) -> pd.DataFrame:
    """Sort series of one kind, the one to keep first.

    Most files (slices), then the finest matrix, then the smallest series number and
    UID, so that the choice does not depend on the order of the file system.
    """
    sizes = candidates[["rows", "columns", "series_number"]].astype(float)
    ranked = candidates.assign(
        _pixels=(sizes["rows"] * sizes["columns"]).fillna(0), _number=sizes["series_number"]
    )
    order = {"n_files": False, "_pixels": False, "_number": True, "series_uid": True}
    ranked = ranked.sort_values(list(order), ascending=list(order.values()))
    return ranked.drop(columns=["_pixels", "_number"])


def reference(series_uid: str) -> str:
    """Write a file reference of the cohort table for a DICOM series."""
    return f"{_SERIES}{series_uid}"


def referenced_series(file_reference: str) -> str:
    """Read the SeriesInstanceUID of a file reference; empty for a NIfTI path or nothing."""
    is_series = file_reference.startswith(_SERIES)
    return file_reference.removeprefix(_SERIES) if is_series else ""


def choose_files(group: pd.DataFrame) -> tuple[dict[str, str], list[dict[str, object]]]:
    """Pick one series of each kind from the series of one study, with their ``kind``.

    Of several CT series the planning CT is the one that a structure set refers to.

    Returns
    -------
    files : dict of str to str
        File reference by column of the cohort table, empty when there is none.
    choices : list of dict
        ``check`` and ``detail`` of everything that had to be decided.
    """
    files = dict.fromkeys(FILE_COLUMN.values(), "")
    choices: list[dict[str, object]] = []
    ct_uid = ct_frame = ""
    drawn_on = group.loc[group["kind"] == "structures", "referenced_series_uid"]
    for kind, column in FILE_COLUMN.items():
        candidates = preferred(group[group["kind"] == kind])
        if kind == "ct":  # a second copy of the planning CT has no structures of its own
            planned = candidates["series_uid"].isin(drawn_on)
            candidates = pd.concat([candidates[planned], candidates[~planned]])
        if kind == "structures" and len(candidates):
            candidates = candidates[candidates["referenced_series_uid"] == ct_uid]
            if candidates.empty:
                choices.append({"check": "no structure set references the planning CT"})
        if kind == "dose" and ct_frame and len(candidates):
            candidates = candidates[candidates["frame_uid"].isin([ct_frame, ""])]
            if candidates.empty:
                choices.append({"check": "no dose in the frame of reference of the planning CT"})
        if candidates.empty:
            continue
        chosen = candidates.iloc[0]
        files[column] = reference(str(chosen["series_uid"]))
        if kind == "ct":
            ct_uid, ct_frame = str(chosen["series_uid"]), str(chosen["frame_uid"])
        if len(candidates) > 1:
            detail = (
                f"{len(candidates)} series, kept number {chosen['series_number']} "
                f"with {chosen['n_files']} files"
            )
            choices.append({"check": f"several {kind} series", "detail": detail})
    for _, lost in group[group["kind"] == UNKNOWN].iterrows():
        name = shown(lost["series_description"])
        detail = f"{lost['modality']} {name}, {lost['n_files']} files"
        choices.append({"check": "series of unknown kind", "detail": detail})
    return files, choices
