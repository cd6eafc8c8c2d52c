"""All tables that a predictions table gives by itself, whichever program wrote it."""

from __future__ import annotations

import pandas as pd

from psp_core.evaluation.estimable import estimable
from psp_core.evaluation.precision_summary import precision_summary
from psp_core.evaluation.summary import rates_summary, results_summary


def all_tables(
    predictions: pd.DataFrame,
    *,
    minimum_per_class: int,
    bootstrap_samples: int,
    seed: int,
    sensitivity_target: float = 0.9,
    confidence_level: float = 0.95,
) -> dict[str, pd.DataFrame]:
    """AUCs, average precisions and rates of every arm on every set of patients.

    A table of another program has the columns of `predictions.COLUMNS`; one model that was
    fitted once, and scores patients whom it has not seen, is one `SOFT_VOTE` per patient with
    ``split`` test. `predictions.read_predictions` reads it from Parquet or CSV.

    Parameters
    ----------
    predictions : DataFrame
        See `predictions.check_predictions`.
    minimum_per_class : int
        With fewer patients of a class a set has no estimate, at least 1.
    bootstrap_samples, seed, confidence_level
        See `summary.results_summary`.
    sensitivity_target : float, default 0.9
        See `summary.rates_summary`.

    Returns
    -------
    dict of str to DataFrame
        ``summary`` (`summary.results_summary`), ``precision``
        (`precision_summary.precision_summary`), ``rates`` (`summary.rates_summary`), and
        ``left_out``, the sets that are too small (see `estimable.estimable`).

    Raises
    ------
    TableError
        If the predictions have faults.
    UndefinedMetricError
        If `minimum_per_class` is below 1, or the target is not above 0 and at most 1.
    """
    kept, left_out = estimable(predictions, minimum_per_class)
    rates = rates_summary(
        kept, confidence_level=confidence_level, sensitivity_target=sensitivity_target
    )
    summary, precision = (
        one(
            kept,
            bootstrap_samples=bootstrap_samples,
            seed=seed,
            confidence_level=confidence_level,
        )
        for one in (results_summary, precision_summary)
    )
    return {"summary": summary, "precision": precision, "rates": rates, "left_out": left_out}
