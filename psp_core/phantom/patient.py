"""A synthetic patient in memory, before any file format.

All positions are LPS mm (DICOM). An array is indexed ``[d, h, w]`` and its
``affine`` maps homogeneous ``(d, h, w, 1)`` to LPS mm of the frame it lives in.
Time is counted in whole days from the end of radiotherapy (negative: before).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Sequence = Literal["t1", "t1ce", "t2", "flair"]
PlanningSystem = Literal["varian", "amphora"]


@dataclass(frozen=True)
class Image:
    """Values on a regular grid: MR in arbitrary units, CT in HU, dose in Gy, masks in labels."""

    values: npt.NDArray[np.generic]  # (D, H, W)
    affine: npt.NDArray[np.float64]  # (4, 4), (d, h, w, 1) -> LPS mm


@dataclass(frozen=True)
class Structure:
    """A drawn volume: closed planar contours in the frame of the planning CT.

    ``name`` is neutral (``brainstem``, ``gtv``, ``follow_up_2_enhancing``); each
    planning system spells it in its own dialect when it is written.
    A structure may be listed without any contour.
    """

    name: str
    contours: tuple[npt.NDArray[np.float64], ...]  # each (n, 3), LPS mm


@dataclass(frozen=True)
class Planning:
    """The planning study: CT frame, four MR series, structures, plan and dose.

    The MR series lie in a scanner frame of their own (not that of the CT).
    """

    ct: Image
    mr: Mapping[Sequence, Image]
    structures: tuple[Structure, ...]
    dose: Image  # Gy, in the CT frame
    prescription_gy: float
    fractions: int
    fractions_in_plan: int  # fewer than `fractions` in a partial plan
    mr_target: Structure | None = None  # a target drawn on T1CE, in that scanner's frame


@dataclass(frozen=True)
class FollowUp:
    """One imaged visit after radiotherapy, in its own scanner frame."""

    visit_number: int  # the n of "Control visit n", from 1
    days_since_rt: int
    mr: Mapping[Sequence, Image]


@dataclass(frozen=True)
class ClinicalRow:
    """What the clinical table says of a patient; None is an empty cell.

    Days count from the end of radiotherapy. ``responses`` and ``visit_days`` run
    over all visits of the table, imaged or not.
    """

    sex: Literal["F", "M"] | None
    age_years: int
    idh_status: Literal["mutant", "wildtype", "unknown"]
    mgmt_status: Literal["methylated", "unmethylated", "unknown"]
    responses: tuple[str, ...]
    visit_days: tuple[int, ...]
    surgery_day: int
    rt_start_day: int
    topometric_mri_day: int
    death_day: int | None


@dataclass(frozen=True)
class PhantomPatient:
    """One patient with everything a collection could write about them."""

    number: int  # position in the collection, from 1; carries no label
    planning_system: PlanningSystem
    clinical: ClinicalRow
    planning: Planning
    follow_ups: tuple[FollowUp, ...]
