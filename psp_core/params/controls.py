"""Sections on controls that need no truth: which are fitted, and how labels are scrambled."""

from __future__ import annotations

from dataclasses import field

from pydantic.dataclasses import dataclass

from psp_core.params.values import STRICT, Count, Size, TestSet


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ScrambleParams:
    """How often the training labels are permuted, for which models."""

    models: tuple[str, ...] = ("clinical_logistic", "clinical_no_time")
    permutations: Size = 999
    network_models: tuple[str, ...] = ("proposed_lesion",)
    network_permutations: Size = 39
    network_steps: Size = 25
    network_inner_folds: Size = 2
    test_set: TestSet = "external"
    batch: Size = 50
    single_seed: Count = 7777


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ControlsParams:
    """Which controls are fitted."""

    models: tuple[str, ...] = ("majority", "days_only")
    scramble: ScrambleParams = field(default_factory=ScrambleParams)
