"""Site probe: a planted site is found, none is found of noise, and the label is held apart."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.explain.site_probe import balanced_rows, group_probe

SMALL = {"folds": 3, "repeats": 1, "permutations": 99}


def made(n: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Noise, sites a and b, and labels that are rarer at b."""
    rng = np.random.default_rng(seed)
    site = np.where(np.arange(n) % 2 == 0, "a", "b")
    label = np.where(rng.random(n) < np.where(site == "a", 0.85, 0.15), "true", "pseudo")
    return rng.standard_normal((n, 5)), site, label


def test_a_planted_site_is_told_with_the_smallest_p_value() -> None:
    rows, site, _ = made()
    rows[:, 0] += 3 * (site == "a")
    found = group_probe(rows, site, seed=0, **SMALL)
    assert found.value > 0.85
    assert found.p_value == pytest.approx(0.01)
    assert (found.chance, found.n, found.groups) == (0.5, 60, ("a", "b"))
    assert found.lower <= found.value <= found.upper


def test_of_noise_p_values_are_spread_out() -> None:
    p_values = [
        group_probe(*made(30, seed=one)[:2], seed=one, folds=3, repeats=1, permutations=19).p_value
        for one in range(60)
    ]
    assert np.mean(p_values) == pytest.approx(0.525, abs=0.1)
    assert np.mean(np.array(p_values) <= 0.1) < 0.25


def test_a_site_that_only_the_label_tells_is_gone_within_labels_and_in_a_balanced_part() -> None:
    rows, site, label = made(120, seed=3)
    rows[:, 0] += 3 * (label == "true")
    plain = group_probe(rows, site, seed=0, **SMALL)
    held = group_probe(rows, site, within=label, seed=0, **SMALL)
    kept = balanced_rows(site, label, seed=0)
    balanced = group_probe(rows[kept], site[kept], seed=0, **SMALL)
    assert plain.p_value == pytest.approx(0.01)
    assert (held.value, held.lower, held.upper) == (plain.value, plain.lower, plain.upper)
    assert held.p_value > 0.05
    assert balanced.p_value > 0.05


def test_a_rare_site_is_called_as_readily_as_a_frequent_one() -> None:
    rows, _, _ = made(90)
    site = np.where(np.arange(90) % 6 == 0, "rare", "frequent")
    rows[:, 0] += 2.5 * (site == "rare")
    found = group_probe(rows, site, seed=0, **SMALL)
    assert found.value > 0.7


def test_a_probe_that_calls_all_the_same_has_no_interval() -> None:
    found = group_probe(np.zeros((20, 2)), np.arange(20) % 2, seed=0, **SMALL)
    assert (found.value, found.p_value) == (0.5, 1.0)
    assert np.isnan(found.lower)


def test_three_sites_have_a_chance_of_a_third() -> None:
    rows, _, _ = made(60)
    site = np.array(["a", "b", "c"] * 20)
    found = group_probe(rows + 5 * (site == "b")[:, None], site, seed=0, **SMALL)
    assert found.chance == pytest.approx(1 / 3)
    assert 0.5 < found.value < 0.85  # a and c are the same


def test_a_balanced_part_has_the_same_labels_at_every_site() -> None:
    _, site, label = made(80)
    kept = balanced_rows(site, label, seed=1)
    cells = {
        (s, k): int(((site == s) & (label == k))[kept].sum()) for s in "ab" for k in set(label)
    }
    assert cells["a", "true"] == cells["b", "true"]
    assert cells["a", "pseudo"] == cells["b", "pseudo"]
    assert len(set(kept.tolist())) == len(kept) == sum(cells.values())


def test_the_same_seed_gives_the_same_answer() -> None:
    rows, site, label = made()
    first, second = (group_probe(rows, site, within=label, seed=4, **SMALL) for _ in range(2))
    assert first == second


def test_one_site_and_too_few_scans_raise() -> None:
    rows, site, _ = made(10)
    with pytest.raises(UndefinedMetricError, match="patients by group: a 10; a probe in 3 folds"):
        group_probe(rows, ["a"] * 10, seed=0, **SMALL)
    with pytest.raises(UndefinedMetricError, match="a 5, b 5; a probe in 6 folds"):
        group_probe(rows, site, seed=0, folds=6)
