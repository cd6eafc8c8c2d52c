"""Differences over repetitions: on common patients, whatever their sign."""

from __future__ import annotations

import pandas as pd
import pytest

from psp_core.evaluation.metrics import auc
from psp_core.report.over_seeds import differences_over_seeds, format_over_seeds
from tests.report.results import TITLES, make_predictions

PAIR = [("proposed", "clinical_network")]


def repeated() -> pd.DataFrame:
    first = make_predictions()
    turned = first.assign(seed=1, y_score=1 - first["y_score"])
    return pd.concat([first, turned], ignore_index=True)


def test_every_repetition_has_its_own_difference() -> None:
    table = differences_over_seeds(repeated(), PAIR)
    external = table[table["dataset"] == "external"].set_index("seed")["difference"]
    votes = make_predictions().query("member == 'soft_vote'")
    own = [auc(part["y_true"], part["y_score"]) for _, part in votes.groupby("model")]
    assert external[0] == pytest.approx(own[1] - own[0])
    assert external[1] == pytest.approx(-external[0])
    assert len(table) == 4


def test_the_table_counts_signs() -> None:
    shown = format_over_seeds(differences_over_seeds(repeated(), PAIR), TITLES)
    assert shown["first is better"].tolist() == ["1 of 2", "1 of 2"]
    assert shown["second"].tolist() == ["clinical", "clinical"]


def test_a_pair_that_is_not_there_is_passed_over() -> None:
    assert differences_over_seeds(repeated(), [("proposed", "nobody")]).empty
