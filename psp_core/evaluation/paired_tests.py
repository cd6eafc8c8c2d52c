"""Other tests of compared pairs, beside DeLong's: ranks exchanged, judgements counted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.mcnemar import GROUPS, mcnemar_tests
from psp_core.evaluation.model_pairs import FIRST, SECOND, paired
from psp_core.evaluation.predictions import VALIDATION, first_repetition, judged
from psp_core.evaluation.rank_permutation import rank_permutation_test

RANKS = ("p_ranks", "n_exchanges", "ranks_are_exact", "ranks_note")
COUNTED = ("n", "only_first_right", "only_second_right", "p_value", "note")
COLUMNS = (*RANKS, *(f"{group}_{name}" for group in GROUPS for name in COUNTED))


def with_paired_tests(
    comparisons: pd.DataFrame, predictions: pd.DataFrame, *, draws: int, seed: int
) -> pd.DataFrame:
    """Add the rank permutation and the exact McNemar tests to each comparison.

    Parameters
    ----------
    comparisons : DataFrame
        See `model_pairs.compare_pairs`.
    predictions : DataFrame
        From which they were made.
    draws : int
        Random exchanges of ranks where there are too many to count all.
    seed : int
        Of the draws; every comparison starts from it.

    Returns
    -------
    DataFrame
        With the further columns `COLUMNS`. ``p_ranks`` is that of
        `rank_permutation.rank_permutation_test`, within the folds in the training cohort;
        counts are at the frozen thresholds (`mcnemar.mcnemar_tests`), of ``all`` patients and
        of each class. None is corrected for their number: `p_holm` stays DeLong's.

    Raises
    ------
    UndefinedMetricError
        If there is no draw.
    """
    if draws < 1:
        raise UndefinedMetricError(f"{draws} draws; expected at least one, like 10000")
    speaking = judged(first_repetition(predictions))
    sets = {
        (str(split), str(dataset), str(model)): part
        for (split, dataset, model), part in speaking.groupby(["split", "dataset", "model"])
    }
    found = []
    for row in comparisons.to_dict("records"):
        place = (str(row["split"]), str(row["dataset"]))
        first, second = (sets[(*place, str(row[f"{one}_model"]))] for one in ("first", "second"))
        found.append(_tested(paired(first, second), draws, seed))
    table = pd.DataFrame(found, columns=list(COLUMNS), index=comparisons.index)
    return pd.concat([comparisons, table], axis=1)


def _tested(both: pd.DataFrame, draws: int, seed: int) -> dict[str, Any]:
    """Both tests on the patients that both models score."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS, math.nan) | {"ranks_note": ""}
    row |= {"n_exchanges": 0, "ranks_are_exact": False}
    scores = (both["y_true"], both[f"y_score{FIRST}"], both[f"y_score{SECOND}"])
    fold = both["fold"] if (both["split"] == VALIDATION).all() else None
    try:
        ranks = rank_permutation_test(
            *scores, fold=fold, draws=draws, rng=np.random.default_rng(seed)
        )
        row |= {
            "p_ranks": ranks.p_value,
            "n_exchanges": ranks.n_exchanges,
            "ranks_are_exact": ranks.is_exact,
        }
    except UndefinedMetricError as error:
        row["ranks_note"] = str(error)
    called = [both[f"y_score{one}"] >= both[f"threshold{one}"] for one in (FIRST, SECOND)]
    for group, counted in mcnemar_tests(both["y_true"], *called).items():
        row |= {f"{group}_{name}": value for name, value in vars(counted).items()}
    return row
