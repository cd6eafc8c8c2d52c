"""How often the audit finds a planted fault, and how often it names it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from psp_core.audit.feasibility import check_row
from psp_core.audit.made_tables import (
    CUT,
    EXCHANGED,
    FAULTS,
    MISPRINT,
    NPV,
    OTHER_COUNTS,
    PPV,
    SWAPPED,
    Row,
    made_table,
)
from psp_core.audit.printed import TRUNCATED
from psp_core.audit.tables import TableReading, table_readings
from psp_core.evaluation.rates import proportion

MEANINGS = {
    SWAPPED: {"accuracy": "sensitivity", "sensitivity": "accuracy"},
    PPV: {"specificity": "ppv"},
    NPV: {"specificity": "npv"},
}
CROSSED = {"sensitivity": "specificity", "specificity": "sensitivity"}
DETECTION = (
    *("fault", "models", "tables", "detected", "detected_lower", "detected_upper"),
    *("named", "named_lower", "named_upper", "named_alone"),
)


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


def _is_named(reading: TableReading, fault: str, n_positive: int, n_negative: int) -> bool:
    """Whether a reading of the table is the planted fault and nothing else."""
    shared = reading.shared
    counts = (shared.n_positive, shared.n_negative)
    expected = (
        (n_positive - 1, n_negative + 1) if fault == OTHER_COUNTS else (n_positive, n_negative)
    )
    meanings, held = dict(shared.meanings), MEANINGS.get(fault, {})
    # Of sensitivity, specificity and accuracy an exchange of the classes is a swap of columns.
    exchanged = shared.exchanged != (meanings == CROSSED)
    return (
        (meanings == held or (not held and meanings == CROSSED))
        and exchanged == (fault == EXCHANGED)
        and (shared.way == TRUNCATED) == (fault == CUT)
        and counts == expected
        and len(reading.left_over) == (fault == MISPRINT)
    )
