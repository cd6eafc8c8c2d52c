"""A synthetic pre-operative (or re-operated) scan in memory, before any file format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from psp_core.phantom.patient import Image, Sequence

SEGMENTATION_LABELS = (0, 1, 2, 4)
"""Background, necrotic core, oedema, enhancing tumour (BraTS 2021)."""


@dataclass(frozen=True)
class PreoperativeCase:
    """One scan of the unlabelled collections; None is an unknown value.

    Survival counts from the surgery that follows the scan.
    """

    number: int  # position in the collection, from 1
    images: Mapping[Sequence, Image]  # skull-stripped, background 0, one common grid
    segmentation: Image | None  # SEGMENTATION_LABELS; none for a follow-up scan
    sex: Literal["F", "M"] | None
    age_years: float
    idh_status: Literal["mutant", "wildtype", "unknown"]
    mgmt_status: Literal["methylated", "unmethylated", "unknown"]
    survival_days: int | None
    survival_event: bool | None  # True: died
    extent_of_resection: Literal["gross_total", "subtotal", "biopsy", "unknown"]
    days_since_baseline: int = 0  # above 0 for the scan before a second surgery
    psp_tp_score: int | None = None  # 1 treatment effect .. 6 tumour, second surgery only

    @property
    def is_follow_up(self) -> bool:
        """Whether this is the scan before a second surgery."""
        return self.days_since_baseline > 0
