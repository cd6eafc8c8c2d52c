"""Curves of networks: a panel each, and what choosing the step would have reported."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from psp_core.report.fit_curves import best_beside_last, fit_curves

TITLES = {"one": "network one", "none": "no network", "two": "network two"}
CURVES = pd.DataFrame(
    [
        (model, seed, fold, step, 1 / step, 0.5 + 0.01 * step, area)
        for model in ("one", "two")
        for seed in (0, 1)
        for fold in (0, 1)
        for step, area in ((1, 0.6), (2, 0.8 - 0.2 * fold), (3, 0.7))
    ],
    columns=["model", "seed", "fold", "step", "training_loss", "held_out_loss", "held_out_auc"],
)


def test_every_network_has_a_panel_with_both_losses_of_each_fold() -> None:
    panels = fit_curves(CURVES, TITLES)
    assert [ax.get_title() for ax in panels] == ["network one", "network two"]
    assert [len(ax.lines) for ax in panels] == [6, 6]
    assert fit_curves(CURVES.iloc[:0], TITLES) == []
    plt.close("all")


def test_the_best_step_is_the_best_of_each_fold() -> None:
    table = best_beside_last(CURVES, TITLES)
    assert table["model"].tolist() == ["network one", "network two"]
    assert table.iloc[0, 1] == pytest.approx(0.7)
    assert table.iloc[0, 2] == pytest.approx((0.8 + 0.7) / 2)
