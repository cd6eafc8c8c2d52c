"""One token per variable: which columns make it, and how many there are."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from psp_core.classifiers.network import NetworkClassifier
from psp_core.classifiers.per_variable import VariableTokens


def test_a_token_is_the_linear_layer_of_its_own_columns() -> None:
    layer = VariableTokens("abaab", 3)
    clinical = torch.randn(4, 5)
    found = layer(clinical)
    assert found.shape == (4, 2, 3)
    of_a, of_b = [0, 2, 3], [1, 4]
    torch.testing.assert_close(found[:, 0], clinical[:, of_a] @ layer.weight[of_a] + layer.bias[0])
    torch.testing.assert_close(found[:, 1], clinical[:, of_b] @ layer.weight[of_b] + layer.bias[1])


def test_first_weights_lie_where_a_linear_layers_do() -> None:
    torch.manual_seed(0)
    layer = VariableTokens("a" * 16 + "b", 400)
    assert layer.weight[:16].abs().max().item() == pytest.approx(1 / 4, rel=0.02)
    assert layer.weight[16].abs().max().item() == pytest.approx(1, rel=0.02)
    assert layer.bias[0].abs().max().item() == pytest.approx(1 / 4, rel=0.02)


def test_there_are_as_many_tokens_as_variables_the_fold_has_kept(cohort: Any) -> None:
    rows, truth, tokens = cohort
    rows = rows.assign(sex="F")  # constant, so it goes
    fitted = NetworkClassifier(tokens=tokens, architecture="per_variable", steps=2, width=8)
    fitted.fit(rows, truth)
    names = fitted.network_.clinical.names
    assert set(names) == {"days_since_rt", "age_years", "mean_dose_gy", "idh_status", "mgmt_status"}
    clinical = torch.zeros(2, fitted.network_.clinical.weight.shape[0])
    image = torch.zeros(2, 8, 16)
    weights = fitted.network_.guided.weights(fitted.network_.clinical(clinical), image)
    assert weights.shape == (2, 1, len(names), 8)
