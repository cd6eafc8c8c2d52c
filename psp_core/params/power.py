"""Section of the page on power: what is asked of how many patients."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from psp_core.params.published_counts import PUBLISHED_COUNTS, TEST_SET, VALIDATION_SET
from psp_core.params.values import STRICT, Size

Area = Annotated[float, Field(gt=0.5, lt=1)]
Correlation = Annotated[float, Field(ge=0, lt=1)]
Two = Annotated[int, Field(ge=2)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PowerParams:
    """What few patients can show, and how many are needed."""

    repetitions: Annotated[int, Field(ge=20)] = 5_000
    test: tuple[Two, Two] = PUBLISHED_COUNTS[TEST_SET]
    training: tuple[Two, Two] = PUBLISHED_COUNTS[VALIDATION_SET]
    folds: Two = 5
    first_auc: Area = 0.753
    second_auc: Area = 0.686
    correlations: Annotated[tuple[Correlation, ...], Field(min_length=1)] = (
        0.0,
        0.3,
        0.5,
        0.7,
        0.8,
    )
    power: Annotated[float, Field(gt=0.05, lt=1)] = 0.8
    true_auc: Area = 0.70
    correlation: Correlation = 0.5
    fold_correlation: Annotated[float, Field(ge=0, le=1)] = 0.8
    compared: Two = 4
    most_models: Two = 10
    margin: Annotated[float, Field(gt=0, lt=1)] = 0.03
    development_auc: Area = 0.75
    most_parameters: Size = 20
