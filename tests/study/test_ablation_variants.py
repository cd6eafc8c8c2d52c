"""Shares of the scans: nested, rounded, and decided by the seed."""

from __future__ import annotations

from typing import get_args

from psp_core.params.ablation import AblationParams, VariantName
from psp_core.study.ablation_variants import VARIANTS, taught_scans

KEYS = [f"brats2021/B-{number:03d}/000" for number in range(290)]


def test_every_name_of_the_params_has_an_encoder() -> None:
    assert tuple(VARIANTS) == get_args(VariantName) == AblationParams().variants
    assert len({variant.slug for variant in VARIANTS.values()}) == len(VARIANTS)


def test_smaller_shares_are_parts_of_larger_ones() -> None:
    parts = [taught_scans(KEYS, share, least=2, seed=7) for share in (0.01, 0.1, 1.0)]
    assert [len(part) for part in parts] == [3, 29, 290]
    assert set(parts[0]) < set(parts[1]) < set(parts[2])
    assert parts[2] == KEYS
    assert all(part == sorted(part) for part in parts)


def test_a_share_is_never_below_the_least_that_there_is() -> None:
    assert len(taught_scans(KEYS[:20], 0.01, least=2, seed=7)) == 2
    assert len(taught_scans(KEYS[:3], 0.01, least=8, seed=7)) == 3


def test_the_seed_decides_the_scans() -> None:
    draws = [taught_scans(KEYS, 0.1, least=2, seed=seed) for seed in (0, 0, 1)]
    assert draws[0] == draws[1]
    assert draws[0] != draws[2]
