"""Operations against counts by hand, memory against its laws."""

from __future__ import annotations

import pytest
import torch

from psp_core.classifiers.cost import BYTES_PER_MIB, LiveBytes, fusion_cost

N, IMAGE, COLUMNS, D, M = 512, 192, 12, 64, 4


def self_attention(length: int) -> int:
    """Operations of the projections and of both products with the attention matrix."""
    return 2 * length * D * 3 * D + 2 * 2 * length**2 * D + 2 * length * D * D


def test_operations_are_those_counted_by_hand() -> None:
    table = fusion_cost(N, IMAGE, n_columns=COLUMNS, width=D, clinical_tokens=M, heads=1)
    clinical, head = 2 * COLUMNS * M * D, 2 * D * D + 2 * D
    queries = 2 * M * D * D + 2 * M * D * IMAGE + 2 * M * D
    guided = queries + 2 * 2 * M * N * IMAGE + 2 * M * IMAGE * D
    pooled = 2 * 2 * N * IMAGE
    expected = {
        "proposed": clinical + guided + self_attention(2 * M) + 2 * 2 * 2 * M * D + head,
        "full_self_attention": clinical
        + (2 * N * IMAGE * D + self_attention(N + M) + 2 * 2 * (N + M) * D + head),
        "concatenation": pooled + 2 * (IMAGE + COLUMNS) * D + 2 * D,
        "late_mean": pooled + 2 * IMAGE * D + 2 * D + 2 * COLUMNS * D + 2 * D,
    }
    found = table.set_index("architecture")["megaflops"] * 1e6
    assert found.to_dict() == pytest.approx(expected)


def test_memory_of_full_self_attention_grows_as_the_square_of_the_tokens() -> None:
    few, many = (
        fusion_cost(n, 8, n_columns=5, width=8, clinical_tokens=4, heads=1).set_index(
            "architecture"
        )["peak_mib"]
        for n in (400, 1600)
    )
    assert many["full_self_attention"] / few["full_self_attention"] > 12
    assert many["proposed"] / few["proposed"] < 4.5


def test_only_what_is_made_counts_and_only_while_it_lives() -> None:
    given = torch.zeros(1000)
    with LiveBytes() as memory:
        view = given[:10]
        assert memory.peak == 0
        first = given + 1
        second = (first + 1) * 2  # a third tensor lives until it is multiplied
        del first
    assert memory.peak == 3 * 4000
    assert memory.live == 4000
    assert view.shape == (10,)
    assert second.shape == (1000,)
    assert BYTES_PER_MIB == 1024**2
