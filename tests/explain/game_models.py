"""Fitted models with known answers, for the games of explanations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

Score = Callable[[pd.DataFrame], npt.NDArray[np.float64]]


class ByFormula:
    """A classifier whose logit is a formula of the rows; it counts the rows it is asked for."""

    def __init__(self, score: Score) -> None:
        self.score, self.asked = score, 0

    def predict_proba(self, rows: pd.DataFrame) -> npt.NDArray[np.float64]:
        self.asked += len(rows)
        positive = expit(self.score(rows))
        return np.column_stack([1 - positive, positive])


def made_rows(n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "dataset": "made",
            "subject_id": [f"P{seed}-{number}" for number in range(n)],
            "timepoint": 1,
            "a": rng.normal(size=n),
            "b": rng.normal(size=n),
            "c": rng.choice(["x", "y", "unknown"], size=n),
        }
    )
