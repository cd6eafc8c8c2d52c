"""Exact McNemar test of two judgements: on whom is one of them right and the other wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from statsmodels.stats.contingency_tables import mcnemar

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.evaluation.metrics import check_scores

EVERYBODY = "all"
GROUPS = (EVERYBODY, POSITIVE_CLASS, NEGATIVE_CLASS)


@dataclass(frozen=True)
class McNemar:
    """Discordant patients, and the exact two-sided p value; NaN where there are none."""

    n: int
    only_first_right: int
    only_second_right: int
    p_value: float
    note: str = ""


def mcnemar_tests(
    y_true: npt.ArrayLike, first_called: npt.ArrayLike, second_called: npt.ArrayLike
) -> dict[str, McNemar]:
    """Compare two judgements of the same patients, of all and of each class.

    Of true progression the test compares sensitivities, of pseudoprogression specificities.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    first_called, second_called : array-like of bool or 0/1, shape (n,)
        Whether each model calls the patient true progression.

    Returns
    -------
    dict of str to McNemar
        By `GROUPS`; an absent class, or no patient judged differently, has no p value, for
        the reason in ``note``.

    Raises
    ------
    UndefinedMetricError
        If the lengths differ, or a value is not 0/1.

    References
    ----------
    McNemar, Psychometrika 1947;12:153-157.
    """
    truth, one = check_scores(y_true, first_called)
    two = check_scores(truth, second_called)[1]
    if not np.isin([one, two], (0.0, 1.0)).all():
        raise UndefinedMetricError(
            "a judgement is neither 0 nor 1; compare each score with its threshold first"
        )
    right = (one == truth, two == truth)
    places = (np.ones(truth.size, dtype=bool), truth, ~truth)
    return {
        name: _tested(right[0][here], right[1][here])
        for name, here in zip(GROUPS, places, strict=True)
    }


def _tested(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> McNemar:
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    counts = (first.size, only_first, only_second)
    if first.size == 0:
        return McNemar(*counts, math.nan, "no patients")
    if only_first + only_second == 0:
        return McNemar(*counts, math.nan, "nobody is judged differently")
    agreed = [int((first & second).sum()), int((~first & ~second).sum())]
    found = mcnemar([[agreed[0], only_first], [only_second, agreed[1]]], exact=True)
    return McNemar(*counts, min(1.0, float(found.pvalue)))
