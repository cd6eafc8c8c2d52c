"""Declared comparisons as text, with the other tests beside them."""

from __future__ import annotations

import pandas as pd

from psp_core.evaluation.model_pairs import compare_pairs
from psp_core.evaluation.paired_tests import with_paired_tests
from psp_core.report.paired_tests import format_paired_tests
from tests.report.results import TITLES, make_predictions

PAIRS = (("proposed", "clinical_network"),)


def with_tests(predictions: pd.DataFrame) -> pd.DataFrame:
    return with_paired_tests(compare_pairs(predictions, PAIRS), predictions, draws=200, seed=0)


PREDICTIONS = make_predictions()
TABLE = with_tests(PREDICTIONS)


def test_the_text_stands_the_declared_test_first() -> None:
    text = format_paired_tests(TABLE, TITLES)
    assert list(text)[5:] == [
        "p", "p, Holm", "p, ranks", "McNemar", "sensitivity", "specificity",
    ]  # fmt: skip
    is_exact = text["p, ranks"].str.endswith(", exact")
    assert is_exact.tolist() == (TABLE["split"] == "test").tolist()
    row = TABLE.iloc[0]
    counts = f"{row['all_only_first_right']} / {row['all_only_second_right']}"
    assert text["McNemar"].iloc[0].startswith(counts)


def test_what_could_not_be_tested_is_a_dash_and_nothing_an_empty_table() -> None:
    table = with_tests(PREDICTIONS[PREDICTIONS["y_true"]])
    assert set(format_paired_tests(table, TITLES)["p, ranks"]) == {"–"}
    assert format_paired_tests(TABLE[:0], TITLES).empty
