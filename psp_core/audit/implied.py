"""What follows from printed figures once the counts behind them are known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

import pandas as pd
from scipy.stats import binomtest

from psp_core.audit.feasibility import as_printed, check_row
from psp_core.audit.matrices import RATES, Matrix
from psp_core.audit.power import ImpliedInterval, implied_interval, rank_sum_tail
from psp_core.audit.printed import Printed
from psp_core.audit.readings import Reading, said
from psp_core.errors import AuditError
from psp_core.evaluation.rates import UNDEFINED, Rate, proportion

COUNTS = ("tp", "fn", "tn", "fp")
RATE_FIELDS = tuple(field.name for field in fields(Rate))
CORRECTED = ("row", *COUNTS, "rate", "printed", *RATE_FIELDS, "reading")


@dataclass(frozen=True, kw_only=True)
class ImpliedAuc:
    """What an AUC of which only the value is printed says at its class counts.

    Attributes
    ----------
    interval : ImpliedInterval
        After Hanley and McNeil, plain and on the logit scale.
    wins, pairs : int
        The whole number of rightly ordered pairs next to the AUC, and all pairs; the p values
        are those of this number.
    is_attained : bool
        Whether so many pairs are printed as this AUC.
    p_one_sided, p_two_sided : float
        Exact Mann-Whitney, of scores without ties that order `wins` pairs rightly or more.
    """

    interval: ImpliedInterval
    wins: int
    pairs: int
    is_attained: bool
    p_one_sided: float
    p_two_sided: float


def implied_auc(
    figure: Printed, *, n_positive: int, n_negative: int, confidence_level: float = 0.95
) -> ImpliedAuc:
    """Interval and p value of a printed AUC.

    Raises
    ------
    UndefinedMetricError
        See `power.implied_interval` and `power.rank_sum_tail`.
    """
    interval = implied_interval(
        float(figure.value),
        n_positive=n_positive,
        n_negative=n_negative,
        confidence_level=confidence_level,
    )
    pairs = n_positive * n_negative
    wins = nearest_wins(figure.value, pairs)
    one, two = mann_whitney_p(wins, n_positive=n_positive, n_negative=n_negative)
    return ImpliedAuc(
        interval=interval,
        wins=wins,
        pairs=pairs,
        is_attained=figure.may_be(Fraction(wins, pairs)),
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
        If there are not so many pairs.
    UndefinedMetricError
        See `power.rank_sum_tail`.
    """
    tail = rank_sum_tail(n_positive, n_negative)
    pairs = n_positive * n_negative
    if not 0 <= wins <= pairs:
        raise AuditError(
            f"{wins} pairs ordered rightly by {n_positive} positive and {n_negative} negative "
            f"patients; expected between 0 and all {pairs} pairs"
        )
    # Under the null as many pairs ordered rightly are as likely as so many ordered wrongly.
    two = min(Fraction(1), 2 * min(tail[wins], tail[pairs - wins]))
    return float(tail[wins]), float(two)


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
        reading = said(fewest)
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
