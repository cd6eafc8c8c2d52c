"""Gradients lead back through fusion and LSTM, and costs are counted, not asserted."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from psp_core.classifiers.network import NetworkClassifier
from psp_core.cohorts.stored import People
from psp_core.encoder.tokens import Tokens
from psp_core.errors import OverlapError
from psp_core.preprocessing import learnable
from psp_core.runs import Run, open_run
from psp_core.study import claims_networks
from psp_core.study.claims import FAILS, HOLDS, NOT_TESTABLE, Evidence
from psp_core.study.claims_networks import (
    fewer_tokens_save_computation,
    gradient_sign_effect,
    perturbation_cannot_be_calculated,
    proposed_moves,
    training_time_is_possible,
)

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
SHORT = {"classification.network.steps": 5, "classification.network.width": 8}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return open_run(PARAMS, tmp_path / "run", SHORT)


def empty(run: Run) -> Evidence:
    return Evidence(run, pd.DataFrame(), pd.DataFrame(), None)


def test_a_linear_score_moves_by_the_step_times_the_weights() -> None:
    weights = torch.tensor([1.0, -2.0, 0.5])
    image = torch.tensor([[3.0, 0.0, 0.0], [0.0, 1.0, 0.0]])  # logits 3 and -2
    by_gradient, by_chance = gradient_sign_effect(lambda x: x @ weights, image, step=0.1, seed=0)
    assert by_gradient == pytest.approx([0.35, 0.35])  # 0.1 times the sum of |weights|
    assert (np.abs(by_chance) <= 0.35 + 1e-6).all()
    assert not image.requires_grad


def test_a_fitted_proposed_model_moves_against_its_score(
    run: Run, patients: pd.DataFrame, tokens: Tokens
) -> None:
    rows = patients[patients["dataset"] == "burdenko"]
    settings = asdict(run.params.classification.network)
    model = NetworkClassifier(tokens=tokens, **settings)
    model.fit(rows, rows["label"] == "true_progression")
    by_gradient, by_chance = proposed_moves(model, rows)
    assert by_gradient.shape == (30,)
    assert by_gradient.mean() > 0
    assert by_gradient.mean() > np.abs(by_chance).mean()


def test_the_claim_on_perturbations_fails_on_both_networks(
    run: Run, patients: pd.DataFrame, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def check(run: Run, stage: str, keys: list[str]) -> None:
        assert (run, stage) == (given.run, "perturbation")
        checked.extend(keys)

    monkeypatch.setattr(claims_networks, "trained_tokens", lambda *_: tokens)
    monkeypatch.setattr(claims_networks, "check_learned_from", check)
    given = Evidence(run, pd.DataFrame(), patients, None)
    of_lstm, of_proposed = perturbation_cannot_be_calculated(given)
    assert (of_lstm.verdict, of_proposed.verdict) == (FAILS, FAILS)
    assert "CNN-LSTM of 16 pixels" in of_lstm.data
    assert of_proposed.data.endswith("its 30 patients; reduced models")
    assert len(checked) == 30
    assert all(key.startswith("burdenko/") for key in checked)
    monkeypatch.delattr(claims_networks, "NetworkClassifier")
    assert perturbation_cannot_be_calculated(given)[1] == of_proposed  # read, not fitted again


def test_no_patient_of_a_test_set_is_fitted_on(
    run: Run, patients: pd.DataFrame, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    tested = frozenset({"burdenko/burdenko-003"})
    people = People(labelled=frozenset(), tested=tested, crosswalk=None)
    monkeypatch.setattr(claims_networks, "trained_tokens", lambda *_: tokens)
    monkeypatch.setattr(learnable, "stored_people", lambda _: people)
    with pytest.raises(OverlapError, match="perturbation"):
        perturbation_cannot_be_calculated(Evidence(run, pd.DataFrame(), patients, None))


def test_without_patients_or_an_encoder_the_network_alone_is_judged(
    run: Run, patients: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_lstm, of_proposed = perturbation_cannot_be_calculated(empty(run))
    assert of_lstm.verdict == FAILS
    assert of_proposed.verdict == NOT_TESTABLE
    assert "no patients table" in of_proposed.figures
    monkeypatch.setattr(claims_networks, "trained_tokens", lambda *_: None)
    given = Evidence(run, pd.DataFrame(), patients, None)
    assert "no encoded scans" in perturbation_cannot_be_calculated(given)[1].figures


def test_guided_attention_takes_less_than_attention_over_all_tokens(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = {"n_tokens": 64, "width": 32, "clinical_tokens": 4}
    monkeypatch.setattr(claims_networks, "PRINTED_FUSION", small)
    (verdict,) = fewer_tokens_save_computation(empty(run))
    assert verdict.verdict == HOLDS
    assert "N = 64, M = 4" in verdict.figures


def test_the_printed_training_is_counted_at_its_size(run: Run) -> None:
    (verdict,) = training_time_is_possible(empty(run))
    # 2 operations x 4 weights x pixels x maps in x maps out of three convolutions, and the LSTM
    convolutions = 9 * 8 * (256**2 * 64 + 128**2 * 64 * 128 + 64**2 * 128 * 256)
    lstm = 9 * 2 * (32 * 32 * 256) * 4 * 24
    assert f"{(convolutions + lstm) / 1e9:.1f} Gflop" in verdict.figures
    assert verdict.verdict == HOLDS


def test_a_card_that_is_too_slow_makes_the_times_impossible(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims_networks, "GPU_TERAFLOPS", 0.5)
    assert training_time_is_possible(empty(run))[0].verdict == FAILS
