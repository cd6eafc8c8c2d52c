"""Laws of every estimator of the room, and how far the networks come."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.base import clone

from psp_core.classifiers.clinical import ClinicalLogistic
from psp_core.classifiers.controls import DaysOnly, Majority, MissingnessOnly
from psp_core.classifiers.network import ARCHITECTURES, NetworkClassifier
from psp_core.classifiers.token_probe import TokenProbe
from psp_core.encoder.tokens import Tokens
from psp_core.errors import EstimatorError, TrainingDivergedError
from psp_core.evaluation.metrics import auc
from psp_core.phantom.latents import CausalModel
from psp_core.phantom.oracle import best_possible_auc
from psp_core.runs.process import start_worker

SETS = {"clinical_network": "clinical_only", "mri_only": "image_only"}
QUICK: dict[str, Any] = {"steps": 6, "batch_size": 16, "width": 8}


def network(name: str, tokens: Tokens, **settings: Any) -> NetworkClassifier:
    features = SETS.get(name, "full")
    return NetworkClassifier(tokens=tokens, architecture=name, feature_set=features, **settings)


def estimators(tokens: Tokens) -> dict[str, Any]:
    """Every estimator of the room, by name."""
    lesion = network("proposed", tokens, tokens_used="lesion", **QUICK)
    return {
        **{name: network(name, tokens, **QUICK) for name in ARCHITECTURES},
        "proposed_lesion": lesion,
        "clinical_logistic": ClinicalLogistic(),
        "days_only": DaysOnly(),
        "majority": Majority(),
        "missingness": MissingnessOnly(),
        "probe": TokenProbe(tokens=tokens),
        "probe_lesion": TokenProbe(tokens=tokens, tokens_used="lesion"),
    }


NAMES = (
    *(*ARCHITECTURES, "proposed_lesion", "clinical_logistic", "days_only", "majority"),
    *("missingness", "probe", "probe_lesion"),
)


@pytest.mark.parametrize("name", NAMES)
def test_patients_that_are_not_fitted_change_nothing_for_others(name: str, cohort: Any) -> None:
    rows, truth, tokens = cohort
    before = estimators(tokens)[name].fit(rows[:25], truth[:25]).predict_proba(rows[:35])
    values, shares = tokens.values.copy(), tokens.lesion_share.copy()
    values[35:], shares[35:] = 1e3, 1.0
    other_rows = rows.copy()
    other_rows.loc[35:, "days_since_rt"] = 1_000_000
    other_rows.loc[35:, ["sex", "idh_status", "mgmt_status"]] = "changed"
    changed = Tokens(tokens.keys, values, shares)
    fitted = estimators(changed)[name].fit(other_rows[:25], truth[:25])
    assert np.array_equal(fitted.predict_proba(other_rows[:35]), before)
    together = fitted.predict_proba(other_rows)[:35]
    np.testing.assert_allclose(together, before, rtol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_clone_fitted_again_gives_the_same_bytes_and_the_same_tokens(
    name: str, cohort: Any
) -> None:
    rows, truth, tokens = cohort
    first = estimators(tokens)[name]
    second = clone(first)
    assert getattr(second, "tokens", tokens) is tokens
    scores = [one.fit(rows, truth).predict_proba(rows) for one in (first, second)]
    assert scores[0].tobytes() == scores[1].tobytes()
    assert scores[0].shape == (40, 2)
    np.testing.assert_allclose(scores[0].sum(axis=1), 1)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_rows_in_prediction_does_not_matter(name: str, cohort: Any) -> None:
    rows, truth, tokens = cohort
    fitted = estimators(tokens)[name].fit(rows, truth)
    order = np.random.default_rng(0).permutation(40)
    np.testing.assert_allclose(
        fitted.predict_proba(rows.iloc[order]), fitted.predict_proba(rows)[order], rtol=1e-5
    )


def test_the_seed_decides_and_the_global_generator_is_put_back(cohort: Any) -> None:
    rows, truth, tokens = cohort
    state = torch.random.get_rng_state()
    one, two = (
        network("proposed", tokens, **QUICK, random_state=seed).fit(rows, truth) for seed in (1, 2)
    )
    assert not np.array_equal(one.predict_proba(rows), two.predict_proba(rows))
    assert torch.equal(torch.random.get_rng_state(), state)


def fit_and_predict(estimator: NetworkClassifier, rows: Any, truth: Any) -> Any:
    return estimator.fit(rows, truth).predict_proba(rows)


def test_a_fit_in_a_worker_process_is_that_of_the_main_one(cohort: Any) -> None:
    rows, truth, tokens = cohort
    estimator = network("proposed", tokens, **QUICK)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=start_worker) as pool:
        there = pool.submit(fit_and_predict, estimator, rows, truth).result()
    assert there.tobytes() == fit_and_predict(estimator, rows, truth).tobytes()


def test_a_batch_of_all_patients_is_possible(cohort: Any) -> None:
    rows, truth, tokens = cohort
    fitted = network("mri_only", tokens, steps=3, batch_size=99).fit(rows, truth)
    assert len(fitted.history_) == 3


def test_with_many_patients_every_network_comes_to_the_best_possible_auc(
    draw: Callable[..., Any],
) -> None:
    (rows, truth, tokens), (others, expected, other_tokens) = draw(1200, seed=1), draw(2000, seed=2)
    both = Tokens(
        (*tokens.keys, *other_tokens.keys),
        np.concatenate([tokens.values, other_tokens.values]),
        np.concatenate([tokens.lesion_share, other_tokens.lesion_share]),
    )
    for name in ARCHITECTURES:
        score = network(name, both).fit(rows, truth).predict_proba(others)[:, 1]
        ceiling = best_possible_auc(CausalModel(), SETS.get(name, "full"), n=50_000)
        assert auc(expected, score) > ceiling - 0.04, name


def test_guided_attention_uses_an_interaction_that_a_late_mean_cannot(
    draw: Callable[..., Any],
) -> None:
    model = CausalModel(interaction=True)
    rows, truth, tokens = draw(3000, seed=1, model=model, place_in_dose=True)
    reached = {
        name: auc(
            truth[1500:],
            network(name, tokens).fit(rows[:1500], truth[:1500]).predict_proba(rows[1500:])[:, 1],
        )
        for name in ("proposed", "late_mean")
    }
    assert reached["proposed"] > reached["late_mean"] + 0.03


def test_one_class_raises(cohort: Any) -> None:
    rows, truth, tokens = cohort
    with pytest.raises(EstimatorError, match="training patients are of one class"):
        network("proposed", tokens).fit(rows, np.zeros_like(truth))


def test_an_unknown_architecture_raises(cohort: Any) -> None:
    rows, truth, tokens = cohort
    with pytest.raises(EstimatorError, match="no architecture 'resnet'; expected one of proposed"):
        network("resnet", tokens).fit(rows, truth)


def test_an_architecture_without_its_data_raises(cohort: Any) -> None:
    rows, truth, tokens = cohort
    clinical = NetworkClassifier(tokens=tokens, feature_set="clinical_only")
    with pytest.raises(EstimatorError, match="proposed needs the image"):
        clinical.fit(rows, truth)
    with pytest.raises(EstimatorError, match="proposed needs clinical columns"):
        NetworkClassifier(tokens=tokens, feature_set="image_only").fit(rows, truth)


def test_a_training_that_diverges_raises(cohort: Any) -> None:
    rows, truth, tokens = cohort
    values = np.where(tokens.values == tokens.values[0, 0, 0], np.nan, tokens.values)
    broken = Tokens(tokens.keys, values, tokens.lesion_share)
    with pytest.raises(TrainingDivergedError, match="the loss is nan"):
        network("mri_only", broken, **QUICK).fit(rows, truth)
