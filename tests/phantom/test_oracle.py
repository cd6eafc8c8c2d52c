"""The Bayes scores obey the laws of likelihood ratios."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from psp_core.phantom.latents import IMAGE_LATENTS, CausalModel, Centre, draw_labels, draw_latents
from psp_core.phantom.oracle import ARMS, best_possible_auc, log_likelihood_ratio

MODEL = CausalModel()
VARIANTS = {
    "default": MODEL,
    "burdenko timing": replace(MODEL, timing="burdenko"),
    "interaction": replace(MODEL, interaction=True),
    "informative missingness": replace(MODEL, informative_missingness=True),
    "time only": replace(MODEL, label_depends_on_time_only=True),
}


@pytest.mark.parametrize("centre", ["training", "external"])
@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_mean_likelihood_ratio_among_pseudoprogressions_is_one(
    variant: str, arm: str, centre: Centre
) -> None:
    model = VARIANTS[variant]
    rng = np.random.default_rng(5)
    psp = draw_latents(rng, np.zeros(60_000, dtype=bool), model, centre=centre)
    ratio = np.exp(log_likelihood_ratio(psp, arm, model, centre=centre))
    assert ratio.mean() == pytest.approx(1, abs=5 * ratio.std() / 60_000**0.5)


def test_the_best_imaging_auc_is_that_of_independent_normals() -> None:
    distance = sum(effect**2 for effect in MODEL.effects.values()) ** 0.5
    expected = norm.cdf(distance / 2**0.5)
    assert best_possible_auc(MODEL, "image_only") == pytest.approx(expected, abs=0.004)


def test_the_moderate_setting_keeps_its_promise() -> None:
    assert best_possible_auc(MODEL, "image_only") == pytest.approx(0.80, abs=0.01)
    assert best_possible_auc(MODEL, "full") == pytest.approx(0.85, abs=0.01)


@pytest.mark.parametrize("arm", ARMS)
def test_zero_effect_has_a_constant_score(arm: str) -> None:
    assert best_possible_auc(replace(MODEL, zero_effect=True), arm, n=2_000) == 0.5


@pytest.mark.parametrize("centre", ["training", "external"])
def test_informative_missingness_is_worth_what_its_odds_ratio_says(centre: Centre) -> None:
    """Unknown against known, from counts: the score must be the log ratio of the frequencies."""
    model = replace(MODEL, informative_missingness=True)
    rng = np.random.default_rng(12)
    labels = np.arange(200_000) % 2 == 0
    drawn = draw_latents(rng, labels, model, centre=centre)
    alone = drawn.assign(sex="M", idh_status="unknown", days_since_rt=100)
    score = log_likelihood_ratio(alone, "clinical_only", model, centre=centre)
    for first, second in (("unknown", "methylated"), ("unknown", "unmethylated")):
        counted = []
        for status in (first, second):
            seen = (drawn["mgmt_status"] == status).to_numpy()
            counted.append(np.log(seen[labels].sum() / seen[~labels].sum()))
        ours = [score[(drawn["mgmt_status"] == status).to_numpy()][0] for status in (first, second)]
        assert ours[0] - ours[1] == pytest.approx(counted[0] - counted[1], abs=0.04)


def test_label_noise_keeps_the_order_of_the_best_score() -> None:
    """The share of written true progressions rises with the score of the true label."""
    model = replace(MODEL, label_noise=0.2)
    rng = np.random.default_rng(13)
    drawn = draw_latents(rng, draw_labels(rng, 100_000, model), model)
    order = np.argsort(log_likelihood_ratio(drawn, "full", model))
    shares = [part.mean() for part in np.array_split(drawn["written_label"].to_numpy()[order], 10)]
    assert shares == sorted(shares)
    assert shares[0] > 0.2 - 0.02
    assert shares[-1] < 0.8 + 0.02


def test_label_noise_lowers_the_ceiling() -> None:
    noisy = replace(MODEL, label_noise=0.1)
    assert (
        best_possible_auc(noisy, "full", n=50_000)
        < best_possible_auc(MODEL, "full", n=50_000) - 0.05
    )


def test_no_sum_of_unimodal_scores_reaches_the_best_under_the_interaction() -> None:
    model = replace(MODEL, interaction=True)
    rng = np.random.default_rng(8)
    table = draw_latents(rng, draw_labels(rng, 40_000, model), model)
    columns = table[list(IMAGE_LATENTS)].to_numpy()
    sum_of_scores = (
        LogisticRegression().fit(columns, table["true_label"]).decision_function(columns)
    )
    additive = roc_auc_score(table["true_label"], sum_of_scores)
    assert additive < best_possible_auc(model, "image_only", n=40_000) - 0.1


def test_measurement_error_costs_and_no_error_changes_nothing() -> None:
    rng = np.random.default_rng(9)
    table = draw_latents(rng, draw_labels(rng, 40_000, MODEL), MODEL)
    exact = log_likelihood_ratio(table, "image_only", MODEL)
    none = log_likelihood_ratio(
        table, "image_only", MODEL, error_sd=dict.fromkeys(IMAGE_LATENTS, 0.0)
    )
    np.testing.assert_allclose(none, exact)
    error_sd = dict.fromkeys(IMAGE_LATENTS, 1.0)
    seen = table.assign(
        **{name: table[name] + rng.standard_normal(len(table)) for name in IMAGE_LATENTS}
    )
    blurred = log_likelihood_ratio(seen, "image_only", MODEL, error_sd=error_sd)
    distance = sum(effect**2 / 2 for effect in MODEL.effects.values()) ** 0.5
    assert roc_auc_score(table["true_label"], blurred) == pytest.approx(
        norm.cdf(distance / 2**0.5), abs=0.01
    )


def test_measurement_error_in_the_place_blurs_the_sign_of_the_interaction() -> None:
    model = replace(MODEL, interaction=True)
    rng = np.random.default_rng(10)
    psp = draw_latents(rng, np.zeros(60_000, dtype=bool), model)
    seen = psp.assign(outfield=psp["outfield"] + 0.5 * rng.standard_normal(len(psp)))
    ratio = np.exp(log_likelihood_ratio(seen, "image_only", model, error_sd={"outfield": 0.5}))
    assert ratio.mean() == pytest.approx(1, abs=5 * ratio.std() / 60_000**0.5)
