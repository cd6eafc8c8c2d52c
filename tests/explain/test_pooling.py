"""Pooling of tokens: means, and what stands in for a lesion that is not there."""

import numpy as np

from psp_core.explain.pooling import mean_token


def test_the_mean_is_over_all_tokens_or_those_with_lesion() -> None:
    tokens = np.random.default_rng(0).standard_normal((3, 8, 5)).astype(np.float16)
    share = np.zeros((3, 8), dtype=np.float32)
    share[0, [1, 4]] = 0.2, 0.9
    share[1, 7] = 1.0
    everything = mean_token(tokens, share, "all")
    assert np.allclose(everything, tokens.astype(float).mean(axis=1), atol=1e-6)
    lesion = mean_token(tokens, share, "lesion")
    assert np.allclose(lesion[0], tokens[0, [1, 4]].astype(float).mean(axis=0), atol=1e-6)
    assert np.allclose(lesion[1], tokens[1, 7].astype(float), atol=1e-6)
    assert np.allclose(lesion[2], everything[2])


def test_the_order_of_tokens_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    tokens, share = rng.standard_normal((2, 6, 3)), rng.random((2, 6)) * (rng.random((2, 6)) < 0.5)
    order = rng.permutation(6)
    assert np.allclose(
        mean_token(tokens[:, order], share[:, order], "lesion"),
        mean_token(tokens, share, "lesion"),
        atol=1e-6,
    )
