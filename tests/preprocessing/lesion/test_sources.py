"""Whose drawing is used."""

from __future__ import annotations

from typing import Any

import pytest

from psp_core.errors import NoMaskError
from psp_core.preprocessing.lesion.labels import ALL_REGIONS
from psp_core.preprocessing.lesion.sources import Choice, choose_source

ORDER = ("contours", "mask", "nnunet", "segmenter")
CORE = frozenset({"core"})


@pytest.mark.parametrize(
    ("known", "wanted", "source"),
    [
        ({"segmenter": ALL_REGIONS, "contours": CORE}, "enhancing", "contours"),
        ({"segmenter": ALL_REGIONS, "contours": CORE}, "whole", "segmenter"),
        ({"segmenter": ALL_REGIONS, "mask": ALL_REGIONS}, "core", "mask"),
        ({"contours": (), "nnunet": CORE}, "core", "nnunet"),
    ],
)
def test_the_first_source_that_gives_the_region_wins(known: Any, wanted: Any, source: str) -> None:
    assert choose_source(ORDER, known, wanted).source == source


def test_the_choice_says_what_else_there_was() -> None:
    known: Any = {"segmenter": ALL_REGIONS, "mask": CORE, "nnunet": ()}
    assert choose_source(("segmenter", "mask"), known, "core") == Choice(
        "segmenter", ("segmenter", "mask")
    )


def test_no_source_raises_with_what_was_found() -> None:
    with pytest.raises(NoMaskError, match=r"looked for contours, mask, .* found none of them"):
        choose_source(ORDER, {}, "core")
    with pytest.raises(NoMaskError, match=r"found contours tells core$"):
        choose_source(ORDER, {"contours": CORE}, "whole")
