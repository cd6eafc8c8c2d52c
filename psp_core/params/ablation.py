"""The ablation of self-supervision: which encoders, at which size."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from psp_core.params.values import STRICT, Count, Share, Size

VariantName = Literal["r + c*r", "r + c", "r", "c", "mae", "10 %", "1 %", "untrained"]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AblationParams:
    """Encoders that differ in what they were taught with, and in nothing else.

    What is not named here (learning rate, corruption, temperature, precision) is that of
    ``pretraining``.
    """

    SIZES: ClassVar[tuple[str, ...]] = (
        *("side", "patch", "width", "depth", "heads", "steps", "batch_size"),
        *("decoder_width", "decoder_depth", "decoder_heads"),
    )

    variants: tuple[VariantName, ...] = (
        *("r + c*r", "r + c", "r", "c", "mae", "10 %", "1 %", "untrained"),
    )
    side: Annotated[int, Field(ge=4)] = 160
    patch: Size = 20
    width: Size = 768
    depth: Size = 12
    heads: Size = 12
    steps: Count = 31_000
    batch_size: Annotated[int, Field(ge=2)] = 8
    least_scans: Annotated[int, Field(ge=2)] = 2
    hidden_share: Share = 0.75
    decoder_width: Size = 512
    decoder_depth: Size = 8
    decoder_heads: Size = 16
    draws: Annotated[int, Field(gt=0)] = 5
    network_draws: Count = 1
