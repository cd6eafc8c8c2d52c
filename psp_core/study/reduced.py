"""Which rows of a run are fitted at less than the size that the papers print or imply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from psp_core.params.sections import Params
from psp_core.params.volume_networks import SurvivalParams
from psp_core.study.entry import Entry

Sizes = Mapping[str, tuple[str, ...]]
_TAUGHT = ("steps", "batch_size")
_ENCODER: Sizes = {"volume": ("side",), "encoder": ("patch", "width", "depth", "heads")}
_SMALL = ("side", "patch", "width", "depth", "heads")
_DECODER = ("decoder_width", "decoder_depth", "decoder_heads")
_SMALL_SHAPE: Sizes = {"ablation": _SMALL}
_SMALL_TAUGHT: Sizes = {"ablation": (*_SMALL, *_TAUGHT)}
OF_SOURCE: Mapping[str, Sizes] = {
    "tokens": {**_ENCODER, "pretraining": _TAUGHT},
    "untrained_tokens": _ENCODER,
    "small_encoder": _SMALL_TAUGHT,
    "small_encoder:untrained": _SMALL_SHAPE,
    "small_encoder:survival": {**_SMALL_SHAPE, "survival": SurvivalParams.SIZES},
    "ablation_tokens": _SMALL_TAUGHT,
    "ablation_tokens:untrained": _SMALL_SHAPE,
    "ablation_tokens:mae": {"ablation": (*_SMALL, *_TAUGHT, *_DECODER)},
}
"""Sizes that a source brings with it, by section: of its full name, else of what stands before the
colon. Those of the DenseNet's first weights are in its own section."""


def reduced_settings(params: Params, entry: Entry) -> list[str]:
    """Settings of an arm that are smaller, or just other, than at paper size.

    A section says in ``SIZES`` which of its fields are sizes; the defaults of the sections are
    the paper's. An arm that reads an encoder, or its tokens, has the sizes of the encoder and
    of what it was taught with, too.

    Returns
    -------
    list of str
        Dotted keys; empty for an arm at full size.
    """
    own = getattr(type(section_of(params, entry.params)), "SIZES", ())
    read = [OF_SOURCE.get(name) or OF_SOURCE.get(name.partition(":")[0], {})
            for name in entry.sources.values()]  # fmt: skip
    named = dict.fromkeys(
        (dotted, size)
        for sizes in ({entry.params: own}, *read)
        for dotted, these in sizes.items()
        for size in these
    )
    return [
        f"{dotted}.{size}"
        for dotted, size in named
        if getattr(section_of(params, dotted), size) != _default(section_of(params, dotted), size)
    ]


def section_of(params: Params, dotted: str) -> Any:
    """A section of the params by its dotted name."""
    section: Any = params
    for part in dotted.split("."):
        section = getattr(section, part)
    return section


def _default(section: Any, name: str) -> Any:
    """Default of a field, which may be a section itself."""
    found = next(field for field in fields(section) if field.name == name)
    return found.default if found.default_factory is MISSING else found.default_factory()
