"""Contingency tables with a printed p value: which test gives it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product

import numpy as np
from scipy.stats import chi2_contingency, fisher_exact

from psp_core.audit.printed import Printed
from psp_core.errors import AuditError

CHI_SQUARED, YATES, FISHER = "chi-squared", "chi-squared with Yates' correction", "Fisher"
LIKELIHOOD, LOWER, UPPER = (
    "likelihood ratio",
    "Fisher, one-sided (fewer)",
    "Fisher, one-sided (more)",
)
_SAME = 1 + 1e-7  # tables as likely as the one at hand, but for rounding


def p_values(counts: Sequence[Sequence[int]]) -> dict[str, float]:
    """P values of a table of two columns under each test.

    Parameters
    ----------
    counts : sequence of sequence of int, shape (categories, 2)

    Returns
    -------
    dict of str to float
        By test; Yates' correction and one-sided tests exist for two categories only.

    Raises
    ------
    AuditError
        If the table has not two columns, or a row or column of it is empty.
    """
    table = np.array(counts)
    is_table = table.ndim == 2 and table.shape[0] >= 2 and table.shape[1] == 2
    if not is_table or not (table.sum(axis=0).all() and table.sum(axis=1).all()):
        raise AuditError(
            f"counts {[list(row) for row in counts]}; expected two columns and two or more rows, "
            "none of them empty"
        )
    values = {
        CHI_SQUARED: chi2_contingency(table, correction=False).pvalue,
        LIKELIHOOD: chi2_contingency(table, correction=False, lambda_="log-likelihood").pvalue,
    }
    if len(table) == 2:
        values[YATES] = chi2_contingency(table, correction=True).pvalue
        values[FISHER] = fisher_exact(table).pvalue
        values[LOWER] = fisher_exact(table, alternative="less").pvalue
        values[UPPER] = fisher_exact(table, alternative="greater").pvalue
    else:
        values[FISHER] = exact_p([(int(a), int(b)) for a, b in table])
    return {name: float(value) for name, value in values.items()}


def exact_p(counts: Sequence[tuple[int, int]]) -> float:
    """Fisher's exact test of two columns and any number of rows (Freeman and Halton).

    SciPy draws at random beyond two rows; a table of a paper is small enough to count out.
    """
    rows = [sum(row) for row in counts]
    first = sum(row[0] for row in counts)

    def weight(column: Sequence[int]) -> int:
        return math.prod(math.comb(n, k) for n, k in zip(rows, column, strict=True))

    own = weight([row[0] for row in counts])
    total = as_rare = 0
    for column in product(*(range(min(n, first) + 1) for n in rows[:-1])):
        last = first - sum(column)
        if 0 <= last <= rows[-1]:
            one = weight([*column, last])
            total += one
            as_rare += one if one <= own * _SAME else 0
    return as_rare / total


def tests_that_give(printed: Printed, values: Mapping[str, float]) -> list[str]:
    """Tests whose p value is printed so by rounding."""
    return [name for name, value in values.items() if printed.may_be(Fraction(value))]
