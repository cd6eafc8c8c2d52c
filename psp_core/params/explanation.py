"""Sections on what a model looks at, and on what selecting on the validation fold adds."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from psp_core.params.values import STRICT, Size


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ExplanationParams:
    """Shapley values of the fitted models, and the number of variables M."""

    models: tuple[str, ...] = ("proposed",)
    background: Size = 20
    seeds: Size = 5
    top: Size = 4

    SIZES: ClassVar[tuple[str, ...]] = ("models", "background", "seeds")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class OptimismParams:
    """The published protocol beside the closed one, on cohorts whose truth is known."""

    model: str = "proposed"
    cohorts: Annotated[int, Field(ge=2)] = 20
    patients: Annotated[int, Field(ge=10)] = 59
    fresh_patients: Annotated[int, Field(ge=20)] = 20_000
    background: Size = 4
    nested_folds: Annotated[int, Field(ge=2)] = 2
    most_features: Size = 9

    SIZES: ClassVar[tuple[str, ...]] = ("cohorts", "fresh_patients", "background", "most_features")
