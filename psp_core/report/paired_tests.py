"""Other tests of the declared comparisons, beside DeLong's: ranks exchanged, judgements counted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.mcnemar import EVERYBODY, GROUPS, mcnemar_tests
from psp_core.evaluation.predictions import PATIENT, VALIDATION
from psp_core.evaluation.rank_permutation import rank_permutation_test
from psp_core.report.comparison_table import format_comparisons, judged
from psp_core.report.formatting import NOT_KNOWN, p_value

RANKS = ("p_ranks", "n_exchanges", "ranks_are_exact", "ranks_note")
COUNTED = ("n", "only_first_right", "only_second_right", "p_value", "note")
COLUMNS = (*RANKS, *(f"{group}_{name}" for group in GROUPS for name in COUNTED))
HEADS = {
    EVERYBODY: "McNemar",
    "true_progression": "sensitivity",
    "pseudoprogression": "specificity",
}


def with_paired_tests(
    comparisons: pd.DataFrame, predictions: pd.DataFrame, *, draws: int, seed: int
) -> pd.DataFrame:
    """Add the rank permutation and the exact McNemar tests to each declared comparison.

    Parameters
    ----------
    comparisons : DataFrame
        See `comparison_table.declared_comparisons`.
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
    rows = judged(predictions)
    sets = {
        (str(key[0]), str(key[1]), str(model)): part
        for key, whole in rows.groupby(["split", "dataset"])
        for model, part in whole.groupby("model")
    }
    found = []
    for row in comparisons.to_dict("records"):
        place = (str(row["split"]), str(row["dataset"]))
        first, second = (sets[(*place, str(row[name]))] for name in _PAIR)
        found.append(_tested(first, second, draws, seed))
    table = pd.DataFrame(found, columns=list(COLUMNS), index=comparisons.index)
    return pd.concat([comparisons, table], axis=1)


def format_paired_tests(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Write `with_paired_tests` as text: the declared test first, the others beside it.

    McNemar's cells are *only the first model right / only the second right: p*.
    """
    text = format_comparisons(table, titles)
    cells: dict[str, list[str]] = {"p, ranks": [_ranks(row) for row in _records(table)]}
    for group, head in HEADS.items():
        cells[head] = [_counted(row, group) for row in _records(table)]
    place = list(text.columns).index("p, Holm") + 1
    for offset, (name, column) in enumerate(cells.items()):
        text.insert(place + offset, name, column)
    return text


_PAIR = ("first_model", "second_model")


def _tested(first: pd.DataFrame, second: pd.DataFrame, draws: int, seed: int) -> dict[str, Any]:
    """Both tests on the patients that both models score."""
    keys = [*PATIENT, "seed", "fold", "y_true", "split"]
    both = first[[*keys, "y_score", "threshold"]].merge(
        second[[*keys, "y_score", "threshold"]], on=keys, suffixes=("_first", "_second")
    )
    row: dict[str, Any] = dict.fromkeys(COLUMNS, math.nan) | {"ranks_note": ""}
    row |= {"n_exchanges": 0, "ranks_are_exact": False}
    scores = (both["y_true"], both["y_score_first"], both["y_score_second"])
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
    called = [both[f"y_score_{one}"] >= both[f"threshold_{one}"] for one in ("first", "second")]
    for group, counted in mcnemar_tests(both["y_true"], *called).items():
        row |= {f"{group}_{name}": value for name, value in vars(counted).items()}
    return row


def _ranks(row: Mapping[str, Any]) -> str:
    """The p value; of held-out folds it is nominal, however many exchanges were counted."""
    text = p_value(row["p_ranks"])
    is_exact = row["ranks_are_exact"] and row["split"] != VALIDATION and text != NOT_KNOWN
    return f"{text}, exact" if is_exact else text


def _counted(row: Mapping[str, Any], group: str) -> str:
    counts = f"{row[f'{group}_only_first_right']} / {row[f'{group}_only_second_right']}"
    p = row[f"{group}_p_value"]
    return counts if math.isnan(p) else f"{counts}: {p_value(p)}"


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
