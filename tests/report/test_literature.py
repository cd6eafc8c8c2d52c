"""The studies as a table and as a forest."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from psp_core.audit.literature import Study, literature_table
from psp_core.report.literature import format_literature, plot_forest, tell_evidence, tell_widths

SHARED = {"year": 2020, "task": "TP / PsP", "result": "AUC 0.753.", "source": "doi"}
STUDIES = (
    Study(
        id="a", work="One 2020", target="psp", data="GlioCMV, private", test="external",
        evidence=("S",), n=20, n_positive=11, n_negative=9, auc=0.753, note="private", **SHARED,
    ),
    Study(id="b", work="Two 2021", target="psp", data="B", test="cross-validation",
          evidence=("A", "T"), n=40, auc=0.9, **SHARED),
    Study(id="c", work="Three", target="psp", data="", test="not known", evidence=("M",), **SHARED),
)  # fmt: skip
BESIDE = (
    Study(id="d", work="Four", target="neighbour", test="external", evidence=("T",), n=10, auc=0.8,
          **SHARED),
    Study(id="e", work="Five", target="pooled", test="not known", evidence=("T",), n=900, auc=0.8,
          **SHARED),
)  # fmt: skip


@pytest.fixture
def table() -> pd.DataFrame:
    return literature_table(STUDIES)


def test_a_row_says_n_interval_and_what_is_assumed(table: pd.DataFrame) -> None:
    written = format_literature(table)
    assert list(written["n"]) == ["20 (11 + 9)", "40", "–"]
    assert written["interval that n implies"][0] == "0.49 to 0.91"
    assert written["interval that n implies"][1].endswith(", half and half")
    assert written["interval that n implies"][2] == "–"
    assert list(written["known by"]) == ["S", "AT", "M"]
    assert written["reported, and what to know"][0] == "AUC 0.753. private."


def test_the_sentence_counts_what_is_drawn(table: pd.DataFrame) -> None:
    told = tell_widths(table)
    assert told.startswith("2 of 3 results on true progression and pseudoprogression have an AUC")
    assert "below 0.6 in 1, and below 0.5 in 1. 1 of them" in told
    assert tell_widths(table.iloc[2:]).startswith("No result on true progression")
    assert "**S** paper read whole" in tell_evidence()


def test_neighbours_and_pooled_figures_are_not_counted_and_grey() -> None:
    own, more = literature_table(STUDIES), literature_table((*STUDIES, *BESIDE))
    told = tell_widths(more)
    assert told.startswith(tell_widths(own))
    assert told.removeprefix(tell_widths(own)).startswith(" 2 further results, on a neighbouring")
    assert "2 further" in tell_widths(more[more["target"] != "psp"])
    assert "TP / PsP (several studies pooled)" in set(format_literature(more)["task"])
    ax = plot_forest(more)
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names[-1] == "Four, n = 10"
    colours = [line.get_color() for line in ax.lines if len(line.get_xdata()) == 2][:4]
    assert [colour == "0.6" for colour in colours] == [True, False, False, True]
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"grey: a neighbouring question", "grey: several studies pooled"} <= set(labels)
    plt.close("all")


def test_the_forest_has_the_smallest_study_on_top(table: pd.DataFrame) -> None:
    ax = plot_forest(table)
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        "Two 2021: B, n = 40", "One 2020: GlioCMV, n = 20",
    ]  # fmt: skip
    plt.close("all")
