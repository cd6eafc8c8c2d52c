"""Exact Shapley values of a game, and the ranking of players that they give."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.explain.players import Game

Floats = npt.NDArray[np.float64]


def shapley_values(game: Game) -> Floats:
    """What each player adds, averaged over all orders of entering.

    Returns
    -------
    float array, shape (m, n)
        In the unit of ``game.worth``, of m patients and n players. The rows sum to the last
        minus the first row of ``game.worth``.

    References
    ----------
    Shapley 1953; Lundberg and Lee, NeurIPS 2017, with the background's values for who is out.
    """
    n = len(game.players)
    coalitions = np.arange(2**n)
    sizes = np.array([int(number).bit_count() for number in coalitions])
    added = np.empty((game.worth.shape[1], n))
    for player in range(n):
        without = coalitions[(coalitions >> player) & 1 == 0]
        weights = np.array([1 / (n * comb(n - 1, int(size))) for size in sizes[without]])
        gains = game.worth[without | (1 << player)] - game.worth[without]
        added[:, player] = weights @ gains
    return added


def ranking(importance: pd.DataFrame, players: Sequence[str]) -> tuple[str, ...]:
    """Players by falling mean absolute Shapley value, the mean over folds.

    Parameters
    ----------
    importance : DataFrame
        ``fold, player, shapley``, one row per patient and player.
    players : sequence of str
        Those to rank; their order decides between equals.
    """
    means = fold_means(importance).mean(axis=0).reindex(list(players)).fillna(0.0)
    order = np.argsort(-means.to_numpy(), kind="stable")
    return tuple(players[place] for place in order)


def fold_means(importance: pd.DataFrame) -> pd.DataFrame:
    """Mean absolute Shapley value, one row per fold (and seed, where there are several)."""
    by = [name for name in ("seed", "fold") if name in importance]
    sizes = importance.assign(size=importance["shapley"].abs())
    table: pd.DataFrame = sizes.pivot_table(
        index=by, columns="player", values="size", aggfunc="mean", sort=False
    )
    return table


def long_table(game: Game, rows: pd.DataFrame, **about: str | int) -> pd.DataFrame:
    """Shapley values as rows: key of the patient, ``player, shapley, worth_none, worth_all``.

    Parameters
    ----------
    game : Game
        Of `rows`.
    rows : DataFrame
        Of the patients table.
    **about
        Further columns of one value, put first.
    """
    values = shapley_values(game)
    key = rows[["dataset", "subject_id", "timepoint"]].reset_index(drop=True)
    parts = [
        key.assign(
            player=player,
            shapley=values[:, place],
            worth_none=game.worth[0],
            worth_all=game.worth[-1],
        )
        for place, player in enumerate(game.players)
    ]
    table = pd.concat(parts, ignore_index=True).assign(**about)
    return table[[*about, *table.columns.drop(list(about))]]
