"""Whose drawing of a lesion is used, and what else there was."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from psp_core.errors import NoMaskError
from psp_core.preprocessing.lesion.labels import Region, region_of

Source = Literal["contours", "mask", "nnunet", "segmenter"]


@dataclass(frozen=True)
class Choice:
    """What was chosen for one lesion.

    Attributes
    ----------
    source : {"contours", "mask", "nnunet", "segmenter"}
        Whose drawing it is.
    available : tuple of str
        Every source that was at hand, in the order of preference.
    """

    source: Source
    available: tuple[Source, ...]


def choose_source(
    order: Sequence[Source], known: Mapping[Source, Collection[Region]], wanted: Region
) -> Choice:
    """Choose the first source that gives the wanted region, or what stands in for it.

    Parameters
    ----------
    order : sequence of str
        Sources by preference; one that is not listed is not used.
    known : mapping of source to regions
        The sources at hand and the regions that each tells.
    wanted : {"enhancing", "core", "whole"}
        The region of the lesion that the study is about.

    Raises
    ------
    NoMaskError
        If no source gives it.
    """
    available = tuple(source for source in order if known.get(source))
    for source in available:
        if region_of(known[source], wanted) is not None:
            return Choice(source, available)
    at_hand = "; ".join(f"{one} tells {', '.join(sorted(known[one]))}" for one in available)
    raise NoMaskError(
        f"no source gives region {wanted} of the lesion: looked for {', '.join(order)}, "
        f"found {at_hand or 'none of them'}"
    )
