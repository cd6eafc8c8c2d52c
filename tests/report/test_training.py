"""Pictures of a training."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from psp_core.report.training import plot_agreement, plot_history


def test_the_smoothed_loss_lies_over_the_losses() -> None:
    losses = np.linspace(2, 1, 200) + 0.1 * (-1.0) ** np.arange(200)
    ax = plot_history(pd.DataFrame({"step": range(200), "loss": losses}))
    single, smooth = (np.asarray(line.get_ydata()) for line in ax.lines)
    assert np.array_equal(single, losses)
    assert np.abs(np.diff(smooth)).max() < 0.15
    plt.close("all")


def test_each_region_has_its_median_and_what_is_asked_for() -> None:
    held_out = pd.DataFrame(
        {"case_id": ["a", "b", "c"], "core": [0.5, 0.7, 0.9], "whole": [np.nan, 0.2, 0.4]}
    )
    ax = plot_agreement(held_out, least=0.7)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["core", "whole"]
    medians = [
        one.get_segments()[0][0][1] for one in ax.collections if hasattr(one, "get_segments")
    ]
    assert np.allclose(medians, [0.7, 0.3])
    plt.close("all")
