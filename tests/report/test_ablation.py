"""Tables and sentence of the ablation: planted differences are told, and others are not."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from psp_core.report.ablation import (
    GREY_VALUES,
    ablation_scores,
    ablation_sentence,
    ablation_table,
    encoder_table,
    plot_ablation,
    probe_table,
)

TITLES = {"r + c*r": "product", "mae": "masked", "untrained": "untrained"}
N = 120


@pytest.fixture(scope="module")
def measured() -> pd.DataFrame:
    """The masked encoder tells the classes apart, the untrained and the product do not."""
    rng = np.random.default_rng(0)
    is_positive = np.arange(N) % 2 == 0
    rows: list[dict[str, object]] = []
    noise = rng.normal(size=N)
    for variant, effect in (("r + c*r", 0.0), ("mae", 2.0), ("untrained", 0.0), (GREY_VALUES, 1)):
        scores = noise + effect * is_positive
        rows += [
            {"kind": "score", "variant": variant, "model": "ridge_lesion", "draw": 0,
             "half": n % 4 // 2, "key": f"development/{n:03d}/001",
             "is_positive": bool(is_positive[n]), "score": scores[n]}
            for n in range(N)
        ]  # fmt: skip
        rows.append({"kind": "probe", "variant": variant, "target": "size", "pooling": "lesion",
                     "value": 0.5, "lower": 0.4, "upper": 0.6, "n": N})  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def compared(measured: pd.DataFrame) -> pd.DataFrame:
    return ablation_scores(measured, samples=300, rng=np.random.default_rng(1))


HISTORIES = {
    "r + c*r": pd.DataFrame({"step": range(20), "loss": np.linspace(2, 1, 20), "seconds": 7.0}),
    "untrained": pd.DataFrame({"step": [], "loss": [], "seconds": []}),
}


def test_differences_are_paired_and_have_intervals(compared: pd.DataFrame) -> None:
    by_name = compared.set_index("variant")
    masked = by_name.loc["mae"]
    assert masked["auc"] > 0.8
    assert masked["lower"] < masked["auc"] < masked["upper"]
    assert masked["to_untrained"] == pytest.approx(masked["auc"] - by_name.loc["untrained", "auc"])
    assert masked["to_untrained_lower"] > 0
    product = by_name.loc["r + c*r"]
    assert product["to_untrained"] == product["to_untrained_lower"] == 0  # the same scores
    assert np.isnan(by_name.loc["untrained", "to_untrained"])
    assert np.isnan(product["to_reference"])
    assert (compared["n"] == N).all()


def test_the_sentence_tells_who_is_above_the_untrained_encoder(compared: pd.DataFrame) -> None:
    told = ablation_sentence(compared, TITLES)
    assert "ridge, mean lesion token: masked above it; 1 of 2 cannot be told from it" in told
    turned = compared.assign(
        to_untrained_lower=-compared["to_untrained_upper"],
        to_untrained_upper=-compared["to_untrained_lower"],
    )
    assert "masked below it" in ablation_sentence(turned, TITLES)


def test_without_an_untrained_encoder_nothing_is_compared(measured: pd.DataFrame) -> None:
    part = measured[measured["variant"] == "mae"]
    alone = ablation_scores(part, samples=20, rng=np.random.default_rng(0))
    assert ablation_sentence(alone[:0], TITLES).startswith("No encoder could be compared")
    assert "0 of 0 cannot" in ablation_sentence(alone, TITLES)


def test_the_table_has_signs_and_names(compared: pd.DataFrame) -> None:
    table = ablation_table(compared, TITLES).set_index("encoder")
    assert table.loc["masked", "minus untrained"].startswith("+0.")
    assert table.loc["untrained", "minus untrained"] == "–"
    assert table.loc[GREY_VALUES, "model"] == "ridge, percentiles in and around the lesion"


def test_the_table_of_encoders_has_counts_and_both_ends_of_the_loss() -> None:
    scans = {"r + c*r": 293, "untrained": 0}
    table = encoder_table(HISTORIES, scans, TITLES).set_index("encoder")
    assert table.loc["product"].tolist() == ["293", "20", "7", "2.000", "1.000"]
    assert table.loc["untrained"].tolist() == ["0", "0", "0", "–", "–"]


def test_probes_stand_one_row_per_encoder_and_pooling(measured: pd.DataFrame) -> None:
    table = probe_table(measured, TITLES)
    assert table["encoder"].tolist() == ["product", "masked", "untrained", GREY_VALUES]
    assert table["size"].tolist() == ["0.50 (0.40 to 0.60)"] * 4


def test_the_figure_draws_who_was_taught() -> None:
    collapse = {"r + c*r": {"spread": 0.1, "rank": 9.0}, "untrained": {"spread": 0.2, "rank": 3.0}}
    figure = plot_ablation(HISTORIES, collapse)
    (line,) = figure.axes[0].lines
    assert line.get_ydata()[0] == 1.0
    assert line.get_ydata()[-1] < 0.6
    assert [patch.get_width() for patch in figure.axes[2].patches] == [9.0, 3.0]
    plt.close(figure)
    nothing = plot_ablation({}, {})
    assert not nothing.axes[0].lines
    plt.close(nothing)
