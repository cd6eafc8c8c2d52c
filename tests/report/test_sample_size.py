"""The table of sample sizes."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest

from psp_core.report.sample_size import (
    format_sample_size,
    plot_sample_size,
    sample_size_table,
    tell_sample_size,
)


def test_the_table_has_the_reference_numbers() -> None:
    table = sample_size_table(0.75, (34, 25), 20).set_index("n_parameters")
    assert list(table.index) == list(range(1, 21))
    assert list(table.loc[[4, 7], "shrinkage"]) == [178, 311]
    assert set(table["intercept"]) == {376}
    assert table.loc[4, "expected_shrinkage"] == pytest.approx(0.66, abs=5e-3)


def test_a_shrinkage_of_nothing_is_said_in_words() -> None:
    written = format_sample_size(sample_size_table(0.75, (34, 25), 12), 59)
    assert written["expected shrinkage with 59"].iloc[3] == "0.66"
    assert written["expected shrinkage with 59"].iloc[11] == "none is left"


def test_the_sentence_names_the_largest_criterion() -> None:
    table = sample_size_table(0.75, (34, 25), 12)
    assert tell_sample_size(table, 0.75, 59) == (
        "A model of 1 parameter and an AUC of 0.75 needs 376 patients, most of all for its "
        "intercept; 59 are at hand."
    )
    assert "12 parameters" in tell_sample_size(table.iloc[11:], 0.75, 59)
    assert "for its shrinkage;" in tell_sample_size(table.iloc[11:], 0.75, 59)


def test_the_figure_shows_what_is_at_hand() -> None:
    ax = plot_sample_size(sample_size_table(0.75, (34, 25), 3), 59)
    assert [text.get_text() for text in ax.get_legend().get_texts()][-1] == "at hand: 59"
    plt.close("all")
