"""A coalition takes cells from the patient and the others from the background."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.classifiers.feature_sets import FeatureSet
from psp_core.errors import EstimatorError
from psp_core.explain.players import IMAGE, KEY, Player, play, players_of
from tests.explain.game_models import ByFormula, made_rows

A, B, C = Player("a", ("a",)), Player("b", ("b",)), Player("c", ("c",))
IMAGE_BLOCK = Player(IMAGE, KEY)


def test_variables_are_players_and_the_image_is_one_block() -> None:
    features = FeatureSet(("a", "b"), ("c",), uses_image=True)
    assert [player.name for player in players_of(features)] == [IMAGE, "a", "b", "c"]
    assert players_of(features)[0].columns == KEY
    assert [player.name for player in players_of(FeatureSet(("a",)))] == ["a"]


def test_every_coalition_is_worth_its_mean_over_the_background() -> None:
    rows, background = made_rows(2), made_rows(3, seed=1)
    model = ByFormula(lambda x: (x["a"] * x["b"]).to_numpy())
    game = play(model, rows, background, [A, B])
    a, b = rows["a"].to_numpy(), rows["b"].to_numpy()
    by_hand = [
        np.full(2, (background["a"] * background["b"]).mean()),
        a * background["b"].mean(),
        b * background["a"].mean(),
        a * b,
    ]
    np.testing.assert_allclose(game.worth, by_hand, atol=1e-9)


def test_the_image_of_a_hybrid_patient_is_looked_up_by_its_key() -> None:
    rows, background = made_rows(1), made_rows(1, seed=1)
    shown = {"P0-0": 2.0, "P1-0": -1.0}
    model = ByFormula(lambda x: x["subject_id"].map(shown).to_numpy() + 10 * (x["timepoint"] != 1))
    game = play(model, rows, background, [IMAGE_BLOCK, A])
    np.testing.assert_allclose(game.worth[:, 0], [-1, 2, -1, 2], atol=1e-9)


def test_equal_hybrids_are_asked_for_once_and_a_constant_player_never() -> None:
    rows, background = made_rows(4), made_rows(4, seed=1)
    rows["c"] = background["c"] = "x"
    rows["b"] = [0.0, 0.0, np.nan, np.nan]
    background["b"] = np.nan
    model = ByFormula(lambda x: x["a"].to_numpy())
    game = play(model, rows, background, [A, B, C])
    assert game.worth.shape == (8, 4)
    assert model.asked == 14  # six of a meet both of b; a of the last two rows only NaN
    np.testing.assert_array_equal(game.worth[0b001], game.worth[0b101])


def test_cells_keep_their_types() -> None:
    rows, background = made_rows(2), made_rows(2, seed=1)
    seen: list[pd.Series] = []
    model = ByFormula(lambda x: seen.append(x.dtypes) or np.zeros(len(x)))  # type: ignore[func-returns-value]
    play(model, rows, background, [IMAGE_BLOCK, A, C])
    pd.testing.assert_series_equal(seen[0], rows.dtypes)


def test_merged_players_come_and_go_together() -> None:
    rows, background = made_rows(2), made_rows(3, seed=1)
    model = ByFormula(lambda x: (x["a"] * x["b"]).to_numpy() + (x["c"] == "x").to_numpy())
    merged = play(model, rows, background, [A, C, B]).merged("both", ["a", "b"])
    asked = play(model, rows, background, [Player("both", ("a", "b")), C])
    assert merged.players == asked.players == ("both", "c")
    np.testing.assert_allclose(merged.worth, asked.worth, atol=1e-9)


@pytest.mark.parametrize("players", [[], [Player(str(n), ("a",)) for n in range(13)]])
def test_no_or_too_many_players_raise(players: list[Player]) -> None:
    with pytest.raises(EstimatorError, match="expected 1 to 12 players"):
        play(ByFormula(lambda x: x["a"].to_numpy()), made_rows(1), made_rows(1), players)


def test_no_background_raises() -> None:
    with pytest.raises(EstimatorError, match="0 background patients"):
        play(ByFormula(lambda x: x["a"].to_numpy()), made_rows(1), made_rows(0), [A])
