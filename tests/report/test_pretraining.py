"""Pictures of a pre-training."""

import numpy as np
import pandas as pd

from psp_core.report.pretraining import plot_collapse, plot_parts, plot_restoration


def test_every_part_of_the_loss_has_its_panel() -> None:
    steps = np.arange(50)
    parts = ("loss", "restoration", "contrastive", "corrupted")
    history = pd.DataFrame({"step": steps, **dict.fromkeys(parts, 1 / (1 + steps))})
    figure = plot_parts(history)
    assert len(figure.axes) == 4
    assert all(len(ax.lines) == 2 for ax in figure.axes)


def test_a_collapsed_snapshot_has_the_colour_of_alarm() -> None:
    collapse = pd.DataFrame(
        {
            "step": [0, 10],
            "spread": [0.5, 0.001],
            "effective_rank": [20.0, 1.1],
            "level": ["spread", "collapsed"],
        }
    )
    figure = plot_collapse(collapse)
    assert figure.axes[0].get_legend_handles_labels()[1] == ["spread", "collapsed"]
    assert figure.axes[0].get_ylim()[0] == 0


def test_the_slice_with_most_corruption_is_shown() -> None:
    rng = np.random.default_rng(0)
    clean = rng.standard_normal((2, 6, 8, 8)).astype(np.float16)
    view = clean.copy()
    view[:, 4] = 0
    view[:, 1, :2, :2] = 0
    figure = plot_restoration(clean, view, clean)
    shown = np.asarray(figure.axes[1].images[0].get_array())
    assert (shown == 0).all()
    assert np.allclose(np.asarray(figure.axes[3].images[0].get_array()), clean[1, 4])
