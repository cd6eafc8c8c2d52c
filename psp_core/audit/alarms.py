"""How often the audit says something of an honest table that is not so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from psp_core.audit.columns import column_readings
from psp_core.audit.detection import is_alarm
from psp_core.audit.feasibility import AUC
from psp_core.audit.fold_figures import Folds
from psp_core.audit.fold_rows import FoldFigure, check_fold_row, joint_example
from psp_core.audit.made_tables import COLUMNS, FAULTS, Row, draw_result, made_table
from psp_core.audit.printed import Printed
from psp_core.audit.search import print_as
from psp_core.evaluation.rates import proportion

COLUMN = "specificity"
SCORE_DECIMALS = 1  # of scores that are to tie; with 20 patients most tables then have ties
SHARE = ("k", "n", "value", "exact_lower", "exact_upper")
ALARMS = ("tables", "called", *SHARE)
NOT_AS_NAMED = "some figure not possible as named"
HONEST = (
    ("single figures, scores without ties", NOT_AS_NAMED),
    ("rates, scores to one decimal", NOT_AS_NAMED),
    ("rates and AUCs, scores to one decimal", NOT_AS_NAMED),
    ("means and SDs over folds", NOT_AS_NAMED),
    ("means and SDs over folds", "three rates not possible together"),
    ("the column of specificities", "another statistic in every testable row"),
    ("the column of specificities", "another statistic before the specificity"),
)


def false_alarms(
    *,
    tables: int,
    n_positive: int,
    n_negative: int,
    folds: Sequence[tuple[int, int]],
    decimals: int,
    models: int,
    seed: int,
) -> pd.DataFrame:
    """Count honest tables of which the audit says something that is not so.

    Parameters
    ----------
    tables : int
    n_positive, n_negative : int
        Of the rows of single figures.
    folds : sequence of (int, int)
        Class counts of the folds behind the rows of means and SDs.
    decimals, models, seed : int

    Returns
    -------
    DataFrame
        The columns of `ALARMS`, with k of n tables and Clopper-Pearson's interval. Single
        figures of scores without ties; rates and AUCs of scores that tie, the AUC being audited
        as if none did; one row of means and SDs over folds, AUC included, figure by figure and
        its three rates together (population SD in every second table); and the column
        ``specificity`` of the tables without ties: some other statistic equals it in every row
        that can be tested, or does so in more rows than the specificity.
    """
    rng = np.random.default_rng([seed, len(FAULTS)])
    counts: dict[str, Any] = {"n_positive": n_positive, "n_negative": n_negative}
    drawn: dict[str, Any] = {"decimals": decimals, "models": models, **counts}
    found: Counter[tuple[str, str]] = Counter()
    for number in range(tables):
        made = made_table(rng, **drawn)
        tied = made_table(rng, **drawn, score_decimals=SCORE_DECIMALS)
        rates = {row: _without_auc(figures) for row, figures in tied.items()}
        row = _fold_row(rng, folds, decimals, ddof=number % 2)
        readings = column_readings(made, **counts, column=COLUMN)
        every = readings[readings["n_equal"] == readings["n_testable"]]
        is_other = (every["reading"] != COLUMN) & (every["n_testable"] > 0)
        alarms = (
            is_alarm(made, **counts),
            is_alarm(rates, **counts),
            is_alarm(tied, **counts),
            _is_fold_alarm(row[0]),
            joint_example(*row) == {},
            bool(is_other.any()),
            readings["reading"].iloc[0] != COLUMN,
        )
        found.update(kind for kind, is_one in zip(HONEST, alarms, strict=True) if is_one)
    rows = []
    for name, called in HONEST:
        share = proportion(found[name, called], tables)
        rows.append({"tables": name, "called": called, **{one: vars(share)[one] for one in SHARE}})
    return pd.DataFrame(rows, columns=list(ALARMS))


def _without_auc(figures: Row) -> Row:
    return {name: text for name, text in figures.items() if name != AUC}


def _fold_row(
    rng: np.random.Generator, folds: Sequence[tuple[int, int]], decimals: int, *, ddof: int
) -> tuple[dict[str, FoldFigure], Folds]:
    """Draw one model over the folds, print its means and SDs, and hold them against counts."""
    separation = float(rng.uniform(0, 2))
    results = [
        draw_result(rng, n_positive=positive, n_negative=negative, separation=separation)
        for positive, negative in folds
    ]
    like = Printed(f"{0:.{decimals}f}")
    figures = {}
    for name in COLUMNS:
        values = [one.area if name == AUC else one.matrix.value(name) for one in results]
        mean = Printed(print_as(sum(values, Fraction(0)) / len(values), like))
        sd = np.std([float(value) for value in values], ddof=ddof)
        figures[name] = (mean, Printed(print_as(Fraction(float(sd)), like)))
    positive, negative = zip(*folds, strict=True)
    given = Folds(tuple(positive), tuple(negative))
    return check_fold_row(figures, given), given


def _is_fold_alarm(row: Mapping[str, FoldFigure]) -> bool:
    """Whether a mean or an SD of the row is called impossible, or a tie is asked for."""
    return any(not one.rounded or one.needs_ties or not one.spread.examples for one in row.values())
