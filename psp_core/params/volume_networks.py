"""Networks that read the image itself: end to end, after survival, and the DenseNet."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from psp_core.params.values import STRICT, Count, Positive, Size


@dataclass(frozen=True, kw_only=True, config=STRICT)
class VolumeNetworkParams:
    """Budget that all transformers on volumes share; their shape is that of ``ablation``."""

    SIZES: ClassVar[tuple[str, ...]] = ("steps", "batch_size")

    steps: Size = 1000
    batch_size: Size = 8
    learning_rate: Positive = 1e-3
    encoder_learning_rate: Positive = 1e-4
    weight_decay: Annotated[float, Field(ge=0)] = 0.05
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    width: Size = 64
    clinical_tokens: Size = 4
    heads: Size = 1


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SurvivalParams:
    """How an encoder learns from survival."""

    SIZES: ClassVar[tuple[str, ...]] = ("steps", "batch_size")

    collections: tuple[Literal["upenn_gbm", "ucsf_pdgm"], ...] = ("upenn_gbm", "ucsf_pdgm")
    loss: Literal["deephit", "cox", "logistic_hazard"] = "deephit"
    time_points: Size = 5
    ranking_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    held_out_share: Annotated[float, Field(gt=0, lt=1)] = 0.2
    steps: Size = 4000
    batch_size: Size = 16
    learning_rate: Positive = 1e-4
    weight_decay: Annotated[float, Field(ge=0)] = 1e-2


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DenseNetParams:
    """The DenseNet on the image around the lesion."""

    SIZES: ClassVar[tuple[str, ...]] = (
        *("side", "blocks", "growth", "first_features", "steps", "batch_size", "pretext_steps"),
    )

    side: Annotated[int, Field(ge=8)] = 96
    blocks: Annotated[tuple[Size, ...], Field(min_length=1)] = (6, 12, 24, 16)
    growth: Size = 32
    first_features: Size = 64
    steps: Size = 1000
    batch_size: Size = 4
    learning_rate: Positive = 1e-4
    weight_decay: Annotated[float, Field(ge=0)] = 1e-2
    pretext_steps: Count = 4000
    pretext_batch_size: Size = 8
    pretext_learning_rate: Positive = 1e-4
