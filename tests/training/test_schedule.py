"""The learning rate's way."""

from __future__ import annotations

import pytest

from psp_core.training import warmup_cosine


def test_it_rises_straight_then_falls_as_half_a_cosine() -> None:
    way = [warmup_cosine(step, steps=24, warmup_steps=4) for step in range(24)]
    assert way[:5] == pytest.approx([0.25, 0.5, 0.75, 1, 1])
    assert way[14] == pytest.approx(0.5)
    assert sorted(way[4:], reverse=True) == way[4:]
    assert 0 < way[-1] < 0.01


def test_without_a_rise_it_begins_at_the_top() -> None:
    assert warmup_cosine(0, steps=5, warmup_steps=0) == 1
    assert warmup_cosine(0, steps=1, warmup_steps=1) == 1
