"""Tables of the preprocessing page: how many scans, how good, and who was lost."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from psp_core.report.formatting import NOT_KNOWN, count, decimal, words

PAIRS: Mapping[str, str] = {
    "t1ce_flair": "FLAIR to T1CE",
    "t1ce_template": "T1CE to template",
    "t1ce_ct": "T1CE to planning CT",
    "t1ce_previous": "T1CE to the visit before",
    "previous_previous_flair": "FLAIR to T1CE, visit before",
}
PARTS = ("median", "p95", "largest")
FIGURES: Mapping[str, str] = {
    "inverse_mm": "there and back, mm",
    "spread_mm": "spread of the starts, mm",
    "surface_mm": "brain surfaces, mm",
}


def scan_counts(quality: pd.DataFrame) -> pd.DataFrame:
    """Scans by collection: prepared, left out, and who drew their lesions.

    Parameters
    ----------
    quality : DataFrame
        From ``features.quality_table``.

    Returns
    -------
    DataFrame
        One row per collection: ``scans``, ``prepared``, ``left_out``, then one column per
        source of a lesion and ``no lesion drawn``; counts.
    """
    rows = []
    for dataset, part in quality.groupby("dataset", sort=False):
        done = part[part["status"] == "done"]
        drawn = done["lesion_source"] if "lesion_source" in done else pd.Series(dtype=object)
        rows.append(
            {
                "collection": dataset,
                "scans": len(part),
                "prepared": len(done),
                "left_out": len(part) - len(done),
                **{f"by {words(str(s))}": int(n) for s, n in drawn.value_counts().items()},
                "no lesion drawn": len(done) - int(drawn.notna().sum()),
            }
        )
    table = pd.DataFrame(rows).fillna(0)
    last = "no lesion drawn"
    return table[[*(name for name in table if name != last), last]]


def registration_summary(quality: pd.DataFrame) -> pd.DataFrame:
    """What the search did not optimise, over all scans that were registered.

    Returns
    -------
    DataFrame
        One row per kind of pair: ``pair``, ``n``, ``start_kept``, ``not_believed``; median,
        95th percentile and largest of each figure (`FIGURES`) as ``<figure>_median`` ...
    """
    rows = []
    for pair, name in PAIRS.items():
        if f"{pair}_inverse_mm" not in quality:
            continue
        known = quality[quality[f"{pair}_start_kept"].notna()]
        fault = f"{pair}_fault"
        row: dict[str, object] = {
            "pair": name,
            "n": len(known),
            "start_kept": int(known[f"{pair}_start_kept"].astype(bool).sum()),
            "not_believed": int(quality[fault].notna().sum()) if fault in quality else 0,
        }
        for figure in FIGURES:
            values = known[f"{pair}_{figure}"].astype(float).dropna()
            quantiles = np.quantile(values, [0.5, 0.95, 1.0]) if len(values) else [math.nan] * 3
            names = (f"{figure}_{part}" for part in PARTS)
            row |= dict(zip(names, map(float, quantiles), strict=True))
        rows.append(row)
    return pd.DataFrame(rows)


def format_registration_summary(summary: pd.DataFrame) -> pd.DataFrame:
    """Write `registration_summary` as text: median (95 %; largest)."""
    shown = pd.DataFrame({"pair": summary["pair"]})
    for name in ("n", "start_kept", "not_believed"):
        shown[words(name)] = [count(float(value)) for value in summary[name]]
    for figure, title in FIGURES.items():
        columns = [f"{figure}_{part}" for part in PARTS]
        shown[title] = [_three(*row) for row in summary[columns].itertuples(index=False)]
    return shown


def _three(median: float, high: float, largest: float) -> str:
    if math.isnan(median):
        return NOT_KNOWN
    return f"{decimal(median, 2)} ({decimal(high, 2)}; {decimal(largest, 2)})"
