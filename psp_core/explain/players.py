"""Who plays for a prediction: single variables, and the image as one block.

A player is a set of columns of the patients table. Out of a coalition, its cells are those of a
background patient. The image is found by the key of a row, so its player is the key, and the
whole fitted estimator is asked, whatever it does with its columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit

from psp_core.classifiers.feature_sets import FeatureSet
from psp_core.errors import EstimatorError

IMAGE = "image"
KEY = ("dataset", "subject_id", "timepoint")
MOST = 12
"""Players beyond which the coalitions are too many to ask for all of them."""
MARGIN = 1e-12  # of a probability to 0 and 1, whose logits are infinite
ROWS_AT_ONCE = 4096
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Player:
    """Columns of the patients table that come and go together."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Game:
    """What every coalition is worth.

    Attributes
    ----------
    players : tuple of str
    worth : float array, shape (2**n, m)
        Mean logit of true progression of each of m patients; player i is in the coalitions
        whose number has bit i set. The first row is without any of the patient's own values,
        the last is the patient.
    """

    players: tuple[str, ...]
    worth: Floats

    def merged(self, name: str, members: Sequence[str]) -> Game:
        """The game in which some players act as one; no coalition has to be asked again."""
        together = [name if player in members else player for player in self.players]
        players = tuple(dict.fromkeys(together))
        coalitions = np.arange(2 ** len(players))
        number = np.zeros_like(coalitions)
        for place, player in enumerate(together):
            number |= ((coalitions >> players.index(player)) & 1) << place
        return Game(players, self.worth[number])


def players_of(features: FeatureSet) -> tuple[Player, ...]:
    """The players of a feature set: each variable, and the image where it is used."""
    image = (Player(IMAGE, KEY),) if features.uses_image else ()
    return (*image, *(Player(name, (name,)) for name in features.columns))


def play(
    estimator: Any, rows: pd.DataFrame, background: pd.DataFrame, players: Sequence[Player]
) -> Game:
    """Ask a fitted estimator for every coalition.

    Hybrid patients that are the same are asked for once, among all rows and backgrounds.

    Parameters
    ----------
    estimator : scikit-learn classifier
        Fitted.
    rows : DataFrame, m rows
        Of the patients table, to be explained.
    background : DataFrame, b rows
        Patients whose cells stand in for players who are out; the mean over them is taken.
    players : sequence of Player

    Returns
    -------
    Game

    Raises
    ------
    EstimatorError
        If there are no players, more than `MOST`, or no background.
    """
    if not 0 < len(players) <= MOST or background.empty:
        raise EstimatorError(
            f"{len(players)} players and {len(background)} background patients; expected 1 to "
            f"{MOST} players and at least one patient: group some players, or take more rows"
        )
    everyone = pd.concat([rows, background], ignore_index=True)
    codes = np.column_stack([_codes(everyone, player) for player in players])
    own, others = codes[: len(rows)], codes[len(rows) :]
    varying = np.flatnonzero(codes.max(axis=0) > 0)
    is_in = (np.arange(2 ** len(varying))[:, None] >> np.arange(len(varying))) & 1
    hybrids = np.where(
        is_in[:, None, None, :] == 1, own[None, :, None, varying], others[None, None, :, varying]
    )  # coalitions, rows, backgrounds, players
    asked, places = np.unique(
        hybrids.reshape(np.prod(hybrids.shape[:3]), -1), axis=0, return_inverse=True
    )
    table = everyone.iloc[np.zeros(len(asked), dtype=np.intp)].reset_index(drop=True)
    for column, number in enumerate(varying):
        first = np.unique(codes[:, number], return_index=True)[1]
        names = list(players[number].columns)
        table[names] = everyone[names].iloc[first[asked[:, column]]].to_numpy()
    table = table.astype(everyone.dtypes.to_dict())
    found = logits(estimator, table)[places].reshape(hybrids.shape[:3])
    small = found.mean(axis=2)
    every = np.arange(2 ** len(players))
    number = np.zeros_like(every)
    for place, player in enumerate(varying):
        number |= ((every >> player) & 1) << place
    return Game(tuple(player.name for player in players), small[number])


def logits(estimator: Any, rows: pd.DataFrame) -> Floats:
    """Logit of true progression of each row by a fitted estimator, shape (len(rows),)."""
    parts = [
        estimator.predict_proba(rows.iloc[start : start + ROWS_AT_ONCE])[:, 1]
        for start in range(0, len(rows), ROWS_AT_ONCE)
    ]
    scores: Floats = logit(np.clip(np.concatenate(parts), MARGIN, 1 - MARGIN))
    return scores


def _codes(everyone: pd.DataFrame, player: Player) -> npt.NDArray[np.intp]:
    """A number for each different content of the player's cells, from 0."""
    cells = everyone[list(player.columns)]
    numbers = cells.groupby(list(player.columns), dropna=False, sort=False).ngroup()
    return np.asarray(numbers, dtype=np.intp)
