"""Predictions to the tables of page 13: one row, or one curve, per arm and set of patients.

Scores are of the soft vote; in the training cohort of each patient's held-out fold, of the first
repetition. Bands that resample patients stand for soft votes alone, see `bootstrap`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.calibration import (
    Recalibration,
    brier,
    calibration_intercept,
    calibration_slope,
)
from psp_core.evaluation.predictions import SET, VALIDATION, judged
from psp_core.evaluation.reliability import RELIABILITY, reliability
from psp_core.evaluation.risk_coverage import CURVE as RISK_CURVE
from psp_core.evaluation.risk_coverage import risk_coverage
from psp_core.evaluation.summary import sets_of
from psp_core.evaluation.utility import CURVE as DECISION_CURVE
from psp_core.evaluation.utility import decision_curve

CALIBRATION = (
    *(*SET, "n", "n_true_progression", "observed", "mean_score", "brier", "null_brier"),
    *("scaled_brier", "intercept", "intercept_lower", "intercept_upper"),
    *("slope", "slope_lower", "slope_upper", "note"),
)
AREAS = (*SET, "n", "area", "lower", "upper", "at_random", "at_best")


def judged_sets(predictions: pd.DataFrame) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Each arm on each set of patients: its names, and one row per patient.

    Raises
    ------
    TableError
        If the predictions have faults.
    """
    for key, _, first in sets_of(predictions):
        part = judged(first)
        if len(part):
            yield key, part


def calibration_table(
    predictions: pd.DataFrame, *, widest_slope_interval: float, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Brier score, intercept and slope of every arm on every set of patients.

    Returns
    -------
    DataFrame
        `CALIBRATION`; ``note`` says why an intercept or a slope is missing.

    Raises
    ------
    TableError
        If the predictions have faults.
    """
    rows = []
    for key, part in judged_sets(predictions):
        scores = (part["y_true"], part["y_score"])
        found = brier(*scores)
        row = {
            **key,
            "n": len(part),
            "n_true_progression": int(part["y_true"].sum()),
            "observed": found.observed,
            "mean_score": found.mean_score,
            "brier": found.value,
            "null_brier": found.null,
            "scaled_brier": found.scaled,
        }
        try:
            intercept = calibration_intercept(*scores, confidence_level=confidence_level)
            slope = calibration_slope(
                *scores, widest_interval=widest_slope_interval, confidence_level=confidence_level
            )
        except UndefinedMetricError as error:
            intercept = slope = Recalibration(math.nan, math.nan, math.nan, str(error))
        for name, one in (("intercept", intercept), ("slope", slope)):
            row |= {name: one.value, f"{name}_lower": one.lower, f"{name}_upper": one.upper}
        told = {"intercept": intercept.note, "slope": slope.note}
        parts = [f"{name} {note}" for name, note in told.items() if note]
        row["note"] = intercept.note if intercept.note == slope.note else "; ".join(parts)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(CALIBRATION))


def reliability_table(
    predictions: pd.DataFrame, *, bins: int, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Bins of `calibration.reliability` of every arm on every set of patients."""
    curves = (
        (
            key,
            reliability(
                part["y_true"], part["y_score"], bins=bins, confidence_level=confidence_level
            ),
        )
        for key, part in judged_sets(predictions)
    )
    return _stacked(curves, RELIABILITY)


def decision_table(
    predictions: pd.DataFrame,
    thresholds: tuple[float, ...],
    *,
    samples: int,
    seed: int,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """`utility.decision_curve` of every arm on every set; all sets start from one seed."""
    curves = (
        (
            key,
            decision_curve(
                part["y_true"],
                part["y_score"],
                thresholds,
                samples=0 if key["split"] == VALIDATION else samples,
                rng=np.random.default_rng(seed),
                confidence_level=confidence_level,
            ),
        )
        for key, part in judged_sets(predictions)
    )
    return _stacked(curves, DECISION_CURVE)


def risk_coverage_tables(
    predictions: pd.DataFrame, *, samples: int, seed: int, confidence_level: float = 0.95
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Curves of `risk_coverage.risk_coverage` and, in a table of their own, their areas."""
    curves, areas = [], []
    for key, part in judged_sets(predictions):
        found = risk_coverage(
            part["y_true"],
            part["y_score"],
            samples=0 if key["split"] == VALIDATION else samples,
            rng=np.random.default_rng(seed),
            confidence_level=confidence_level,
        )
        told = {name: getattr(found, name) for name in AREAS[-5:]}
        curves.append((key, found.curve))
        areas.append({**key, "n": len(part), **told})
    return _stacked(curves, RISK_CURVE), pd.DataFrame(areas, columns=list(AREAS))


def _stacked(
    curves: Iterable[tuple[dict[str, Any], pd.DataFrame]], columns: tuple[str, ...]
) -> pd.DataFrame:
    """Curves one after the other, each with the names of its arm and set."""
    parts = [table.assign(**key) for key, table in curves]
    names = [*SET, *columns]
    return pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)
