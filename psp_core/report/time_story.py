"""Where the label depends on time alone: what models make of everything else they see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from psp_core.report.formatting import NOT_ESTIMABLE, decimal


def time_only_table(
    fits: pd.DataFrame, *, alone: str, tolerance: float
) -> tuple[pd.DataFrame, str]:
    """Reached AUC of each model, its difference to the days alone, and a sentence on both.

    Parameters
    ----------
    fits : DataFrame
        ``time_only`` of `study.latent_controls.LatentControls`.
    alone : str
        The model that sees the days and nothing else.
    tolerance : float
        Of the distance from the best possible AUC that the days alone are asked for.

    Returns
    -------
    table : DataFrame
    sentence : str
        A model beats the days alone where the whole interval of the difference says so.
    """
    others = fits[fits["model"] != alone]
    beats = others["upper"] < 0  # days minus model
    table = pd.DataFrame(
        {
            "model": fits["title"],
            "reached": fits["auc"].map(decimal),
            "best possible": fits["ceiling"].map(decimal),
            "days alone minus model": [_difference(row) for row in fits.to_dict("records")],
            "note": fits["note"],
        }
    )
    if not (fits["note"] != "").any():
        table = table.drop(columns="note")
    days = fits[fits["model"] == alone].iloc[0]
    short = float(days["ceiling"] - days["auc"])
    reached = "reach" if abs(short) <= tolerance else "do not reach"
    if np.isnan(short):
        reached = "could not be compared with"
    sentence = (
        f"The days alone {reached} the best possible AUC ({decimal(days['auc'])} of "
        f"{decimal(days['ceiling'])}, asked: within {tolerance:g}). {int(beats.sum())} of "
        f"{int(others['difference'].notna().sum())} models that see more beat them."
    )
    return table, sentence


def _difference(row: Mapping[Any, Any]) -> str:
    if np.isnan(row["difference"]):
        return NOT_ESTIMABLE
    return f"{row['difference']:+.3f} ({row['lower']:+.3f} to {row['upper']:+.3f})"
