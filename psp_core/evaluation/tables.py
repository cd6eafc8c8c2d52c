"""All tables that a predictions table gives by itself, whichever program wrote it."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pandas as pd

from psp_core.evaluation.abstention import abstention_table
from psp_core.evaluation.decision_tables import (
    calibration_table,
    decision_table,
    reliability_table,
    risk_coverage_tables,
)
from psp_core.evaluation.estimable import estimable
from psp_core.evaluation.model_pairs import compare_pairs
from psp_core.evaluation.paired_tests import with_paired_tests
from psp_core.evaluation.precision_summary import precision_summary
from psp_core.evaluation.predictions import ARM
from psp_core.evaluation.summary import rates_summary, results_summary


def all_tables(
    predictions: pd.DataFrame,
    *,
    minimum_per_class: int = 5,
    bootstrap_samples: int = 2000,
    seed: int = 0,
    sensitivity_target: float = 0.9,
    rank_draws: int = 10_000,
    widest_slope_interval: float = 1.0,
    reliability_bins: int = 5,
    thresholds: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    conformal_alpha: float = 0.2,
    confidence_level: float = 0.95,
) -> dict[str, pd.DataFrame]:
    """Everything that pages 08 and 13 ask of predictions, of every arm on every set of patients.

    A table of another program has the columns of `predictions.COLUMNS`; one model that was
    fitted once, and scores patients whom it has not seen, is one `SOFT_VOTE` per patient with
    ``split`` test. `predictions.read_predictions` reads it from Parquet or CSV. Several time
    points of a patient are another table, see `clustered_summary.clustered_summary`.

    Parameters
    ----------
    predictions : DataFrame
        See `predictions.check_predictions`.
    minimum_per_class : int, default 5
        With fewer patients of a class a set has no estimate, at least 1.
    bootstrap_samples, seed, confidence_level
        See `summary.results_summary`.
    sensitivity_target : float, default 0.9
        See `summary.rates_summary`.
    rank_draws : int, default 10000
        See `paired_tests.with_paired_tests`.
    widest_slope_interval : float, default 1.0
        See `calibration.calibration_slope`.
    reliability_bins : int, default 5
    thresholds : tuple of float
        Of the decision curves.
    conformal_alpha : float, default 0.2
        See `abstention.abstention_table`.

    Returns
    -------
    dict of str to DataFrame
        ``summary`` (`summary.results_summary`), ``precision``
        (`precision_summary.precision_summary`), ``rates`` (`summary.rates_summary`),
        ``comparisons`` (all pairs of models on the patients that both score:
        `model_pairs.compare_pairs` with `paired_tests.with_paired_tests`), ``calibration``,
        ``reliability``, ``decision_curves``, ``risk_coverage`` and ``risk_coverage_areas``
        (`decision_tables`), ``abstention`` (`abstention.abstention_table`), and ``left_out``,
        the sets that are too small (see `estimable.estimable`).

    Raises
    ------
    TableError
        If the predictions have faults.
    UndefinedMetricError
        If `minimum_per_class` is below 1, a score is no probability, or an option is out of its
        range.
    """
    kept, left_out = estimable(predictions, minimum_per_class)
    level = {"confidence_level": confidence_level}
    drawn: dict[str, Any] = {"bootstrap_samples": bootstrap_samples, "seed": seed, **level}
    resampled: dict[str, Any] = {"samples": bootstrap_samples, "seed": seed, **level}
    named = _named_apart(kept)
    pairs = list(combinations(dict.fromkeys(named["model"]), 2))
    compared = compare_pairs(named, pairs, confidence_level=confidence_level)
    risks, areas = risk_coverage_tables(kept, **resampled)
    return {
        "summary": results_summary(kept, **drawn),
        "precision": precision_summary(kept, **drawn),
        "rates": rates_summary(kept, sensitivity_target=sensitivity_target, **level),
        "comparisons": with_paired_tests(compared, named, draws=rank_draws, seed=seed),
        "calibration": calibration_table(
            kept, widest_slope_interval=widest_slope_interval, **level
        ),
        "reliability": reliability_table(kept, bins=reliability_bins, **level),
        "decision_curves": decision_table(kept, thresholds, **resampled),
        "risk_coverage": risks,
        "risk_coverage_areas": areas,
        "abstention": abstention_table(kept, alpha=conformal_alpha, **level),
        "left_out": left_out,
    }


def _named_apart(predictions: pd.DataFrame) -> pd.DataFrame:
    """The same rows; where arms share a model's name, ``model`` is the name of the whole arm."""
    arms = predictions[list(ARM)].drop_duplicates()
    if arms["model"].is_unique:
        return predictions
    whole = predictions[list(ARM)].agg(", ".join, axis=1)
    return predictions.assign(model=whole)
