"""Histogram of the events: nothing is lost, nothing overlaps."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from psp_core.report.events import event_counts, plot_event_counts


def events(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    labels = rng.choice(["true_progression", "pseudoprogression"], n)
    return pd.DataFrame({"label": labels, "days_since_rt": rng.integers(-80, 900, n).astype(float)})


def test_every_dated_event_is_in_one_bin() -> None:
    drawn = events()
    counts = event_counts(drawn)
    for label in ("true_progression", "pseudoprogression"):
        assert counts[label].sum() == (drawn["label"] == label).sum()
    assert counts["from_day"].iloc[0] <= drawn["days_since_rt"].min()
    assert np.isinf(counts["to_day"].iloc[-1])
    assert (counts["to_day"].iloc[:-1].to_numpy() == counts["from_day"].iloc[1:].to_numpy()).all()


def test_an_edge_belongs_to_the_bin_that_starts_there() -> None:
    drawn = pd.DataFrame({"label": ["true_progression"] * 2, "days_since_rt": [30.0, np.nan]})
    counts = event_counts(drawn).set_index("from_day")
    assert counts.loc[30, "true_progression"] == 1
    assert counts["true_progression"].sum() == 1


def test_no_events_are_an_empty_histogram() -> None:
    counts = event_counts(events(0))
    assert counts["true_progression"].sum() == 0
    assert plot_event_counts(counts).get_xlabel()


def test_one_class_goes_up_and_the_other_down() -> None:
    counts = event_counts(events())
    ax = plot_event_counts(counts, windows_days=(90, 180))
    heights = np.array([bar.get_height() for bar in ax.patches])
    half = len(counts)
    assert heights[:half].tolist() == counts["true_progression"].tolist()
    assert (-heights[half:]).tolist() == counts["pseudoprogression"].tolist()
    assert len(ax.lines) == 3


def test_a_window_beyond_the_last_bin_is_not_drawn() -> None:
    ax = plot_event_counts(event_counts(events()), windows_days=(90, 730))
    assert [text.get_text().strip() for text in ax.texts] == ["90"]


def test_the_figure_is_drawn_where_it_is_asked() -> None:
    _, ax = plt.subplots()
    assert plot_event_counts(event_counts(events()), ax=ax) is ax


def test_tick_labels_do_not_overlap() -> None:
    ax = plot_event_counts(event_counts(events()))
    ax.figure.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_xticklabels() if label.get_text()]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
