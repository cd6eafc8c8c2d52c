"""One policy for what has no value: our error, or NaN; never a warning and never a crash."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, is_dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.bootstrap import bootstrap_interval, win_matrix
from psp_core.evaluation.chance import chance_p_value
from psp_core.evaluation.clustered import clustered_interval
from psp_core.evaluation.comparison import delong_test
from psp_core.evaluation.composites import composites_at
from psp_core.evaluation.concordance import concordance
from psp_core.evaluation.internal import internal_auc, internal_difference
from psp_core.evaluation.intervals import delong_interval, logit_delong_interval
from psp_core.evaluation.mcnemar import mcnemar_tests
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.precision_recall import average_precision, average_precision_interval
from psp_core.evaluation.precision_summary import precision_summary
from psp_core.evaluation.predictions import NO_FOLD, SOFT_VOTE
from psp_core.evaluation.rank_permutation import rank_permutation_test
from psp_core.evaluation.rates import rates_at
from psp_core.evaluation.summary import rates_summary, results_summary
from psp_core.evaluation.thresholds import (
    balanced_threshold,
    sensitivity_threshold,
    youden_threshold,
)

Function = Callable[[np.ndarray, np.ndarray], Any]
RNG = np.random.default_rng(0)
CASES = {
    "nobody": ([], []),
    "one patient": ([1], [0.4]),
    "one class": ([1, 1, 1], [0.2, 0.4, 0.4]),
    "the other class": ([0, 0], [0.2, 0.4]),
    "one of each": ([1, 0], [0.7, 0.2]),
    "a class of one": ([1, 0, 0], [0.3, 0.2, 0.4]),
    "ties everywhere": ([1, 1, 0, 0], [0.5, 0.5, 0.5, 0.5]),
    "separated": ([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1]),
}
FUNCTIONS: dict[str, Function] = {
    "auc": auc,
    "delong": delong_interval,
    "logit": logit_delong_interval,
    "bootstrap": lambda y, s: bootstrap_interval(win_matrix(y, s), samples=20, rng=RNG),
    "average precision": average_precision,
    "its interval": lambda y, s: average_precision_interval(y, s, samples=20, rng=RNG),
    "chance": chance_p_value,
    "clustered": lambda y, s: clustered_interval(y, s, np.arange(len(y))),
    "clustered, one patient": lambda y, s: clustered_interval(y, s, np.zeros(len(y))),
    "rates": lambda y, s: rates_at(y, s, 0.5),
    "composites": lambda y, s: composites_at(y, s, 0.5),
    "mcnemar": lambda y, s: mcnemar_tests(y, s >= 0.5, s >= 0.3),
    "paired delong": lambda y, s: delong_test(y, s, s**2),
    "ranks": lambda y, s: rank_permutation_test(y, s, 1 - s, rng=RNG),
    "internal": lambda y, s: internal_auc(y, s, np.zeros(len(y), dtype=int)),
    "internal difference": lambda y, s: internal_difference(
        y, s, 1 - s, np.zeros(len(y), dtype=int)
    ),
    "concordance": lambda y, s: concordance(s, 1 + s, y, resamples=3),
    "youden": youden_threshold,
    "sensitivity": sensitivity_threshold,
    "balanced": balanced_threshold,
}
RANKED = ("auc", "delong", "logit", "bootstrap", "average precision", "its interval", "chance",
          "clustered", "paired delong", "ranks", "internal", "internal difference", "youden",
          "sensitivity", "balanced")  # fmt: skip


def numbers(found: Any) -> list[float]:
    """Every number in a result."""
    if is_dataclass(found) and not isinstance(found, type):
        return numbers(astuple(found))
    if isinstance(found, dict):
        return numbers(list(found.values()))
    if isinstance(found, list | tuple):
        return [value for one in found for value in numbers(one)]
    return [] if isinstance(found, str) else [float(found)]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_number_is_finite_or_missing_and_the_error_is_ours(name: str, case: str) -> None:
    truth, score = (np.array(values, dtype=float) for values in CASES[case])
    found = None
    with suppress(UndefinedMetricError):
        found = FUNCTIONS[name](truth, score)
    assert found is None or not any(math.isinf(value) for value in numbers(found))


@pytest.mark.parametrize("case", ["nobody", "one patient", "one class", "the other class"])
@pytest.mark.parametrize("name", RANKED)
def test_without_both_classes_nothing_that_ranks_has_a_value(name: str, case: str) -> None:
    truth, score = (np.array(values, dtype=float) for values in CASES[case])
    with pytest.raises(UndefinedMetricError, match="class"):
        FUNCTIONS[name](truth, score)


@pytest.mark.parametrize("case", [name for name in CASES if name != "nobody"])
def test_tables_say_in_a_sentence_why_a_figure_is_missing(case: str) -> None:
    truth, score = CASES[case]
    table = pd.DataFrame(
        {
            "experiment": "e", "model": "m", "preset": "", "feature_set": "f", "seed": 0,
            "permutation": 0, "fold": NO_FOLD, "member": SOFT_VOTE, "split": "test",
            "dataset": "external", "subject_id": [f"p{n}" for n in range(len(truth))],
            "timepoint": 1, "n_train": 9, "y_true": [bool(value) for value in truth],
            "y_score": score, "threshold": 0.5,
        }
    )  # fmt: skip
    rows = rates_summary(table, sensitivity_target=0.9)
    missing = rows["value"].isna()
    assert (rows.loc[missing, "note"] != "").all()
    assert (rows.loc[~missing, "note"] == "").all()
    for found, figure in (
        (results_summary(table, bootstrap_samples=20, seed=0), "auc"),
        (precision_summary(table, bootstrap_samples=20, seed=0), "average_precision"),
    ):
        row = found.iloc[0]
        assert math.isnan(row[figure]) == (row["note"] != "")
        assert math.isnan(row[figure]) == (len(set(truth)) < 2)
