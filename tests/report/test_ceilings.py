"""Ceilings: what the switches must do to the best possible AUC, and the tables of it."""

import numpy as np
import pandas as pd
import pytest

from psp_core.evaluation.intervals import delong_interval
from psp_core.phantom.latents import CausalModel
from psp_core.phantom.oracle import ARMS
from psp_core.phantom.truth import truth_summary
from psp_core.report.ceilings import ceiling_table, format_ceilings, switch_ceilings
from psp_core.report.formatting import words

SUMMARY = {
    "best_possible_auc": dict.fromkeys(ARMS, 0.8),
    "best_possible_auc_strong": dict.fromkeys(ARMS, 0.9),
}


def truth(n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    label = rng.random(n) < 0.5
    table = pd.DataFrame(
        {
            "dataset": rng.choice(["burdenko", "sealed"], n),
            "reason": np.where(rng.random(n) < 0.9, "eligible", "not_imaged"),
            "written_label": label,
        }
    )
    for arm in ARMS:
        table[f"bayes_{arm}"] = rng.standard_normal(n) + label
        table[f"bayes_{arm}_observable"] = table[f"bayes_{arm}"].mask(rng.random(n) < 0.1)
    return table


def test_a_figure_of_a_cohort_is_that_of_its_eligible_scored_patients() -> None:
    drawn = truth()
    table = ceiling_table(drawn, SUMMARY, ["burdenko"])
    part = drawn[(drawn["reason"] == "eligible") & (drawn["dataset"] == "burdenko")]
    for oracle, column in (("latent", "bayes_full"), ("observable", "bayes_full_observable")):
        scored = part[part[column].notna()]
        row = table[(table["arm"] == "full") & (table["oracle"] == oracle)].iloc[0]
        expected = delong_interval(scored["written_label"], scored[column])
        assert (row["auc"], row["lower"], row["upper"]) == (
            expected.auc,
            expected.lower,
            expected.upper,
        )
        assert row["n_positive"] + row["n_negative"] == len(scored)


def test_a_cohort_that_is_not_asked_for_is_not_looked_at() -> None:
    drawn = truth()
    sealed = drawn["dataset"] == "sealed"
    changed = drawn.assign(bayes_full=drawn["bayes_full"].mask(sealed, -100))
    pd.testing.assert_frame_equal(
        ceiling_table(changed, SUMMARY, ["burdenko"]), ceiling_table(drawn, SUMMARY, ["burdenko"])
    )


def test_the_text_has_a_row_per_arm_and_keeps_every_figure() -> None:
    table = ceiling_table(truth(), SUMMARY, ["burdenko"])
    text = format_ceilings(table)
    assert text.index.tolist() == [words(arm) for arm in ARMS]
    assert text.size == len(table)
    assert set(text["strong", "population"]) == {"0.900"}
    latent = table[(table["arm"] == "full") & (table["oracle"] == "latent")].iloc[0]
    assert text.loc["full", ("burdenko", "latent")].startswith(f"{latent['auc']:.2f} (")


@pytest.fixture(scope="module")
def ceilings() -> pd.DataFrame:
    return switch_ceilings(CausalModel(), n=4000)


def test_without_an_effect_nothing_is_to_be_found(ceilings: pd.DataFrame) -> None:
    assert (ceilings.loc["zero effect"] - 0.5).abs().max() < 0.03
    only_time = ceilings.loc["label depends on time only"]
    assert only_time[["image only", "dose only"]].tolist() == pytest.approx([0.5, 0.5], abs=0.03)
    assert only_time["time only"] > 0.55


def test_more_to_see_never_lowers_the_ceiling(ceilings: pd.DataFrame) -> None:
    assert (ceilings["full"] >= ceilings[["image only", "clinical only"]].max(axis=1) - 0.01).all()
    assert (ceilings["clinical only"] >= ceilings["time only"] - 0.02).all()


def test_each_switch_moves_the_ceiling_its_own_way(ceilings: pd.DataFrame) -> None:
    normal = ceilings.loc["as set"]
    assert ceilings.loc["strong effects", "image only"] > normal["image only"] + 0.05
    assert ceilings.loc["Burdenko's timing", "time only"] > normal["time only"] + 0.05
    assert ceilings.loc["10 % label noise", "full"] < normal["full"] - 0.03
    assert ceilings.loc["informative missingness", "clinical only"] > normal["clinical only"]


def test_the_switch_table_tells_the_ceilings_of_the_truth_file() -> None:
    summary = truth_summary(CausalModel(), {}, n=3000)
    table = switch_ceilings(CausalModel(), n=3000)
    for row, key in (
        ("as set", "best_possible_auc"),
        ("strong effects", "best_possible_auc_strong"),
    ):
        assert table.loc[row].tolist() == [summary[key][arm] for arm in ARMS]
