"""Drawn tables are written as papers write them."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd

from psp_core.audit.published_looking import FIGURES, figures_spread
from psp_core.report.published_looking import NAMES, format_spread, one_table, plot_figures

ROW = dict(zip(FIGURES, (0.72, 0.1, 0.74, 0.04, 0.753, 0.75, 8 / 11, 7 / 9), strict=True))
TABLES = pd.DataFrame(
    [{"table": table, "arm": arm, **ROW} for table in range(3) for arm in range(2)]
)


def test_a_table_reads_as_in_a_paper() -> None:
    written = one_table(TABLES, 1)
    assert list(written["model"]) == ["model 1", "model 2"]
    assert list(written.iloc[0])[1:] == [
        "0.720 ± 0.100", "0.740 ± 0.040", "0.753", "0.750", "0.727", "0.778",
    ]  # fmt: skip


def test_the_spread_has_its_quantiles_as_columns() -> None:
    written = format_spread(figures_spread(TABLES))
    assert list(written.columns) == ["figure", "5 %", "50 %", "95 %"]
    assert list(written["figure"]) == list(NAMES.values())
    assert written.loc[7, "50 %"] == "0.778"


def test_the_figure_marks_the_true_vote() -> None:
    ax = plot_figures(TABLES, true_vote=0.716)
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels[-1] == NAMES["validation_mean"]
    assert ax.lines[-1].get_xdata()[0] == 0.716
    plt.close("all")
