"""A scored set is reported once per cut, each with its own truth."""

from __future__ import annotations

import pandas as pd
import pytest

from psp_core.errors import ConfigError
from psp_core.study.scored_sets import by_cuts, collection_of, name_of
from tests.report.results import make_predictions


@pytest.fixture
def predictions() -> pd.DataFrame:
    table = make_predictions()
    other = table["dataset"].iloc[-1]
    return table.assign(dataset=table["dataset"].replace({other: "upenn_gbm"}))


@pytest.fixture
def scores(predictions: pd.DataFrame) -> pd.DataFrame:
    scored = predictions[predictions["dataset"] == "upenn_gbm"]
    patients = scored[["subject_id", "timepoint"]].drop_duplicates().reset_index(drop=True)
    return patients.assign(psp_tp_score=[1 + n % 6 for n in range(len(patients))])


def test_every_cut_is_a_set_of_its_own_without_the_mixed(
    predictions: pd.DataFrame, scores: pd.DataFrame
) -> None:
    found = by_cuts(predictions, scores, [(2, 5), (3, 4)])
    score = scores.set_index("subject_id")["psp_tp_score"]
    for cut in ((2, 5), (3, 4)):
        part = found[found["dataset"] == name_of(cut)]
        own = part["subject_id"].map(score)
        assert set(own) == {one for one in range(1, 7) if one <= cut[0] or one >= cut[1]}
        assert (part["y_true"] == (own >= cut[1])).all()
    assert "upenn_gbm" not in set(found["dataset"])
    others = predictions[predictions["dataset"] != "upenn_gbm"]
    assert len(found[~found["dataset"].str.startswith("upenn_gbm")]) == len(others)


def test_names_say_which_scores_are_which_class() -> None:
    assert name_of((2, 5)) == "upenn_gbm, score 1 to 2 against 5 to 6"
    assert name_of((1, 6)) == "upenn_gbm, score 1 against 6"
    assert collection_of(name_of((1, 6))) == "upenn_gbm"
    assert collection_of("external") == "external"


def test_predictions_without_a_scored_set_stay_as_they_are(scores: pd.DataFrame) -> None:
    table = make_predictions()
    found = by_cuts(table, scores, [(2, 5)])
    assert set(found["dataset"]) == set(table["dataset"])
    assert len(found) == len(table)


def test_a_cut_that_does_not_part_the_scores_raises(
    predictions: pd.DataFrame, scores: pd.DataFrame
) -> None:
    with pytest.raises(ConfigError, match=r"\(5, 2\) does not part the scores"):
        by_cuts(predictions, scores, [(5, 2)])
