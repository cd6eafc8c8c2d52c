"""The four searches in one figure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from psp_core.report.jang_searches import plot_searches


def test_every_fold_is_a_dot_and_every_repetition_two_lines() -> None:
    rows = [("cells", value, fold, 0.6) for value in (18, 24) for fold in range(3)]
    rows += [("learning_rate", 0.01, 0, np.nan)]
    searches = pd.DataFrame(rows, columns=["parameter", "value", "fold", "auc"])
    traces = pd.DataFrame(
        {"parameter": "epochs", "value": [1, 2] * 2, "fold": [0, 0, 1, 1], "loss": 0.5}
    )
    searches = pd.concat([searches, traces.assign(traced_loss=0.7)], ignore_index=True)
    epochs, cells, batches, _ = plot_searches(searches)
    assert len(epochs.lines) == 4
    assert sum(len(dots.get_offsets()) for dots in cells.collections) == 6
    assert [label.get_text() for label in cells.get_xticklabels()] == ["18", "24"]
    assert not batches.collections
