"""Sections on encoder, models, numbers and controls, one frozen dataclass each."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from psp_core.params.values import STRICT, Count, Positive, Share, Size, TestSet, Unlabelled


@dataclass(frozen=True, kw_only=True, config=STRICT)
class EncoderParams:
    """Shape of the 3-D vision transformer."""

    patch: Size = 20
    width: Size = 768
    depth: Size = 12
    heads: Size = 12


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PretrainingParams:
    """How the encoder learns from scans without labels."""

    collections: tuple[Unlabelled, ...] = ("brats2021", "upenn_gbm", "ucsf_pdgm")
    steps: Count = 31_000
    batch_size: Annotated[int, Field(ge=2)] = 8
    learning_rate: Positive = 1e-4
    weight_decay: Annotated[float, Field(ge=0)] = 1e-2
    warmup_share: Annotated[float, Field(ge=0, lt=1)] = 0.05
    mix: Literal["r + c*r", "r + c", "r", "c"] = "r + c*r"
    contrastive_on: Literal["reconstructions", "embeddings"] = "reconstructions"
    temperature: Positive = 0.05
    swaps: Count = 10
    swap_share: tuple[Share, Share] = (0.05, 0.10)
    holes: Count = 6
    hole_share: tuple[Share, Share] = (0.05, 0.33)
    keep_probability: Annotated[float, Field(ge=0, le=1)] = 0.5
    keep_share: tuple[Share, Share] = (0.21, 0.67)
    precision: Literal["auto", "float32", "bf16"] = "auto"
    snapshots: tuple[Share, ...] = (0.05, 0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ProbingParams:
    """What linear probes ask the tokens for."""

    collections: tuple[str, ...] = ("burdenko", "brats2021")
    scans: Annotated[int, Field(gt=0)] = 300
    folds: Annotated[int, Field(ge=2)] = 5
    repeats: Annotated[int, Field(gt=0)] = 3


@dataclass(frozen=True, kw_only=True, config=STRICT)
class NetworkParams:
    """Budget and size that all networks on frozen tokens share."""

    steps: Size = 100
    batch_size: Size = 32
    learning_rate: Positive = 3e-3
    weight_decay: Annotated[float, Field(ge=0)] = 0.1
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    width: Size = 64
    clinical_tokens: Size = 4
    heads: Size = 1


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ClassificationParams:
    """Which models are fitted, on which folds."""

    models: tuple[str, ...] = ("proposed", "mri_only", "clinical_network", "majority")
    folds: Annotated[int, Field(ge=2)] = 5
    inner_folds: Annotated[int, Field(ge=2)] = 3
    heavy_inner_folds: Annotated[int, Field(ge=2)] = 2
    protocol: Literal["closed", "published"] = "closed"
    seeds: Size = 1
    heavy_seeds: Size = 1
    score_sealed: bool = False
    test_sets: tuple[TestSet, ...] = ("external", "upenn_gbm", "ucsd_ptgbm")
    network: NetworkParams = field(default_factory=NetworkParams)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class BaselinesParams:
    """Which systems of other studies are fitted."""

    models: tuple[str, ...] = ("clinical_logistic",)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class EvaluationParams:
    """Intervals and tests of results, and models that are repeated to see how they vary."""

    confidence_level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    bootstrap_samples: Annotated[int, Field(ge=100)] = 2000
    coverage_repetitions: Annotated[int, Field(ge=10)] = 2000
    rank_draws: Annotated[int, Field(ge=100)] = 10_000
    sensitivity_target: Share = 0.9
    subgroup_models: tuple[str, ...] = ("proposed", "clinical_logistic")
    instability_models: tuple[str, ...] = ("clinical_logistic", "days_only")
    instability_repetitions: Annotated[int, Field(ge=2)] = 20


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TruthParams:
    """Controls on phantoms, where the best that can be reached is known."""

    plumbing_patients: Annotated[int, Field(gt=0)] = 2000
    plumbing_test_patients: Annotated[int, Field(gt=0)] = 20000
    plumbing_tolerance: Annotated[float, Field(gt=0, lt=0.5)] = 0.03
    heavy_plumbing_patients: Annotated[int, Field(gt=0)] = 400
    heavy_plumbing_test_patients: Annotated[int, Field(gt=0)] = 1000
    heavy_plumbing_tolerance: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    zero_effect_cohorts: Annotated[int, Field(ge=2)] = 20
    zero_effect_patients: Annotated[int, Field(gt=0)] = 59
    zero_effect_test_patients: Annotated[int, Field(gt=0)] = 2000
    zero_effect_tolerance: Annotated[float, Field(gt=0, lt=0.5)] = 0.01
    learning_patients: tuple[int, ...] = (59, 118, 250, 500, 2000)
    learning_seeds: Annotated[int, Field(gt=0)] = 5
    learning_network_seeds: Annotated[int, Field(ge=0)] = 5
