"""The sections of a params file that say where a collection lies and how it is read.

Beside ``root`` and, where there is one, ``table``, every key is an argument of the
collection's loader.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from psp_core.params.values import STRICT, Count, Days

Score = Annotated[int, Field(ge=1, le=6)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class BurdenkoParams:
    """Burdenko-GBM-Progression: images, clinical table and who is eligible."""

    root: str | None = None
    clinical_table: str | None = None
    visit_match: Literal["number", "date", "number_and_date"] = "number"
    date_tolerance_days: Count = 14
    minimum_age_years: Count = 18
    required_series: tuple[Literal["t1", "t1ce", "t2", "flair"], ...] = ("t1ce", "flair")
    prescription_from_dose: bool = True


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ExternalParams:
    """The external centre: a CSV and the images it points to (layout ``own``)."""

    root: str | None = None
    table: str = "cohort.csv"
    registered: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Brats2021Params:
    """BraTS 2021: unlabelled scans for pre-training, landmarks and the segmenter."""

    root: str | None = None
    crosswalk: str | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class UpennGbmParams:
    """UPENN-GBM: baselines without label, and the scored scans before a second surgery."""

    root: str | None = None
    clinical_table: str | None = None
    label_cut: Annotated[int, Field(ge=1, le=5)] = 3
    cuts: tuple[tuple[Score, Score], ...] = ((2, 5), (3, 4), (2, 3), (4, 5))


@dataclass(frozen=True, kw_only=True, config=STRICT)
class UcsfPdgmParams:
    """UCSF-PDGM: pre-operative scans without label."""

    root: str | None = None
    clinical_table: str | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class UcsdPtgbmParams:
    """UCSD-PTGBM: treated scans with an explicit table of treatment effects."""

    root: str | None = None
    clinical_table: str | None = None
    negative_table: str | None = None
    treatment_effect: tuple[Literal["psp", "radiation_necrosis", "non_specific"], ...] = ("psp",)
    earliest_days_since_rt: Count | None = 0
    latest_days_since_rt: Days | None = 180


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LumiereParams:
    """LUMIERE: expert ratings by week; weak labels at best."""

    root: str | None = None
    rt_end_week: Count | None = None
    window_weeks: Days = 12
    weak_labels: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MuGliomaPostParams:
    """MU-Glioma-Post: treated scans without adjudication."""

    root: str | None = None
    clinical_table: str | None = None
    progression_tolerance_days: Count = 30
    weak_labels: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class CfbGbmParams:
    """CFB-GBM: treated scans with a dose grid; weak labels at best."""

    root: str | None = None
    window_weeks: Days = 12
    weak_labels: bool = False
