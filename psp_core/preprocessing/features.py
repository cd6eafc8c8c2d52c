"""The features table of a run, and the tables behind the dose page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from psp_core.evaluation.classes import CLASSES
from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.lesion_doses import DVH_LEVELS_PERCENT
from psp_core.preprocessing.store import VolumeStore

KEY = ("dataset", "subject_id", "timepoint")
GROWTH_PAIRS = ("t1ce_previous", "previous_previous_flair")
DOSE_FIGURES = (
    "region", "component", "mean_dose_gy", "min_dose_gy", "median_dose_gy", "d98_gy", "d98_low_gy",
    "d98_high_gy", "v95_percent", "volume_cm3", "is_unstable", "field_call",
)  # fmt: skip
"""Columns that are there even where no scan has a dose."""
CUT = ("brain_voxels_cut", "brain_share_cut", "lesion_voxels_cut")
QUALITY = ("start_kept", "inverse_mm", "spread_mm", "surface_mm")

Record = dict[str, Any]


def quality_table(
    cases: Iterable[Case], aligned: VolumeStore, volumes: VolumeStore
) -> pd.DataFrame:
    """One row per scan: whether it is used, its lesion, and its figures of quality.

    Returns
    -------
    DataFrame
        `KEY`, ``label``, ``digest``, ``status`` (done or excluded), ``reason``; ``brain_*``;
        `CUT`; per registered pair, as ``t1ce_ct``, its figures (`QUALITY`) and ``*_fault``;
        ``lesion_*`` with source, region, volume, growth and ``lesion_reason``.
    """
    return pd.DataFrame([_quality(case, aligned, volumes) for case in cases])


def dose_tables(
    cases: Iterable[Case], aligned: VolumeStore, doses: VolumeStore
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Dose to the lesion of every labelled scan.

    Returns
    -------
    definitions : DataFrame
        One row per scan and definition of the lesion: `KEY`, ``label``, ``is_default``,
        ``region``, ``component``, the figures of `lesion_dose.lesion_dose`; a scan without
        usable dose or lesion has its default row with ``dose_reason``.
        ``completeness`` is that of the plan.
    dvhs : DataFrame
        `KEY`, ``label``, ``dose_percent``, ``volume_share`` under the default definition.
    """
    rows: list[Record] = []
    curves = []
    for case in cases:
        if case.label not in CLASSES:
            continue
        about = {**_about(case), "label": case.label}
        kept, found = aligned.record(case.key), doses.record(case.key)
        plan = {"completeness": (kept.get("dose") or {}).get("completeness", "unknown")}
        definitions = found.get("definitions") or [{}]
        for number, definition in enumerate(definitions):
            figures = {**definition}
            reason = found["reason"] or figures.pop("lesion_reason", "")
            row = {**about, **plan, "is_default": number == 0, **figures}
            rows.append({**row, "dose_reason": reason})
        if doses.has(case.key, "dvh"):
            shares = doses.read(case.key, "dvh")
            curve = {"dose_percent": DVH_LEVELS_PERCENT, "volume_share": shares}
            curves.append(pd.DataFrame({**about, **curve}))
    columns = [*KEY, "label", "dose_percent", "volume_share"]
    empty = pd.DataFrame(columns=columns).astype({"dose_percent": float, "volume_share": float})
    dvhs = pd.concat(curves, ignore_index=True) if curves else empty
    table = pd.DataFrame(rows)
    lacking = [name for name in DOSE_FIGURES if name not in table]
    table = table.reindex(columns=[*table.columns, *lacking])
    return _typed(table.astype({"region": object, "component": object})), dvhs


def features_table(quality: pd.DataFrame, definitions: pd.DataFrame) -> pd.DataFrame:
    """The features of every labelled scan: quality and lesion, and the default dose figures.

    Parameters
    ----------
    quality, definitions : DataFrame
        From `quality_table` and `dose_tables`.

    Returns
    -------
    DataFrame
        One row per scan, keyed by `KEY` and ``digest``.
    """
    own = definitions[definitions["is_default"].astype(bool)].drop(columns=["is_default", "label"])
    rows = quality[quality["label"].isin(CLASSES)]
    return rows.merge(own, on=list(KEY), how="left", validate="one_to_one")


def _about(case: Case) -> Record:
    return {"dataset": case.dataset, "subject_id": case.subject_id, "timepoint": case.timepoint}


def _quality(case: Case, aligned: VolumeStore, volumes: VolumeStore) -> Record:
    kept, finished = aligned.record(case.key), volumes.record(case.key)
    row: Record = {
        **_about(case),
        "label": case.label,
        "digest": finished["digest"],
        "status": finished["status"],
        "reason": finished["reason"],
        "previous_timepoint": case.previous_timepoint,
    }
    brain: Mapping[str, Any] = kept.get("brain") or {}
    row |= {f"brain_{name}": brain.get(name) for name in ("method", "volume_cm3", "cut_cm2")}
    row["brain_faults"] = "; ".join(brain.get("faults") or ())
    row |= {name: kept.get(name) for name in CUT}
    for pair, figures in (kept.get("registrations") or {}).items():
        name = pair.replace("-", "_")
        row |= {f"{name}_{figure}": figures.get(figure) for figure in QUALITY}
    for pair, fault in (kept.get("faults") or {}).items():
        row[f"{pair.replace('-', '_')}_fault"] = fault
    lesion = {**(finished.get("lesion") or {})}
    for name in ("known", "previous_known"):
        lesion.pop(name, None)
    lesion["available"] = ", ".join(lesion.get("available") or ())
    return row | {f"lesion_{name}": value for name, value in lesion.items()}


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers as numbers, also in a column that one row knows nothing of."""
    texts = {"dataset", "subject_id", "label", "completeness", "region", "component"}
    for name in table.columns.difference(list(texts)):
        values = table[name]
        is_text = values.map(lambda value: isinstance(value, str)).any()
        if not is_text and values.dtype == object:
            table[name] = pd.to_numeric(values.where(values.notna(), np.nan))
    return table


def lost_table(quality: pd.DataFrame, definitions: pd.DataFrame | None = None) -> pd.DataFrame:
    """Who lost what, and why: one row per scan and reason.

    Parameters
    ----------
    quality, definitions : DataFrame
        From `quality_table` and, where dose was computed, `dose_tables`.

    Returns
    -------
    DataFrame
        `KEY`, ``label``, ``lost`` (scan, lesion, growth or dose) and ``reason``; a scan that
        is lost is not told again as a lost dose.
    """
    labelled = quality[quality["label"].isin(CLASSES)]
    parts = [("scan", quality, "reason"), ("lesion", labelled, "lesion_reason")]
    parts += [("growth", labelled, f"{pair}_fault") for pair in GROWTH_PAIRS]
    if definitions is not None:
        parts.append(("dose", definitions[definitions["is_default"].astype(bool)], "dose_reason"))
    found = []
    for lost, table, column in parts:
        if column in table:
            told = table.rename(columns={column: "told"})[[*KEY, "label", "told"]]
            found.append(told[told["told"].fillna("") != ""].assign(lost=lost))
    rows = pd.concat(found, ignore_index=True).rename(columns={"told": "reason"})
    rows = rows[[*KEY, "label", "lost", "reason"]]
    rows = rows[~rows.duplicated([*KEY, "reason"])]
    return rows.sort_values(list(KEY), kind="stable", ignore_index=True)
