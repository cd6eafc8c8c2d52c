"""A page says whose data its sets hold, and names the sets that are too small."""

from __future__ import annotations

from psp_core.evaluation.estimable import estimable
from psp_core.report.patient_sets import describe_sets, tell_left_out
from psp_core.study.scored_sets import name_of
from tests.report.results import TITLES, make_predictions

PREDICTIONS = make_predictions()


def told(minimum: int) -> str:
    kept, left_out = estimable(PREDICTIONS, minimum)
    return tell_left_out(left_out, TITLES, minimum_per_class=minimum, is_empty=kept.empty)


def test_each_collection_is_described_by_its_own_root_and_once() -> None:
    datasets = ["burdenko", "external", name_of((2, 5)), name_of((3, 4)), "development"]
    roots = {"burdenko": None, "external": "a", "upenn_gbm": "b"}
    assert describe_sets(datasets, roots) == (
        "burdenko: phantoms; external: real patients; UPENN-GBM: real patients; "
        "development: phantoms."
    )


def test_without_predictions_no_set_is_described() -> None:
    assert describe_sets([], {}) == "This run has no predictions."


def test_a_set_that_is_too_small_is_named_with_its_counts() -> None:
    assert told(8) == (
        "Not estimable, with fewer than 8 patients of a class, and left out below: "
        "external (8 true progression, 7 pseudoprogression)."
    )
    assert told(7) == "Every set has at least 7 patients of each class."


def test_a_model_that_scores_too_few_is_named() -> None:
    few = PREDICTIONS[(PREDICTIONS["model"] != "proposed") | (PREDICTIONS["subject_id"] < "p27")]
    _, left_out = estimable(few, 5)
    sentence = tell_left_out(left_out, TITLES, minimum_per_class=5, is_empty=False)
    assert sentence.endswith(
        "external, of proposed alone (4 true progression, 3 pseudoprogression)."
    )


def test_a_page_without_any_set_says_so() -> None:
    sentence = told(11)
    assert "burdenko, held-out folds (10 true progression, 10 pseudoprogression)" in sentence
    assert sentence.endswith("**Nothing on this page can be estimated: no set is left.**")
    kept, left_out = estimable(PREDICTIONS[:0], 5)
    empty = tell_left_out(left_out, TITLES, minimum_per_class=5, is_empty=kept.empty)
    assert empty.startswith("**Nothing on this page")
