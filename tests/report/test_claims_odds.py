"""Odds ratios have exact intervals, the claimed direction positive."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats.contingency import odds_ratio

from psp_core.report.claims_odds import counted, listed, odds

ASKED = {"sex": ("F", "M")}
COUNTS = {"sex": {"F": (15, 34), "M": (18, 48)}}


@pytest.mark.parametrize(("with_psp", "rows"), [(True, 1), (False, -1)])
def test_the_interval_is_the_exact_one_of_either_direction(with_psp: bool, rows: int) -> None:
    (effect,) = odds(COUNTS, ASKED, with_pseudoprogression=with_psp, confidence_level=0.9)
    exact = odds_ratio([[15, 18], [34, 48]][::rows])
    for level in (0.9, 0.99):
        interval = exact.confidence_interval(level)
        assert effect.bounds(level) == pytest.approx(np.log([interval.low, interval.high]))
    told = exact.confidence_interval(0.9)
    assert f"({told.low:.2f} to {told.high:.2f})" in effect.text
    assert "F: 15/33 of pseudoprogressions, 34/82 of true progressions" in effect.text


def test_an_empty_cell_has_no_finite_odds_and_an_empty_category_none() -> None:
    empty = {"sex": {"F": (0, 9), "M": (9, 9)}}
    (effect,) = odds(empty, ASKED, with_pseudoprogression=True, confidence_level=0.95)
    assert effect.bounds(0.95)[0] == -math.inf
    nobody = {"sex": {"F": (0, 0), "M": (9, 9)}}
    (effect,) = odds(nobody, ASKED, with_pseudoprogression=True, confidence_level=0.95)
    assert np.isnan(effect.bounds(0.95)).all()
    assert effect.text == "sex: one category or class is empty"


def test_categories_are_counted_by_class_and_nobody_is_none() -> None:
    rows = pd.DataFrame({"sex": ["F", "F", "M"], "y_true": [True, False, False]})
    found = counted(rows, "sex")
    assert (found["F"], found["M"], found["other"]) == ((1, 1), (1, 0), (0, 0))
    table = pd.DataFrame(
        {
            "variable": ["sex", "age"], "category": ["F", "F"],
            "pseudoprogression": [3, 9], "true_progression": [4, 9],
        }
    )  # fmt: skip
    assert listed(table, "sex")["F"] == (3, 4)
