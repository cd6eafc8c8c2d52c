"""McNemar's exact test by hand."""

from __future__ import annotations

import math

import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.mcnemar import GROUPS, mcnemar_tests

TRUTH = [1, 1, 1, 1, 1, 0, 0, 0]
FIRST = [1, 1, 1, 1, 1, 0, 1, 0]
SECOND = [0, 0, 0, 1, 1, 0, 0, 0]


def test_discordant_patients_are_counted_by_class() -> None:
    found = mcnemar_tests(TRUTH, FIRST, SECOND)
    assert tuple(found) == GROUPS
    counts = {name: (one.n, one.only_first_right, one.only_second_right)
              for name, one in found.items()}  # fmt: skip
    assert counts == {
        "all": (8, 3, 1), "true_progression": (5, 3, 0), "pseudoprogression": (3, 0, 1),
    }  # fmt: skip


def test_the_p_value_is_the_two_sided_binomial_one() -> None:
    found = mcnemar_tests(TRUTH, FIRST, SECOND)
    assert found["all"].p_value == pytest.approx(2 * (1 + 4) / 16)
    assert found["true_progression"].p_value == pytest.approx(2 / 8)
    assert found["pseudoprogression"].p_value == 1


def test_nobody_judged_differently_has_no_p_value_and_says_so() -> None:
    found = mcnemar_tests(TRUTH, FIRST, FIRST)
    assert math.isnan(found["all"].p_value)
    assert found["all"].note == "nobody is judged differently"
    assert mcnemar_tests([1, 1], [1, 0], [0, 0])["pseudoprogression"].note == "no patients"


def test_what_is_no_judgement_raises() -> None:
    with pytest.raises(UndefinedMetricError, match="neither 0 nor 1"):
        mcnemar_tests([1, 0], [0.7, 0.2], [1, 0])
    with pytest.raises(UndefinedMetricError, match="two vectors of one length"):
        mcnemar_tests([1, 0], [1, 0], [1])
