"""What all networks share: logits of single patients, masks, gradients for every weight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from psp_core.classifiers import bidirectional, fusion, per_variable

SHAPE = {"n_columns": 5, "image_width": 6, "width": 8, "dropout": 0.5}
MORE = {"clinical_tokens": 3, "heads": 2}
ARMS: dict[str, Callable[[], nn.Module]] = {
    "proposed": lambda: fusion.Proposed(**SHAPE, **MORE),
    "full_self_attention": lambda: fusion.FullSelfAttention(**SHAPE, **MORE),
    "concatenation": lambda: fusion.Concatenation(**SHAPE),
    "late_mean": lambda: fusion.LateMean(**SHAPE),
    "bidirectional": lambda: bidirectional.Bidirectional(**SHAPE, **MORE),
    "per_variable": lambda: per_variable.PerVariable(variables="aabcb", heads=2, **SHAPE),
}


@pytest.fixture(params=ARMS)
def arm(request: pytest.FixtureRequest) -> nn.Module:
    torch.manual_seed(0)
    return ARMS[request.param]().eval()


CLINICAL, TOKENS = torch.randn(4, 5), torch.randn(4, 7, 6)
MASK = torch.tensor([[True] * 4 + [False] * 3] * 4)


def test_a_patient_has_the_same_logit_alone(arm: nn.Module) -> None:
    alone = [arm(CLINICAL[[one]], TOKENS[[one]], MASK[[one]]) for one in range(4)]
    torch.testing.assert_close(torch.cat(alone), arm(CLINICAL, TOKENS, MASK))


def test_masked_tokens_are_as_good_as_absent(arm: nn.Module) -> None:
    torch.testing.assert_close(arm(CLINICAL, TOKENS, MASK), arm(CLINICAL, TOKENS[:, :4], None))


def test_the_order_of_tokens_does_not_matter(arm: nn.Module) -> None:
    torch.testing.assert_close(
        arm(CLINICAL, TOKENS.flip(1), MASK.flip(1)), arm(CLINICAL, TOKENS, MASK)
    )


def test_every_weight_learns_from_the_image_and_the_clinical_data(arm: nn.Module) -> None:
    (arm(CLINICAL, TOKENS, None) ** 2).sum().backward()
    for name, weight in arm.named_parameters():
        assert weight.grad is not None, name
        if name != "guided.key.bias":  # the softmax takes it away
            assert weight.grad.abs().sum() > 0, name


def test_late_mean_is_a_sum_of_what_each_kind_of_data_says() -> None:
    arm = fusion.LateMean(**SHAPE).eval()
    both = arm(CLINICAL, TOKENS, None)
    turned = arm(CLINICAL.flip(0), TOKENS, None)
    crossed = arm(CLINICAL, TOKENS.flip(0), None) + arm(CLINICAL.flip(0), TOKENS.flip(0), None)
    # f(i) + g(c): swapping the clinical data changes the logit by as much for any image
    torch.testing.assert_close(
        turned - both,
        arm(CLINICAL.flip(0), TOKENS.flip(0), None) - arm(CLINICAL, TOKENS.flip(0), None),
    )
    assert crossed.shape == (4,)
