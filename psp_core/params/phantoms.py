"""The section on phantom patients."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from psp_core.params.values import STRICT, Count, Positive


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PhantomSizes:
    """Patients per phantom cohort."""

    train: Count
    train_ineligible: Count
    external: Count
    development: Count
    learning: Count
    sealed: Count
    brats2021: Count
    upenn_gbm: Count
    ucsf_pdgm: Count
    upenn_follow_up: Count = 0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PhantomSpacing:
    """Voxel sides in mm."""

    template_mm: Positive = 2.5
    mr_mm: Positive = 2.5
    flair_slice_mm: Positive = 5.0
    ct_mm: Positive = 2.5
    ct_slice_mm: Positive = 3.0
    dose_mm: Positive = 5.0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PhantomEffects:
    """Distance between the class means of each latent, in standard deviations.

    Positive: larger in true progression.
    """

    outfield: float
    solidity: float
    rim: float
    oedema: float


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PhantomSwitches:
    """Departures from the default causal story; each off by default."""

    zero_effect: bool = False
    label_depends_on_time_only: bool = False
    interaction: bool = False
    centre_shift: bool = True
    label_noise: Annotated[float, Field(ge=0, lt=0.5)] = 0.0
    informative_missingness: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PhantomParams:
    """The synthetic patients: how many, how strong the effects, on which grids."""

    sizes: PhantomSizes
    effects: PhantomEffects
    spacing: PhantomSpacing = field(default_factory=PhantomSpacing)
    switches: PhantomSwitches = field(default_factory=PhantomSwitches)
    timing: Literal["jang2018", "burdenko"] = "jang2018"
    layout: Literal["nbia", "descriptive", "classic", "zips", "reorganised"] = "descriptive"
    true_progression_fraction: Annotated[float, Field(gt=0, lt=1)] = 34 / 59
