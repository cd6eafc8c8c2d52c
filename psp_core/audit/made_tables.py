"""Tables made for the purpose: drawn from scores, printed honestly or with one planted fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from psp_core.audit.matrices import Matrix
from psp_core.audit.printed import ROUNDED, TRUNCATED, Printed, Way
from psp_core.audit.search import print_as
from psp_core.errors import AuditError

COLUMNS = ("auc", "accuracy", "sensitivity", "specificity")
SWAPPED = "accuracy and sensitivity in each other's column"
EXCHANGED = "classes exchanged"
PPV = "positive predictive value in the specificity column"
NPV = "negative predictive value in the specificity column"
OTHER_COUNTS = "class counts one patient apart, the same total"
CUT = "figures truncated"
MISPRINT = "one digit of one rate misprinted"
FAULTS = (SWAPPED, EXCHANGED, PPV, NPV, OTHER_COUNTS, CUT, MISPRINT)
Row = dict[str, str]


@dataclass(frozen=True)
class Result:
    """What one model does on one set of patients: its matrix, and the pairs it orders rightly."""

    matrix: Matrix
    area: Fraction


def draw_result(
    rng: np.random.Generator,
    *,
    n_positive: int,
    n_negative: int,
    separation: float,
    score_decimals: int | None = None,
) -> Result:
    """Normal scores with the class means `separation` standard deviations apart, cut midway.

    Scores that are rounded to `score_decimals` may tie; none are by default.
    """
    positive = rng.normal(separation, 1, n_positive)
    negative = rng.normal(0, 1, n_negative)
    if score_decimals is not None:
        positive, negative = (np.round(one, score_decimals) for one in (positive, negative))
    tp, tn = int((positive >= separation / 2).sum()), int((negative < separation / 2).sum())
    matrix = Matrix(tp, n_positive - tp, tn, n_negative - tn)
    # Counted, not taken from a library: the audit asks for the exact fraction.
    wins = int((positive[:, None] > negative).sum())
    ties = int((positive[:, None] == negative).sum())
    return Result(matrix, Fraction(2 * wins + ties, 2 * n_positive * n_negative))


def draw_results(
    rng: np.random.Generator,
    *,
    n_positive: int,
    n_negative: int,
    models: int,
    score_decimals: int | None = None,
) -> dict[str, Result]:
    """One result per model, each with a separation between 0 and 2 of its own."""
    return {
        f"model {number + 1}": draw_result(
            rng,
            n_positive=n_positive,
            n_negative=n_negative,
            separation=float(rng.uniform(0, 2)),
            score_decimals=score_decimals,
        )
        for number in range(models)
    }


def print_row(result: Result, decimals: int, way: Way = ROUNDED) -> Row:
    """The row of a result, each column what it is called."""
    like = Printed(f"{0:.{decimals}f}")
    values = {"auc": result.area} | {name: result.matrix.value(name) for name in COLUMNS[1:]}
    return {name: print_as(value, like, way) for name, value in values.items()}


def made_table(
    rng: np.random.Generator,
    *,
    n_positive: int,
    n_negative: int,
    decimals: int,
    models: int,
    fault: str | None = None,
    score_decimals: int | None = None,
) -> dict[str, Row]:
    """Print one row per model, with one of `FAULTS` planted or without any.

    Scores have `score_decimals` decimals, all of them by default.

    Raises
    ------
    AuditError
        If the fault is unknown.
    """
    if fault is not None and fault not in FAULTS:
        raise AuditError(f"fault {fault!r} cannot be planted; expected one of {list(FAULTS)}")
    step = 1 if fault == OTHER_COUNTS else 0
    results = draw_results(
        rng,
        n_positive=n_positive - step,
        n_negative=n_negative + step,
        models=models,
        score_decimals=score_decimals,
    )
    way: Way = TRUNCATED if fault == CUT else ROUNDED
    rows = {name: print_row(result, decimals, way) for name, result in results.items()}
    columns = {
        SWAPPED: {"accuracy": "sensitivity", "sensitivity": "accuracy"},
        EXCHANGED: {"sensitivity": "specificity", "specificity": "sensitivity"},
        PPV: {"specificity": "ppv"},
        NPV: {"specificity": "npv"},
    }.get(fault or "", {})
    like = Printed(f"{0:.{decimals}f}")
    for name, row in rows.items():
        matrix = results[name].matrix
        row |= {column: print_as(matrix.value(held), like) for column, held in columns.items()}
    if fault == MISPRINT:
        _misprint(rng, rows)
    return rows


def _misprint(rng: np.random.Generator, rows: Mapping[str, Row]) -> None:
    """Change one digit behind the point of one rate into another; of a 1 the one before it."""
    row = rows[str(rng.choice(list(rows)))]
    column = str(rng.choice(COLUMNS[1:]))
    text = row[column]
    place = int(rng.integers(text.index(".") + 1, len(text)))
    digits = [digit for digit in "0123456789" if digit != text[place]]
    if text.startswith("1"):  # above 1 it would be no share any more
        place, digits = 0, ["0"]
    row[column] = text[:place] + str(rng.choice(digits)) + text[place + 1 :]
