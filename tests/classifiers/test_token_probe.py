"""The probe sees the mean token and learns what is in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from psp_core.classifiers.token_probe import TokenProbe
from psp_core.encoder.tokens import Tokens
from psp_core.errors import EstimatorError
from psp_core.evaluation.metrics import auc
from psp_core.phantom.latents import CausalModel
from psp_core.phantom.oracle import best_possible_auc


@pytest.mark.parametrize("used", ["all", "lesion"])
def test_with_many_patients_it_comes_to_the_best_possible_auc(
    draw: Callable[..., Any], used: Any
) -> None:
    rows, truth, tokens = draw(2000, seed=1)
    probe = TokenProbe(tokens=tokens, tokens_used=used).fit(rows[:1000], truth[:1000])
    reached = auc(truth[1000:], probe.predict_proba(rows[1000:])[:, 1])
    assert reached > best_possible_auc(CausalModel(), "image_only", n=50_000) - 0.05


def test_only_the_mean_of_the_tokens_used_counts(cohort: Any) -> None:
    rows, truth, tokens = cohort
    counts = tokens.lesion_share > 0
    mean = (tokens.values * counts[..., None]).sum(axis=1) / counts.sum(axis=1, keepdims=True)
    flat = Tokens(tokens.keys, np.repeat(mean[:, None], 8, axis=1), tokens.lesion_share)
    scores = [
        TokenProbe(tokens=each, tokens_used=used).fit(rows, truth).predict_proba(rows)
        for each, used in ((tokens, "lesion"), (flat, "all"))
    ]
    np.testing.assert_allclose(scores[0], scores[1], rtol=1e-4)


def test_without_tokens_it_raises(cohort: Any) -> None:
    rows, truth, _ = cohort
    with pytest.raises(EstimatorError, match="given no tokens"):
        TokenProbe().fit(rows, truth)
