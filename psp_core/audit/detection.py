"""How often the audit finds a planted fault, and how often it finds one where none is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from psp_core.audit.feasibility import check_row
from psp_core.audit.fold_figures import check_sd, possible_means
from psp_core.audit.made_tables import (
    COLUMNS,
    CUT,
    EXCHANGED,
    FAULTS,
    MISPRINT,
    NPV,
    OTHER_COUNTS,
    PPV,
    SWAPPED,
    Row,
    draw_result,
    made_table,
)
from psp_core.audit.printed import TRUNCATED, Printed
from psp_core.audit.search import print_as
from psp_core.audit.tables import TableReading, table_readings
from psp_core.evaluation.rates import proportion

MEANINGS = {
    SWAPPED: {"accuracy": "sensitivity", "sensitivity": "accuracy"},
    PPV: {"specificity": "ppv"},
    NPV: {"specificity": "npv"},
}
CROSSED = {"sensitivity": "specificity", "specificity": "sensitivity"}
SHARE = ("k", "n", "value", "exact_lower", "exact_upper")
DETECTION = (
    *("fault", "models", "tables", "detected", "detected_lower", "detected_upper"),
    *("named", "named_lower", "named_upper", "named_alone"),
)
ALARMS = ("tables", "figures", *SHARE)


def is_alarm(rows: Mapping[str, Row], *, n_positive: int, n_negative: int) -> bool:
    """Whether a figure of the table is not possible as named and rounded, without ties."""
    checks = [check_row(row, n_positive=n_positive, n_negative=n_negative) for row in rows.values()]
    return any(
        not check.is_possible or (check.auc is not None and not check.auc.is_possible)
        for check in checks
    )


def detection_power(
    *, tables: int, n_positive: int, n_negative: int, decimals: int, models: int, seed: int
) -> pd.DataFrame:
    """Plant each fault in made tables and count how often it is found and named.

    Parameters
    ----------
    tables : int
        For each fault.
    n_positive, n_negative : int
        The class counts that the audit is given.
    decimals : int
        Of every figure.
    models : int
        Rows of a table; a misprint is planted in one of them, any other fault in all.
    seed : int

    Returns
    -------
    DataFrame
        The columns of `DETECTION`, one row per fault: tables in which some figure is not
        possible; tables in which the fault is among the readings with the fewest changes over
        the whole table, and in which nothing else is. Intervals are Clopper-Pearson's. Some
        tables with a fault print what honest ones might.
    """
    rows = []
    for number, fault in enumerate(FAULTS):
        rng = np.random.default_rng([seed, number])
        detected = named = alone = 0
        for _ in range(tables):
            made = made_table(
                rng,
                n_positive=n_positive,
                n_negative=n_negative,
                decimals=decimals,
                models=models,
                fault=fault,
            )
            if is_alarm(made, n_positive=n_positive, n_negative=n_negative):
                detected += 1
                readings = table_readings(made, n_positive, n_negative)
                right = [_is_named(one, fault, n_positive, n_negative) for one in readings]
                named += any(right)
                alone += all(right)
        found, called = proportion(detected, tables), proportion(named, tables)
        rows.append(
            {
                "fault": fault,
                "models": models,
                "tables": tables,
                "detected": detected,
                "detected_lower": found.exact_lower,
                "detected_upper": found.exact_upper,
                "named": named,
                "named_lower": called.exact_lower,
                "named_upper": called.exact_upper,
                "named_alone": alone,
            }
        )
    return pd.DataFrame(rows, columns=list(DETECTION))


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
    """Count honest tables of which the audit calls some figure impossible.

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
        The columns of `ALARMS`: one row for single figures, one for means and SDs over folds
        (population SD in every second table), with k of n tables and Clopper-Pearson's interval.
    """
    rng = np.random.default_rng([seed, len(FAULTS)])
    single = over_folds = 0
    for number in range(tables):
        made = made_table(
            rng, n_positive=n_positive, n_negative=n_negative, decimals=decimals, models=models
        )
        single += is_alarm(made, n_positive=n_positive, n_negative=n_negative)
        over_folds += _is_fold_alarm(rng, folds, decimals, ddof=number % 2)
    rows = []
    for name, count in (("single figures", single), ("means and SDs over folds", over_folds)):
        share = proportion(count, tables)
        rows.append(
            {"tables": name, "figures": len(COLUMNS), **{one: vars(share)[one] for one in SHARE}}
        )
    return pd.DataFrame(rows, columns=list(ALARMS))


def _is_named(reading: TableReading, fault: str, n_positive: int, n_negative: int) -> bool:
    """Whether a reading of the table is the planted fault and nothing else."""
    shared = reading.shared
    counts = (shared.n_positive, shared.n_negative)
    expected = (
        (n_positive - 1, n_negative + 1) if fault == OTHER_COUNTS else (n_positive, n_negative)
    )
    meanings = dict(shared.meanings)
    # Of sensitivity, specificity and accuracy an exchange of the classes is a swap of columns.
    exchanged = shared.exchanged != (meanings == CROSSED)
    return (
        (meanings == MEANINGS.get(fault, {}) or meanings == CROSSED)
        and exchanged == (fault == EXCHANGED)
        and (shared.way == TRUNCATED) == (fault == CUT)
        and counts == expected
        and len(reading.left_over) == (fault == MISPRINT)
    )


def _is_fold_alarm(
    rng: np.random.Generator, folds: Sequence[tuple[int, int]], decimals: int, *, ddof: int
) -> bool:
    """Draw one model over the folds, print its means and SDs, and audit them."""
    separation = float(rng.uniform(0, 2))
    results = [
        draw_result(rng, n_positive=positive, n_negative=negative, separation=separation)
        for positive, negative in folds
    ]
    like = Printed(f"{0:.{decimals}f}")
    sizes = {
        "auc": [positive * negative for positive, negative in folds],
        "accuracy": [positive + negative for positive, negative in folds],
        "sensitivity": [positive for positive, _ in folds],
        "specificity": [negative for _, negative in folds],
    }
    for name, denominators in sizes.items():
        values = [one.area if name == "auc" else one.matrix.value(name) for one in results]
        mean = Printed(print_as(sum(values, Fraction(0)) / len(values), like))
        means = possible_means(mean, denominators)
        if not means:
            return True
        if name != "auc":
            sd = np.std([float(value) for value in values], ddof=ddof)
            printed = Printed(print_as(Fraction(float(sd)), like))
            if not check_sd(printed, means, denominators).examples:
                return True
    return False
