"""Which voxels of a scan are the lesion, who drew them, and how it grew."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.grid import Grid
from psp_core.errors import CutLesionError, EmptyMaskError, NoMaskError
from psp_core.evaluation.classes import CLASSES
from psp_core.params.sections import LesionParams
from psp_core.preprocessing.dosimetry.samples import DOSE_FRAME
from psp_core.preprocessing.drawn import read_contours
from psp_core.preprocessing.lesion.agreement import dice
from psp_core.preprocessing.lesion.components import Growth, growth
from psp_core.preprocessing.lesion.definition import define_lesion
from psp_core.preprocessing.lesion.drawings import Drawers, Drawing, Visit, drawings
from psp_core.preprocessing.lesion.labels import LesionLabels, region_mask
from psp_core.preprocessing.lesion.nnunet import Nnunet
from psp_core.preprocessing.lesion.segmenter import Segmenter
from psp_core.preprocessing.lesion.sources import Source, choose_source
from psp_core.preprocessing.standard import outside_grid
from psp_core.preprocessing.store import Array, VolumeStore
from psp_core.preprocessing.template import TEMPLATE
from psp_core.preprocessing.transform import find_map, read_maps

Floats = npt.NDArray[np.floating]
Record = dict[str, Any]
Drawn = Mapping[Source, Drawing]


@dataclass(frozen=True, eq=False)
class ScanOnGrid:
    """An aligned scan and the visit before on the standard grid.

    Attributes
    ----------
    key : str
        In `aligned`.
    kept : mapping
        Its record there.
    values, before : float array, shape (2, D, H, W)
        T1CE and FLAIR of both visits with their own grey values; None without a visit before.
    volume, volume_before : float array, shape (2, D, H, W)
        The same on the study's scale.
    """

    key: str
    kept: Record
    aligned: VolumeStore
    values: Floats
    volume: Floats
    before: Floats | None = None
    volume_before: Floats | None = None


def decide_lesion(
    scan: ScanOnGrid, lesion: LesionParams, segmenter: Path | None
) -> tuple[dict[str, Array], Record]:
    """Decide the lesion of a scan.

    Networks draw on labelled scans alone: others have a mask or need none.

    Returns
    -------
    arrays : dict
        ``labels``, ``lesion`` and ``previous_labels``, see `finish.finish_scan`.
    record : dict
        Source and those at hand, region and component that it came to, volume, and growth
        by the first source that drew both visits; ``agreement``: Dice of the drawn and the
        segmented core, where both are there. NaN for what is unknown.

    Raises
    ------
    NoMaskError
        If no source tells the region.
    EmptyMaskError
        If the source that was chosen has no voxel of it.
    CutLesionError
        If its contour reaches beyond the standard grid.
    """
    grid = Grid(scan.values.shape[1:], np.array(scan.kept["affine"]))
    drawers = Drawers()
    if scan.kept["label"] in CLASSES:
        drawers = open_drawers(lesion.nnunet_folder, lesion.trust_checkpoint, segmenter)
    drawn, before = _draw_both(scan, grid, drawers)
    known = {source: drawing.known for source, drawing in drawn.items()}
    choice = choose_source(lesion.sources, known, lesion.region)
    if choice.source == "contours":
        _require_inside(scan.kept, grid)
    labels = drawn[choice.source].labels
    previous = before[choice.source].labels if choice.source in before else None
    selection, region = define_lesion(
        labels,
        previous,
        region=lesion.region,
        component=lesion.component,
        voxel_cm3=grid.voxel_volume_cm3,
    )
    arrays: dict[str, Array] = {
        "labels": labels.values,
        "lesion": selection.mask.astype(np.uint8),
    }
    if previous is not None:
        arrays["previous_labels"] = previous.values
    grown_by, grown = _growth(drawn, before, lesion, grid.voxel_volume_cm3)
    record: Record = {
        "reason": "",
        "source": choice.source,
        "available": list(choice.available),
        "known": sorted(labels.known),
        "previous_known": sorted(previous.known) if previous is not None else [],
        "region": region,
        "component": selection.component,
        "n_components": selection.n_components,
        "n_tiny": selection.n_tiny,
        "volume_cm3": float(selection.mask.sum()) * grid.voxel_volume_cm3,
        "growth_source": grown_by,
        "growth_cm3": grown.absolute_cm3,
        "growth_ratio": grown.relative,
        "agreement": _agreement(drawn),
    }
    return arrays, record


def _draw_both(scan: ScanOnGrid, grid: Grid, drawers: Drawers) -> tuple[Drawn, Drawn]:
    """Every source at hand of this visit and of the one before."""
    in_ct = _in_ct(scan.kept, grid)
    mask = None
    if scan.aligned.has(scan.key, "labels"):
        known = frozenset(scan.kept["labels_known"])
        mask = LesionLabels(scan.aligned.read(scan.key, "labels"), known)
    contours = scan.kept["contours"]
    now = Visit(scan.values, scan.volume, mask, read_contours(contours["event"]))
    if scan.before is None or scan.volume_before is None:
        return drawings(now, grid, in_ct, drawers), {}
    earlier = Visit(scan.before, scan.volume_before, None, read_contours(contours["previous"]))
    return drawings(now, grid, in_ct, drawers), drawings(earlier, grid, in_ct, drawers)


def _require_inside(kept: Record, grid: Grid) -> None:
    """Check that the standard grid holds the whole core that was drawn."""
    core = read_contours(kept["contours"]["event"]).get("core")
    if core is None:
        return
    to_template = find_map(read_maps(kept["maps"]), DOSE_FRAME, TEMPLATE)
    outside = outside_grid(to_template.apply(np.concatenate(core.contours)), grid)
    if outside.any():
        raise CutLesionError(
            f"the standard volume cuts the drawn lesion: {int(outside.sum())} of {outside.size} "
            "points of its contours lie outside; enlarge volume.side, or leave the case out"
        )


def _in_ct(kept: Record, grid: Grid) -> Grid | None:
    """The standard grid as it lies in the planning CT, if the two fit together."""
    if f"t1ce-{DOSE_FRAME}" in kept["faults"]:
        return None
    maps = read_maps(kept["maps"])
    if DOSE_FRAME not in {one.target for one in maps}:
        return None
    return find_map(maps, TEMPLATE, DOSE_FRAME).carry(grid)


def _growth(
    drawn: Drawn, before: Drawn, lesion: LesionParams, voxel_cm3: float
) -> tuple[Source | None, Growth]:
    """Growth by the first source that drew the region at this visit and any at the one before."""
    for source in lesion.sources:
        if source not in drawn or source not in before:
            continue
        with suppress(NoMaskError, EmptyMaskError):  # the next source may have drawn it
            chosen, _ = define_lesion(
                drawn[source].labels,
                before[source].labels,
                region=lesion.region,
                component=lesion.component,
                voxel_cm3=voxel_cm3,
            )
            return source, growth(chosen.mask, chosen.previous, voxel_cm3)
    return None, Growth(math.nan, math.nan)


def _agreement(drawn: Drawn) -> float:
    """Dice of the drawn and the segmented core: an independent look at the map to the CT."""
    if not {"contours", "segmenter"} <= set(drawn) or "core" not in drawn["contours"].known:
        return math.nan
    sources: tuple[Source, Source] = ("contours", "segmenter")
    one, other = (region_mask(drawn[name].labels.values, "core") for name in sources)
    return dice(one, other)


@cache
def open_drawers(
    nnunet_folder: str | None, trusted: tuple[str, ...], segmenter: Path | None
) -> Drawers:
    """Open the networks of a study, once per process.

    Raises
    ------
    MissingInputError, CheckpointError
        If one of them is not there, or not trusted.
    """
    return Drawers(
        Nnunet(Path(nnunet_folder), trusted) if nnunet_folder else None,
        Segmenter.load(segmenter) if segmenter else None,
    )
