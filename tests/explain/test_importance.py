"""Shapley values: closed forms, the axioms, and the same numbers as the package shap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.explain.importance import fold_means, long_table, ranking, shapley_values
from psp_core.explain.players import Game, Player, play
from tests.explain.game_models import ByFormula, made_rows

PLAYERS = [Player(name, (name,)) for name in ("a", "b", "c")]
BY_SHAP = [
    [0.340525307, -0.78837588, -0.279526759, -0.02703283],
    [-0.198130164, 0.010854819, -0.575312897, 1.043199272],
    [-0.026888111, -0.346113536, -0.314583709, 0.607928356],
]
"""Of `ExactExplainer` of shap 0.51.0 with `maskers.Independent`, for the test below."""


def interacting(rows: pd.DataFrame) -> np.ndarray:
    c = rows["c"].map({"x": 1.0, "y": -0.5, "unknown": 0.0}).to_numpy()
    return np.asarray(rows["a"] * rows["b"] + c * np.sin(rows["a"]))


def test_of_a_linear_model_it_is_the_coefficient_times_the_distance_to_the_mean() -> None:
    rows, background = made_rows(4), made_rows(6, seed=1)
    model = ByFormula(lambda x: 0.3 + 2 * x["a"].to_numpy() - 0.5 * x["b"].to_numpy())
    values = shapley_values(play(model, rows, background, PLAYERS))
    np.testing.assert_allclose(values[:, 0], 2 * (rows["a"] - background["a"].mean()), atol=1e-9)
    np.testing.assert_allclose(values[:, 1], -0.5 * (rows["b"] - background["b"].mean()), atol=1e-9)
    np.testing.assert_array_equal(values[:, 2], 0)  # a dummy adds nothing


def test_values_add_up_to_the_patient_minus_the_background() -> None:
    rows, background = made_rows(4), made_rows(6, seed=1)
    game = play(ByFormula(interacting), rows, background, PLAYERS)
    total = interacting(rows) - interacting(background).mean()
    np.testing.assert_allclose(shapley_values(game).sum(axis=1), total, atol=1e-6)


def test_players_that_do_the_same_share_equally() -> None:
    worth = np.array([0.0, 1, 1, 5, 0, 1, 1, 5])[:, None]  # players 0 and 1 alike, 2 a dummy
    np.testing.assert_allclose(shapley_values(Game(("p", "q", "r"), worth)), [[2.5, 2.5, 0]])


def test_the_glove_game_by_hand() -> None:
    worth = np.zeros((8, 1))  # player 0 has a left glove, 1 and 2 a right one
    worth[[0b011, 0b101, 0b111]] = 1
    np.testing.assert_allclose(
        shapley_values(Game(("l", "r", "s"), worth)), [[4 / 6, 1 / 6, 1 / 6]]
    )


def test_it_equals_the_package_shap() -> None:
    rng = np.random.default_rng(0)
    names = ["p", "q", "r", "s"]
    background = pd.DataFrame(rng.normal(size=(5, 4)), columns=names)
    rows = pd.DataFrame(rng.normal(size=(3, 4)), columns=names)
    model = ByFormula(
        lambda x: (x["p"] * x["q"] + np.sin(x["r"]) * x["s"] ** 2 - x["s"]).to_numpy()
    )
    game = play(model, rows, background, [Player(name, (name,)) for name in names])
    np.testing.assert_allclose(shapley_values(game), BY_SHAP, atol=1e-6)


def test_the_ranking_is_by_the_mean_over_folds_of_the_mean_absolute_value() -> None:
    table = pd.DataFrame(
        {
            "fold": [0, 0, 0, 0, 1, 1],
            "player": ["a", "a", "b", "b", "a", "b"],
            "shapley": [3.0, -3.0, 1.0, -1.0, 0.0, 1.5],
        }
    )
    np.testing.assert_allclose(fold_means(table)[["a", "b"]], [[3, 1], [0, 1.5]])
    assert ranking(table, ["a", "b"]) == ("a", "b")
    assert ranking(table.assign(shapley=0.0), ["b", "a", "never"]) == ("b", "a", "never")


def test_the_table_names_patients_and_players() -> None:
    rows = made_rows(2)
    game = play(ByFormula(interacting), rows, made_rows(3, seed=1), PLAYERS)
    table = long_table(game, rows, model="m", fold=1)
    assert list(table)[:2] == ["model", "fold"]
    one = table[table["subject_id"] == "P0-1"]
    assert one["player"].tolist() == ["a", "b", "c"]
    difference = (one["worth_all"] - one["worth_none"]).iloc[0]
    assert one["shapley"].sum() == pytest.approx(difference)
