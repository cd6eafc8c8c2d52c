"""Learning curves: means, ranges, ceilings."""

import numpy as np
import pandas as pd

from psp_core.report.learning_curve import learning_table, plot_learning_curve, reached_sizes

FITS = pd.DataFrame(
    {
        "arm": ["a", "a", "a", "b"],
        "n_train": [59, 59, 118, 59],
        "seed": [0, 1, 0, 0],
        "auc": [0.6, 0.7, 0.75, np.nan],
    }
)


def test_the_line_is_the_mean_and_the_bar_the_range() -> None:
    ax = plot_learning_curve(FITS, {"best possible": 0.8})
    assert np.allclose(np.asarray(ax.lines[0].get_ydata()), [0.65, 0.75])
    bar = ax.collections[0].get_segments()[0]  # type: ignore[attr-defined]
    assert np.allclose(bar[:, 1], [0.6, 0.7])
    assert "best possible" in ax.get_legend_handles_labels()[1]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["59", "118"]


def test_the_table_tells_mean_range_and_count() -> None:
    table = learning_table(FITS).set_index("arm")
    assert table.loc["a", "n = 59"] == "0.65 (0.60 to 0.70; 2)"
    assert table.loc["b", "n = 59"] == "not estimable"
    assert table.loc["b", "n = 118"] == ""


def test_halves_of_one_draw_are_averaged_first() -> None:
    halves = pd.DataFrame({"arm": "a", "n_train": 59, "seed": [0, 0, 1], "auc": [0.6, 0.8, 0.6]})
    assert learning_table(halves)["n = 59"].tolist() == ["0.65 (0.60 to 0.70; 2)"]


def test_nothing_that_is_drawn_lies_outside_the_axis() -> None:
    far = pd.DataFrame({"arm": "a", "n_train": 59, "seed": [0, 1], "auc": [0.2, 0.97]})
    low, high = plot_learning_curve(far, {"best possible": 0.99}).get_ylim()
    assert low < 0.2
    assert high > 0.99
    assert plot_learning_curve(FITS, {}).get_ylim() == (0.4, 0.9)


def test_sizes_that_were_not_reached_and_draws_are_told() -> None:
    told = reached_sizes(FITS, (59, 118, 500, 2000))
    assert told == (
        "Not reached, for want of patients: 500, 2000. Draws of patients per arm: 2 (a), 1 (b)."
    )
    assert reached_sizes(FITS, (59,)).startswith("Draws of patients")
