"""What phantoms were built with that bears on a comparison of models."""

from __future__ import annotations

from collections.abc import Callable

from psp_core.phantom.latents import CausalModel

BuiltIn = Callable[[CausalModel], str]


def nothing_told(model: CausalModel) -> str:  # noqa: ARG001
    """Nothing that the phantoms were built with answers the claim."""
    return ""


def set_apart(model: CausalModel) -> str:
    """Which kinds of data tell the classes apart."""
    if model.label_depends_on_time_only:
        return "built in: the time alone tells the classes apart, images and other columns do not"
    return "built in: images and columns both tell the classes apart, each on its own"


def add_up(model: CausalModel) -> str:
    """Whether a fusion can find more than the sum of its inputs."""
    if model.interaction:
        return "built in: where the lesion lies in the field turns what its image means"
    return "built in: effects add up, so that a fusion has nothing to gain over a sum"


def in_the_lesion(model: CausalModel) -> str:
    """Where in the brain the classes differ."""
    if model.label_depends_on_time_only:
        return "built in: no place in the brain tells the classes apart"
    return (
        "built in: the lesion, its oedema and its place alone tell the classes apart; the rest of "
        "the brain has nothing to add, oedema beyond the lesion's tokens may"
    )
