"""The section on the timing question: what the interval since radiotherapy says by itself."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from psp_core.params.values import STRICT, Days, Size


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TimingQuestionParams:
    """Which patients time is asked of, and how its fitted models are judged."""

    early_days: Days = 84
    follow_ups: Annotated[tuple[Size, ...], Field(min_length=1)] = (1, 2, 3, 4)
    fitted_windows_days: tuple[Days, ...] = (30, 60, 90, 120, 180, 365)
    fitted_minimum_per_class: Annotated[int, Field(ge=2)] = 10
    bootstrap_samples: Annotated[int, Field(ge=10)] = 200
    splits: Size = 10
    draws: Annotated[int, Field(ge=20)] = 2000
    phantom_patients: tuple[Size, ...] = (59, 2000)
    largest_bootstrapped: Size = 200
