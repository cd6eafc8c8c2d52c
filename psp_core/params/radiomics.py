"""Sections on radiomics and on the two older systems that read them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from psp_core.params.values import STRICT, Positive, Share, Size

Filter = Literal["original", "log_1", "log_2", "log_3", "log_4", "log_5", "wavelet"]
Kept = Annotated[float, Field(gt=0)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RadiomicsParams:
    """Figures of the lesion, and the forest on a few of them (Sun 2021)."""

    SIZES: ClassVar[tuple[str, ...]] = ("filters", "trees")
    filters: Annotated[tuple[Filter, ...], Field(min_length=1)] = (
        *("original", "log_1", "log_2", "log_3", "log_4", "log_5", "wavelet"),
    )
    bins: Annotated[int, Field(ge=2)] = 32
    largest_p: Share = 0.05
    largest_correlation: Share = 0.9
    kept: Size = 10
    trees: Size = 500


@dataclass(frozen=True, kw_only=True, config=STRICT)
class CnnSvmParams:
    """A photograph network, conventional figures and a linear SVM (Akbari 2020, CaPTk)."""

    SIZES: ClassVar[tuple[str, ...]] = ("pixels",)
    weights: str | None = None
    pixels: Annotated[int, Field(ge=32)] = 224
    kept: Annotated[tuple[Kept, ...], Field(min_length=1)] = (10.0, 20.0, 50.0, 0.2)
    selection_folds: Annotated[int, Field(ge=2)] = 3
    inverse_penalty: Positive = 1.0
    captk_share: Share = 0.2
    captk_least: Annotated[int, Field(ge=2)] = 21
