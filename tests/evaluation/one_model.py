"""Made-up predictions of one cross-validated model, for the tables of decisions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.evaluation.predictions import NO_FOLD, SOFT_VOTE

Draw = Callable[[int, bool, np.random.Generator], npt.NDArray[np.float64]]


def predictions_of(
    draw: Draw, *, n_folds: int, n_own: int, n_new: int, seed: int = 0
) -> pd.DataFrame:
    """Own patients held out by one fold each, new ones with every member and the soft vote.

    `draw` gives the scores of all members for patient i of a class; every second is positive.
    """
    rng, rows = np.random.default_rng(seed), []
    for i in range(n_own + n_new):
        is_own, truth = i < n_own, bool(i % 2)
        scores = draw(i, truth, rng)
        members = [(k, str(k), scores[k]) for k in range(n_folds)]
        vote = (NO_FOLD, SOFT_VOTE, scores.mean())
        for fold, member, score in [members[i // 2 % n_folds]] if is_own else [*members, vote]:
            rows.append(
                {
                    "experiment": "e", "model": "m", "preset": "", "feature_set": "full",
                    "seed": 0, "permutation": 0, "fold": fold, "member": member,
                    "split": "validation" if is_own else "test",
                    "dataset": "burdenko" if is_own else "external",
                    "subject_id": f"p{i:02d}", "timepoint": 1, "n_train": 10,
                    "y_true": truth, "y_score": float(score), "threshold": 0.5,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)
