"""Words of the timing page: every label rule is told, and resamples as the table has them."""

import math

import pandas as pd

from psp_core.cohorts.labels import EVENT_RULES
from psp_core.cohorts.timing_selections import RULES
from psp_core.report.timing_words import OF_EVENT, tell_resampling, tell_rules


def fits(resamples: int, bound: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"auc": [0.7, math.nan], "resamples": [resamples, 0], "splits": [10, 0],
         "bootstrap_lower": [bound, math.nan]}
    )  # fmt: skip


def test_every_rule_has_its_event_and_the_early_one_its_days() -> None:
    assert set(OF_EVENT) == set(EVENT_RULES)
    lines = tell_rules(84.0).splitlines()
    assert len(lines) == len(RULES)
    assert lines[-1].startswith("- *early only*: the first follow-up with progression or")
    assert "within 84 days of the end of radiotherapy" in lines[-1]
    assert "84" not in lines[0]


def test_resamples_splits_and_folds_are_those_of_the_table() -> None:
    told = tell_resampling(fits(200, 0.6), folds=5.0, confidence_level=0.95)
    assert told == (
        "10 splits into 5 folds; patients resampled 200 times, bounds at the percentiles 2.5 and "
        "97.5."
    )
    assert "percentiles 5 and 95" in tell_resampling(fits(99, 0.6), folds=5, confidence_level=0.9)
    few = tell_resampling(fits(10, math.nan), folds=5, confidence_level=0.95)
    assert few.endswith("patients resampled 10 times, too few for percentiles.")


def test_nothing_fitted_and_nothing_resampled_are_said() -> None:
    none = tell_resampling(fits(0, math.nan), folds=5, confidence_level=0.95)
    assert none == "10 splits into 5 folds; patients are not resampled."
    assert tell_resampling(fits(0, math.nan).iloc[1:], folds=5, confidence_level=0.95).startswith(
        "No analysis"
    )
