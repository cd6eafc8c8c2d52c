"""What phantoms were built with is told as it was switched."""

from __future__ import annotations

from psp_core.phantom.latents import CausalModel
from psp_core.study.claims_built import add_up, in_the_lesion, nothing_told, set_apart


def test_additive_phantoms_leave_a_fusion_nothing_to_gain() -> None:
    assert "nothing to gain" in add_up(CausalModel())
    assert "turns what its image means" in add_up(CausalModel(interaction=True))


def test_where_the_time_alone_tells_images_do_not() -> None:
    alone = CausalModel(label_depends_on_time_only=True)
    assert "images and columns both" in set_apart(CausalModel())
    assert "the time alone" in set_apart(alone)
    assert "the rest of the brain has nothing to add" in in_the_lesion(CausalModel())
    assert "no place in the brain" in in_the_lesion(alone)


def test_nothing_is_told_where_nothing_bears_on_the_claim() -> None:
    assert nothing_told(CausalModel()) == ""
