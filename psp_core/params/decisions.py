"""Section on what a decision would rest on: calibration, thresholds, abstention, site probe."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from psp_core.params.values import STRICT, Positive, Size

Risk = Annotated[float, Field(gt=0, lt=1)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DecisionsParams:
    """Which models are shown, and when a calibration, a set or a probe says something."""

    models: tuple[str, ...] = ("proposed", "mri_only", "clinical_logistic", "days_only")
    widest_slope_interval: Positive = 1.0
    reliability_bins: Size = 5
    smooth_from: Size = 100
    thresholds: Annotated[tuple[Risk, ...], Field(min_length=1)] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
    bootstrap_samples: Annotated[int, Field(ge=100)] = 2000
    conformal_alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.2
    site_folds: Annotated[int, Field(ge=2)] = 5
    site_repeats: Size = 3
    site_permutations: Annotated[int, Field(ge=19)] = 999
