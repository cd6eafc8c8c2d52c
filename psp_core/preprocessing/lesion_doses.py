"""Dose to the lesion of one prepared scan, under one or all definitions of the lesion."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import EmptyMaskError, NoMaskError
from psp_core.params.sections import DosimetryParams, LesionParams
from psp_core.preprocessing.batch import Prepared
from psp_core.preprocessing.dosimetry.lesion_dose import lesion_dose, lesion_dvh
from psp_core.preprocessing.dosimetry.planned_dose import PlannedDose, planned_dose
from psp_core.preprocessing.dosimetry.samples import (
    DOSE_FRAME,
    LesionSamples,
    sample_mask,
    sample_structure,
)
from psp_core.preprocessing.dosimetry.uncertainty import dose_intervals, larger_sd
from psp_core.preprocessing.drawn import read_contours
from psp_core.preprocessing.lesion.components import Component
from psp_core.preprocessing.lesion.definition import define_lesion
from psp_core.preprocessing.lesion.labels import LesionLabels, Region, region_mask
from psp_core.preprocessing.store import VolumeStore
from psp_core.preprocessing.template import TEMPLATE
from psp_core.preprocessing.transform import find_map, read_maps
from psp_core.runs import digest_of

DVH_LEVELS_PERCENT: npt.NDArray[np.float64] = np.arange(0.0, 121.0).astype(np.float64)

Record = dict[str, Any]


@dataclass(frozen=True)
class DoseItem:
    """One scan whose lesion doses are wanted; `all_definitions` costs nine times as much."""

    key: str
    digest: str
    all_definitions: bool


@dataclass(frozen=True)
class DoseSettings:
    """Where the scans lie, and the parameters of the study."""

    aligned: VolumeStore
    volumes: VolumeStore
    dosimetry: DosimetryParams
    lesion: LesionParams
    seed: int


def lesion_doses(item: DoseItem, settings: DoseSettings) -> Prepared:
    """Compute the dose features of one scan.

    Returns
    -------
    Prepared
        ``definitions`` in the record: one flat record per definition, the study's own
        first, with ``region``, ``component`` (asked for), ``region_used``,
        ``component_used`` and the figures of `lesion_dose.lesion_dose`; that first one
        with the intervals of `uncertainty.dose_intervals`. Array ``dvh`` (L,): shares of
        the volume at `DVH_LEVELS_PERCENT`. With a reason, and neither, where the dose or
        the lesion is not usable.
    """
    kept = settings.aligned.record(item.key)
    finished = settings.volumes.record(item.key)
    reason = _reason(kept, finished)
    if reason:
        return Prepared({}, {}, reason)
    plan = _plan(kept["dose"], settings, item.key)
    scan = _Scan(item.key, kept, finished, settings)
    wanted = (settings.lesion.region, settings.lesion.component)
    definitions = []
    arrays = {}
    for region, component in _definitions(wanted, everything=item.all_definitions):
        record: Record = {"region": region, "component": component}
        try:
            samples, told = scan.sample(region, component)
        except (EmptyMaskError, NoMaskError) as error:
            definitions.append(record | {"lesion_reason": str(error)})
            continue
        record |= told | lesion_dose(
            samples,
            plan,
            in_field_share=settings.dosimetry.in_field_share,
            marginal_share=settings.dosimetry.marginal_share,
            alpha_beta_gy=settings.dosimetry.alpha_beta_gy,
        )
        if (region, component) == wanted:
            record |= scan.intervals(samples, plan)
            arrays["dvh"] = lesion_dvh(samples, plan, DVH_LEVELS_PERCENT)
        definitions.append(record)
    return Prepared(arrays, {"definitions": definitions})


def _reason(kept: Mapping[str, Any], finished: Mapping[str, Any]) -> str:
    """Why no dose to the lesion can be told, or nothing."""
    if finished["reason"]:
        return str(finished["reason"])
    return str(kept["dose"]["reason"] or finished["lesion"]["reason"])


def _definitions(
    wanted: tuple[Region, Component], *, everything: bool
) -> Iterator[tuple[Region, Component]]:
    """The study's own definition, then all others."""
    yield wanted
    if everything:
        yield from (
            pair for pair in product(get_args(Region), get_args(Component)) if pair != wanted
        )


def _plan(dose: Mapping[str, Any], settings: DoseSettings, key: str) -> PlannedDose:
    values = settings.aligned.read(key, "dose").astype(np.float64)
    grid = Grid(values.shape, np.array(dose["affine"]))
    return planned_dose(
        Volume(values, grid, dose["frame_uid"]),
        prescription_gy=_known(dose["prescription_gy"]),
        fractions=_known(dose["fractions"]),
        isodoses=settings.dosimetry.isodoses,
    )


class _Scan:
    """A prepared scan as the source of lesions in the dose frame."""

    def __init__(self, key: str, kept: Record, finished: Record, settings: DoseSettings) -> None:
        self.settings, self.finished = settings, finished
        self.registration: Record = kept["registrations"].get("t1ce-ct", {})
        known = frozenset(finished["lesion"]["known"])
        self.labels = LesionLabels(settings.volumes.read(key, "labels"), known)
        self.previous = None
        if settings.volumes.has(key, "previous_labels"):
            known = frozenset(finished["lesion"]["previous_known"])
            self.previous = LesionLabels(settings.volumes.read(key, "previous_labels"), known)
        self.grid = Grid(self.labels.values.shape, np.array(finished["affine"]))
        self.to_dose = find_map(read_maps(kept["maps"]), TEMPLATE, DOSE_FRAME)
        self.contours = read_contours(kept["contours"]["event"])
        self.seed = int(digest_of([settings.seed, key])[:12], 16)

    def sample(self, region: Region, component: Component) -> tuple[LesionSamples, Record]:
        """Points of the lesion under a definition, and what the definition came to."""
        chosen, used = define_lesion(
            self.labels,
            self.previous,
            region=region,
            component=component,
            voxel_cm3=self.grid.voxel_volume_cm3,
        )
        is_drawn = self.finished["lesion"]["source"] == "contours" and used in self.contours
        if is_drawn and np.array_equal(chosen.mask, region_mask(self.labels.values, used)):
            samples = sample_structure(self.contours[used])  # drawn in the dose frame itself
        else:
            samples = sample_mask(
                chosen.mask,
                self.grid,
                to_dose=self.to_dose,
                supersample=self.settings.dosimetry.supersample,
            )
        return samples, {"region_used": used, "component_used": chosen.component}

    def intervals(self, samples: LesionSamples, plan: PlannedDose) -> dict[str, float]:
        """Intervals of the doses under errors of the registration."""
        shown = [_known(self.registration.get(name)) for name in ("inverse_mm", "spread_mm")]
        dosimetry = self.settings.dosimetry
        middle = (np.array(self.grid.shape) - 1) / 2
        return dose_intervals(
            samples,
            plan,
            perturbations=dosimetry.perturbations,
            sd_mm=larger_sd(dosimetry.perturbation_mm, shown),
            sd_degrees=dosimetry.perturbation_degrees,
            generator=np.random.default_rng(self.seed),
            centre_mm=self.to_dose.apply(self.grid.to_world(middle)),
        )


def _known(value: float | None) -> float:
    return math.nan if value is None else value
