"""Tables and figures of what few patients show."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from psp_core.audit.best_of import best_of_models
from psp_core.report.power import (
    format_pair,
    format_single,
    pair_table,
    plot_best,
    plot_power,
    power_curves,
    single_table,
)

TEST = (11, 9)


def test_the_table_of_one_model_says_what_its_auc_implies() -> None:
    table = single_table([0.753, 0.9], TEST, repetitions=400, rng=np.random.default_rng(0))
    written = format_single(table)
    assert written["standard error"][0] == "0.110"
    assert written["interval"][0] == "0.538 to 0.968"
    assert written["on the logit scale"][0] == "0.489 to 0.907"
    assert table["power"][1] > table["power"][0] > 0.3


def test_the_table_of_two_models_has_power_and_patients() -> None:
    table = pair_table(
        0.753, 0.686, TEST, correlations=[0.0, 0.8], power=0.8, repetitions=200,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    assert list(table["needed"]) == [893, 209]
    assert table["analytic"].tolist() == pytest.approx([0.0693, 0.1258], abs=1e-3)
    written = format_pair(table, power=0.8)
    assert list(written["patients for 80 %"]) == ["893", "209"]
    assert list(written["correlation of the scores"]) == ["0", "0.8"]


def test_the_curves_rise_with_patients_and_with_correlation() -> None:
    curves = power_curves(0.753, 0.686, 0.55, [0.0, 0.8])
    wide = curves.pivot_table(index="n", columns="correlation", values="power")
    assert (wide.loc[wide.index > 30].diff().dropna() > 0).all(axis=None)
    assert (wide[0.8] > wide[0.0]).all()
    ax = plot_power(curves, target=0.8, n=20)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "correlation 0", "correlation 0.8",
    ]  # fmt: skip
    plt.close("all")


def test_the_curves_are_of_the_asked_level() -> None:
    strict, usual = (
        power_curves(0.753, 0.686, 0.55, [0.5], alpha=alpha)["power"] for alpha in (0.01, 0.05)
    )
    assert (strict < usual).all()


def test_the_figure_of_the_best_has_its_truth() -> None:
    table = best_of_models(
        0.7, correlation=0.5, numbers=[1, 2], n_positive=11, n_negative=9, repetitions=50,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    ax = plot_best(table, true_auc=0.7)
    assert ax.lines[2].get_ydata()[0] == 0.7
    assert list(ax.lines[0].get_ydata()) == list(table["mean"])
    plt.close("all")
