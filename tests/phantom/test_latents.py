"""The causal story: what depends on the label, and what the switches turn off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from psp_core.phantom.latents import (
    IMAGE_LATENTS,
    CausalModel,
    draw_labels,
    draw_latents,
)

N = 60_000
MODEL = CausalModel()


def drawn(model: CausalModel, n: int = N, seed: int = 0, centre: str = "training"):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    return draw_latents(rng, draw_labels(rng, n, model), model, centre=centre)  # type: ignore[arg-type]


def test_class_means_lie_one_effect_apart() -> None:
    table = drawn(MODEL)
    means = table.groupby("true_label")[list(IMAGE_LATENTS)].mean()
    for name, effect in MODEL.effects.items():
        assert means.loc[True, name] - means.loc[False, name] == pytest.approx(effect, abs=0.04)


def test_the_papers_class_counts_are_exact() -> None:
    labels = draw_labels(np.random.default_rng(3), 59, MODEL)
    assert labels.sum() == 34
    assert (
        draw_labels(
            np.random.default_rng(3), 20, replace(MODEL, true_progression_fraction=11 / 20)
        ).sum()
        == 11
    )


def test_categories_follow_jang_2018_table_1() -> None:
    table = drawn(MODEL)
    tp, psp = table[table["true_label"]], table[~table["true_label"]]
    assert (tp["sex"] == "M").mean() == pytest.approx(27 / 48, abs=0.01)
    assert (psp["sex"] == "M").mean() == pytest.approx(24 / 30, abs=0.01)
    known = psp[psp["mgmt_status"] != "unknown"]
    assert (known["mgmt_status"] == "methylated").mean() == pytest.approx(15 / 30, abs=0.01)


@pytest.mark.parametrize(
    ("centre", "mgmt", "idh"), [("training", 22 / 59, 15 / 59), ("external", 8 / 20, 0.0)]
)
def test_unknown_values_are_as_frequent_as_printed(centre: str, mgmt: float, idh: float) -> None:
    table = drawn(MODEL, centre=centre)
    assert (table["mgmt_status"] == "unknown").mean() == pytest.approx(mgmt, abs=0.01)
    assert (table["idh_status"] == "unknown").mean() == pytest.approx(idh, abs=0.01)


def test_zero_effect_leaves_no_column_that_differs() -> None:
    table = drawn(replace(MODEL, zero_effect=True))
    numbers = table.assign(
        male=table["sex"] == "M",
        methylated=table["mgmt_status"] == "methylated",
        mutant=table["idh_status"] == "mutant",
        unknown=table["mgmt_status"] == "unknown",
    ).drop(columns=["sex", "idh_status", "mgmt_status", "written_label"])
    by_class = numbers.astype(float).groupby("true_label").agg(["mean", "sem"])
    for name in numbers.columns.drop("true_label"):
        difference = by_class.loc[1.0, (name, "mean")] - by_class.loc[0.0, (name, "mean")]
        spread = np.hypot(by_class.loc[1.0, (name, "sem")], by_class.loc[0.0, (name, "sem")])
        assert abs(difference) < 4 * spread, name


def test_time_only_keeps_the_days_and_drops_the_rest() -> None:
    table = drawn(replace(MODEL, label_depends_on_time_only=True))
    medians = table.groupby("true_label")["days_since_rt"].median()
    assert medians[True] - medians[False] > 30
    assert table.groupby("true_label")["solidity"].mean().diff().abs().iloc[-1] < 0.04


def test_interaction_turns_the_meaning_outside_the_field() -> None:
    table = drawn(replace(MODEL, interaction=True))
    inside = table[table["outfield"] <= 0].groupby("true_label")["solidity"].mean()
    outside = table[table["outfield"] > 0].groupby("true_label")["solidity"].mean()
    assert inside[True] - inside[False] == pytest.approx(MODEL.solidity, abs=0.05)
    assert outside[True] - outside[False] == pytest.approx(-MODEL.solidity, abs=0.05)


def test_label_noise_flips_written_labels_only() -> None:
    table = drawn(replace(MODEL, label_noise=0.1))
    assert (table["true_label"] != table["written_label"]).mean() == pytest.approx(0.1, abs=0.01)


def test_informative_missingness_makes_unknown_mgmt_more_frequent_in_true_progression() -> None:
    table = drawn(replace(MODEL, informative_missingness=True))
    share = (table["mgmt_status"] == "unknown").groupby(table["true_label"]).mean()
    odds = share / (1 - share)
    assert np.log(odds[True] / odds[False]) == pytest.approx(1.0, abs=0.08)
