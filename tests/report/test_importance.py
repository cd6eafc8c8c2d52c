"""Importance as tables and a figure."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from psp_core.report.importance import (
    importance_table,
    known_agreement,
    plot_importance,
    stability_table,
)

SIZES = {"days_since_rt": 3.0, "image": 2.0, "d98_gy": 1.0, "idh_status": 0.5}


def table() -> pd.DataFrame:
    rows = [
        (seed, fold, player, size * sign * (1 + fold))
        for seed in (0, 1)
        for fold in (0, 1)
        for player, size in SIZES.items()
        for sign in (-1, 1)
    ]
    return pd.DataFrame(rows, columns=["seed", "fold", "player", "shapley"])


def test_players_are_ranked_beside_what_the_paper_says() -> None:
    shown = importance_table(table())
    assert shown["variable"].tolist() == ["days since radiotherapy", "MRI", "D98, Gy", "IDH"]
    assert shown["mean |Shapley value|"].tolist() == ["4.500", "3.000", "1.500", "0.750"]
    assert shown["over folds"][0] == "3.000 to 6.000"
    assert shown["Gomaa 2025, Fig. 3"][3] == "the least impact"


def test_known_sizes_stand_beside_and_are_correlated() -> None:
    known = pd.DataFrame(
        {"dataset": "d", "subject_id": ["1", "2"], "days_since_rt": [1.0, 3.0], "image": [0.0, 1.0]}
    )
    shown = importance_table(table(), known)
    assert shown["known mean |log likelihood ratio|"].tolist()[:2] == ["1.000", "0.500"]
    assert known_agreement(table(), known) == pytest.approx(1)


def test_stability_is_told_per_repetition_and_over_all() -> None:
    shown = stability_table(table(), top=2)
    assert shown["rankings"].tolist() == [
        "repetition 0 (2)", "repetition 1 (2)", "all (4)", "means of repetitions (2)",
    ]  # fmt: skip
    assert shown["Kendall's W"].tolist() == ["1.00"] * 4


def test_the_figure_has_a_bar_per_player_and_a_dot_per_fold() -> None:
    ax = plot_importance(table())
    assert len(ax.patches) == 4
    assert sum(len(dots.get_offsets()) for dots in ax.collections) == 16  # type: ignore[arg-type]
    plt.close(ax.figure)  # type: ignore[arg-type]
