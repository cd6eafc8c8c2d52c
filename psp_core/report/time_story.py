"""Where the label depends on time alone: what models make of everything else they see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from psp_core.evaluation.comparison import holm
from psp_core.report.formatting import NOT_ESTIMABLE, decimal, p_value


def time_only_table(
    fits: pd.DataFrame, *, alone: str, tolerance: float, alpha: float = 0.05
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
    alpha : float, default 0.05
        Level of the corrected p values.

    Returns
    -------
    table : DataFrame
    sentence : str
        A model beats the days alone where its AUC is the larger and p, Holm-corrected over
        the table, is below `alpha`.
    """
    corrected = pd.Series(holm(fits["p_value"]), index=fits.index)
    others = fits[fits["model"] != alone]
    beats = (others["difference"] < 0) & (corrected[others.index] < alpha)  # days minus model
    table = pd.DataFrame(
        {
            "model": fits["title"],
            "reached": fits["auc"].map(decimal),
            "best possible": fits["ceiling"].map(decimal),
            "days alone minus model": [_difference(row) for row in fits.to_dict("records")],
            "p, Holm": corrected.map(p_value),
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
        f"{int(others['difference'].notna().sum())} models that see more beat them, "
        f"at a Holm-corrected p below {alpha:g}."
    )
    return table, sentence


def _difference(row: Mapping[Any, Any]) -> str:
    if np.isnan(row["difference"]):
        return NOT_ESTIMABLE
    return f"{row['difference']:+.3f} ({row['lower']:+.3f} to {row['upper']:+.3f})"
