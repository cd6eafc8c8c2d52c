"""What follows from printed figures once the counts behind them are known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import binomtest, mannwhitneyu

from psp_core.audit.feasibility import as_printed, check_row
from psp_core.audit.matrices import RATES, Matrix
from psp_core.audit.printed import Printed
from psp_core.audit.readings import Reading
from psp_core.errors import AuditError
from psp_core.evaluation.intervals import hanley_mcneil_standard_error, normal_quantile
from psp_core.evaluation.rates import UNDEFINED, Rate, proportion

COUNTS = ("tp", "fn", "tn", "fp")
RATE_FIELDS = tuple(field.name for field in fields(Rate))
CORRECTED = ("row", *COUNTS, "rate", "printed", *RATE_FIELDS, "reading")


@dataclass(frozen=True, kw_only=True)
class ImpliedAuc:
    """What an AUC of which only the value is printed says at its class counts.

    Attributes
    ----------
    area, standard_error : float
        After Hanley and McNeil.
    lower, upper : float
        Wald interval, cut at 0 and 1.
    logit_lower, logit_upper : float
        On the logit scale; NaN for an AUC of 0 or 1.
    p_one_sided, p_two_sided : float
        Exact Mann-Whitney, of scores without ties that order as many pairs rightly or more.
    """

    area: float
    standard_error: float
    lower: float
    upper: float
    logit_lower: float
    logit_upper: float
    p_one_sided: float
    p_two_sided: float


def implied_auc(
    figure: Printed, *, n_positive: int, n_negative: int, confidence_level: float = 0.95
) -> ImpliedAuc:
    """Interval and p value of a printed AUC.

    Raises
    ------
    UndefinedMetricError
        If the AUC lies outside 0 to 1, a class is empty or the level is not in (0, 1).

    References
    ----------
    Hanley and McNeil, Radiology 1982;143:29-36.
    """
    area = float(figure.value)
    error = hanley_mcneil_standard_error(area, n_positive=n_positive, n_negative=n_negative)
    quantile = normal_quantile(confidence_level)
    logit_lower = logit_upper = math.nan
    if 0 < area < 1:
        half = quantile * error / (area * (1 - area))
        logit_lower, logit_upper = (float(expit(logit(area) + side * half)) for side in (-1, 1))
    wins = nearest_wins(figure.value, n_positive * n_negative)
    one, two = mann_whitney_p(wins, n_positive=n_positive, n_negative=n_negative)
    return ImpliedAuc(
        area=area,
        standard_error=error,
        lower=max(0.0, area - quantile * error),
        upper=min(1.0, area + quantile * error),
        logit_lower=logit_lower,
        logit_upper=logit_upper,
        p_one_sided=one,
        p_two_sided=two,
    )


def nearest_wins(area: Fraction, pairs: int) -> int:
    """Whole number of rightly ordered pairs next to an AUC; halves count upwards."""
    return math.floor(area * pairs + Fraction(1, 2))


def mann_whitney_p(wins: int, *, n_positive: int, n_negative: int) -> tuple[float, float]:
    """Exact one- and two-sided p value of so many rightly ordered pairs, without ties.

    Raises
    ------
    AuditError
        If a class is empty, or there are not so many pairs.
    """
    if min(n_positive, n_negative) < 1 or not 0 <= wins <= n_positive * n_negative:
        raise AuditError(
            f"{wins} pairs ordered rightly by {n_positive} positive and {n_negative} negative "
            "patients; expected between 0 and all pairs, and a patient of each class"
        )
    # SciPy takes scores: each positive patient is set above as many negatives as are left.
    above = np.clip(wins - n_negative * np.arange(n_positive), 0, n_negative)
    positive = above - 0.5 + np.arange(n_positive) / (2 * n_positive)
    negative = np.arange(n_negative, dtype=float)
    one, two = (
        float(mannwhitneyu(positive, negative, alternative=side, method="exact").pvalue)
        for side in ("greater", "two-sided")
    )
    return one, two


def accuracy_p(matrix: Matrix) -> float:
    """One-sided binomial p value of the accuracy against always naming the larger class."""
    k, n = matrix.statistics["accuracy"]
    larger = max(matrix.tp + matrix.fn, matrix.tn + matrix.fp)
    return float(binomtest(k, n, larger / n, alternative="greater").pvalue)


def patients_apart(first: Matrix, second: Matrix) -> int:
    """By how many patients more the first is right than the second, of the same patients."""
    return first.statistics["accuracy"][0] - second.statistics["accuracy"][0]


def matrix_rates(matrix: Matrix, *, confidence_level: float = 0.95) -> dict[str, Rate]:
    """Rates of a matrix with Clopper-Pearson and Wilson intervals, by `matrices.RATES`."""
    return {
        name: proportion(*matrix.statistics[name], confidence_level=confidence_level, note=note)
        for name, note in UNDEFINED.items()
    }


def corrected_rows(
    rows: Mapping[str, Mapping[str, Printed | str]],
    *,
    n_positive: int,
    n_negative: int,
    meanings: Mapping[str, str] | None = None,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """A printed table again, with the counts that its rows leave and intervals.

    Parameters
    ----------
    rows : mapping of str to mapping of str to Printed or str
        Figures by row and by name, as `feasibility.check_row` takes them.
    n_positive, n_negative : int
    meanings : mapping of str to str, optional
        What columns hold throughout the table, where that is not what their name says.
    confidence_level : float, default 0.95

    Returns
    -------
    DataFrame
        The columns of `CORRECTED`, one row per row and rate; `printed` is what stands under the
        name of the rate, whatever it is. Where the readings with the fewest changes, and of
        those the fewest misprints, leave more than one matrix, counts and values
        are missing and `note` says which are left.

    Raises
    ------
    AuditError
        See `feasibility.check_row`.
    """
    taken = Reading(
        n_positive=n_positive, n_negative=n_negative, matrices=(), meanings=meanings or {}
    )
    throughout = taken.text if meanings else ""
    table: list[dict[str, Any]] = []
    for row, figures in rows.items():
        check = check_row(figures, n_positive=n_positive, n_negative=n_negative, meanings=meanings)
        own = [one for one in check.readings if not one.other_counts]
        # The first asks for the fewest changes, and among those for the fewest misprints.
        weights = [(one.changes, len(one.misprints)) for one in own]
        fewest = [one for one, weight in zip(own, weights, strict=True) if weight == weights[0]]
        left = sorted({matrix for one in fewest for matrix in one.matrices})
        reading = " | ".join(one.text for one in fewest)
        if throughout:
            reading = f"{throughout} throughout; {reading}"
        if len(left) == 1:
            rates = matrix_rates(left[0], confidence_level=confidence_level)
            counts: dict[str, float] = {name: getattr(left[0], name) for name in COUNTS}
        else:
            note = "; ".join(f"TP {matrix.tp}, TN {matrix.tn}" for matrix in left)
            note = f"several matrices are left: {note}" if left else "no matrix was found"
            rates = dict.fromkeys(RATES, proportion(0, 0, note=note))
            counts = dict.fromkeys(COUNTS, math.nan)
        for name, rate in rates.items():
            printed = as_printed(figures[name]).text if name in figures else ""
            table.append(
                {"row": row, **counts, "rate": name, "printed": printed}
                | {**vars(rate), "reading": reading}
            )
    return pd.DataFrame(table, columns=list(CORRECTED))
