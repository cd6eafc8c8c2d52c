"""The scramble's table by hand, its figure, and where one permutation lies."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from psp_core.report.scramble import (
    SIGN_ONLY,
    plot_scramble,
    scramble_table,
    single_permutation,
)

DRAWN = (0.40, 0.45, 0.50, 0.55, 0.60, 0.52, 0.48, 0.71, 0.29)


@pytest.fixture
def fits() -> pd.DataFrame:
    rows = [("logistic", 0, 0.70, 0.66), ("logistic", -1, 0.47, 0.5)]
    rows += [
        ("logistic", number, value, 0.25 + value / 2) for number, value in enumerate(DRAWN, start=1)
    ]
    table = pd.DataFrame(rows, columns=["title", "permutation", "external", "internal"])
    return table.assign(model="m", n_test=20, note="")


def test_the_table_counts_by_hand(fits: pd.DataFrame) -> None:
    table = scramble_table(fits, confidence_level=0.95)
    assert list(table["AUC"]) == ["soft vote, other centre", "mean within-fold, own centre"]
    own = table.iloc[0]
    assert own["observed"] == "0.700"
    assert own["as large"] == "1/9"
    assert own["p"] == "0.200"
    assert own["mean under permutation"].startswith("0.500 ")
    assert own["0.5"] == "inside"
    assert table["as large"].iloc[1] == "0/9"
    assert table["p"].iloc[1] == "0.100"


def test_a_null_that_is_off_chance_is_said_to_be(fits: pd.DataFrame) -> None:
    moved = fits.assign(external=fits["external"] + 0.2)
    assert scramble_table(moved, confidence_level=0.95)["0.5"].iloc[0] == "outside"


def test_a_null_of_two_values_has_no_p(fits: pd.DataFrame) -> None:
    """A score of one variable: its AUC is a or 1 - a under any labels."""
    drawn = fits["permutation"] > 0
    mirrored = 0.3 + 0.4 * (fits["permutation"] % 2)
    table = scramble_table(
        fits.assign(external=fits["external"].mask(drawn, mirrored)), confidence_level=0.95
    )
    assert table["p"].tolist() == [SIGN_ONLY, "0.100"]
    assert table["as large"].iloc[0] == "5/9"
    few = fits[fits["permutation"] <= 2]
    assert scramble_table(few, confidence_level=0.95)["p"].tolist() == ["0.333", "0.333"]


def test_what_could_not_be_measured_is_said(fits: pd.DataFrame) -> None:
    table = scramble_table(fits.assign(external=np.nan), confidence_level=0.95)
    assert table["observed"].iloc[0] == "not estimable"
    assert table["note"].iloc[0].startswith("0 permutations have a result")
    one = fits[fits["permutation"] <= 1]
    assert scramble_table(one, confidence_level=0.95)["0.5"].iloc[0] == "not estimable"


def test_one_permutation_is_placed_among_the_others(fits: pd.DataFrame) -> None:
    row = single_permutation(fits).iloc[0]
    assert row["one permutation"] == "0.470"
    assert row["others below"] == "3/9"
    assert row["others"] == "0.290 to 0.710"
    assert single_permutation(fits[fits["permutation"] != -1]).empty


def test_the_figure_has_a_panel_per_model_with_the_observed_value(fits: pd.DataFrame) -> None:
    both = pd.concat([fits, fits.assign(title="network")])
    panels = plot_scramble(both)
    assert [ax.get_title(loc="left") for ax in panels] == ["logistic", "network"]
    heights = sum(patch.get_height() for patch in panels[0].patches)
    assert heights == len(DRAWN)
    places = [line.get_xdata()[0] for line in panels[0].lines]
    assert places[:2] == [0.70, 0.47]
    assert plot_scramble(fits.assign(external=np.nan)) == []
    plt.close("all")
