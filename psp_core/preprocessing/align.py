"""One scan from its files to the standard grid: everything that needs raw data.

The result has both channels with their own grey values, and what later stages need of
the planning study in its own frame: dose and contours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.evaluation.classes import CLASSES
from psp_core.preprocessing.align_images import (
    TEMPLATE_MM,
    AlignedImages,
    AlignmentSettings,
    align_images,
)
from psp_core.preprocessing.batch import Prepared
from psp_core.preprocessing.cases import IMAGES, Case
from psp_core.preprocessing.dosimetry.samples import DOSE_FRAME
from psp_core.preprocessing.intensity import percentiles
from psp_core.preprocessing.lesion.given import labels_on_grid, read_given
from psp_core.preprocessing.lesion.labels import region_mask
from psp_core.preprocessing.notes import AlignmentNotes
from psp_core.preprocessing.pictures import take_pictures
from psp_core.preprocessing.planning import contours_of, dose_of
from psp_core.preprocessing.standard import Placed, standard_grid, standard_volume, voxels_cut
from psp_core.preprocessing.store import Array
from psp_core.preprocessing.template import TEMPLATE, template_mask
from psp_core.preprocessing.transform import Rigid, find_map

ESSENTIAL = ("t1ce-flair", "t1ce-template")
"""Pairs without which there is no standard volume."""
PREVIOUS = ("previous", "previous_flair")

Record = dict[str, Any]


def align_scan(case: Case, settings: AlignmentSettings) -> Prepared:
    """Bring one scan to the standard grid.

    Returns
    -------
    Prepared
        Arrays ``values`` (2, D, H, W) float16, T1CE and FLAIR over the median of their
        brain; ``brain`` (D, H, W); ``labels`` where a mask was given; ``previous``
        (2, D, H, W) where there is a believed visit before; ``dose`` in its own frame;
        ``planes`` and ``outlines`` (n, 3, S, S). With a reason, and the pictures alone,
        where T1CE and FLAIR, or T1CE and template, do not fit together.

    Raises
    ------
    PSPError
        If the scan cannot be read, has no believable brain, or the grid cuts the core of
        the lesion that is to be classified.
    """
    aligned = align_images(case, settings)
    notes, t1ce = aligned.notes, aligned.images["t1ce"]
    placed = {
        frame: Placed(image, find_map(notes.maps, TEMPLATE, frame))
        for frame, image in aligned.images.items()
    }
    mask = Volume(aligned.brain.mask.astype(np.float32), t1ce.grid)
    brain = Placed(mask, placed["t1ce"].from_template)
    side, spacing_mm = settings.volume.side, settings.volume.spacing_mm
    record: Record = {
        "dataset": case.dataset, "subject_id": case.subject_id, "timepoint": case.timepoint,
        "label": case.label, "previous_timepoint": case.previous_timepoint,
        "brain": aligned.brain.record(),
    }  # fmt: skip
    with notes.step("standard volume"):
        grid = standard_grid(brain, side=side, spacing_mm=spacing_mm)
        outlined = _outlined(aligned, brain)
        names, planes, outlines = take_pictures(placed, outlined, brain, grid)
    record |= {"affine": grid.affine.tolist(), "pictures": names}
    arrays: dict[str, Array] = {"planes": planes, "outlines": outlines}
    reasons = [f"{pair}: {notes.faults[pair]}" for pair in ESSENTIAL if pair in notes.faults]
    if not reasons:
        with notes.step("standard volume"):
            _standardise(case, placed, brain, grid, arrays, record)
        with notes.step("planning study"):
            dose_arrays, record["dose"] = dose_of(case)
            arrays |= dose_arrays
            record["contours"] = contours_of(case)
        if not record["dose"]["reason"]:
            record["dose"]["reason"] = _unmapped(notes) or _other_frame(aligned, record)
    if any(pair in notes.faults for pair in ("t1ce-previous", "previous-previous_flair")):
        arrays.pop("previous", None)
    return Prepared(arrays, record | notes.record(), "; ".join(reasons))


def _standardise(
    case: Case,
    placed: Mapping[str, Placed],
    brain: Placed,
    grid: Grid,
    arrays: dict[str, Array],
    record: Record,
) -> None:
    """Resample both visits, and the mask that was given, on the standard grid."""
    native = placed["t1ce"].volume.grid
    given = read_given(case, native)
    lesion = None
    record["lesion_voxels_cut"] = 0
    if given is not None and given.values.any():
        whole = Volume(given.values.astype(np.float32), native)
        record["lesion_voxels_cut"] = voxels_cut(Placed(whole, brain.from_template), grid)
        core = region_mask(given.values, "core")
        if case.label in CLASSES and core.any():  # a pre-training scan may lose some tumour
            lesion = Placed(Volume(core.astype(np.float32), native), brain.from_template)
    channels = {kind: placed[kind] for kind in IMAGES}
    standard = standard_volume(channels, brain, grid, lesion=lesion)
    values, record["scales"] = _scaled(standard.channels, standard.brain)
    arrays |= {"values": values, "brain": standard.brain.astype(np.uint8)}
    if given is not None:
        arrays["labels"] = labels_on_grid(given.values, native, brain.from_template, grid)
    if set(PREVIOUS) <= set(placed):
        before = standard_volume({name: placed[name] for name in PREVIOUS}, brain, grid)
        arrays["previous"], _ = _scaled(before.channels, standard.brain)
    record |= {
        "labels_known": sorted(given.known) if given is not None else [],
        "percentiles": {
            kind: percentiles(channel, standard.brain).tolist()
            for kind, channel in zip(IMAGES, values, strict=True)
        },
        "brain_voxels_cut": standard.brain_voxels_cut,
        "brain_share_cut": standard.brain_share_cut,
        "unseen_voxels": list(standard.unseen_voxels),
    }


def _unmapped(notes: AlignmentNotes) -> str:
    """Why a dose that can be read does not belong to T1CE, or nothing."""
    fault = notes.faults.get(f"t1ce-{DOSE_FRAME}")
    if fault:
        return f"T1CE does not fit the planning CT: {fault}"
    if DOSE_FRAME in {one.target for one in notes.maps}:
        return ""
    return (
        "the dose is DICOM and there is no planning CT to register T1CE to; add the CT, or give "
        "the dose as NIfTI in the frame of T1CE"
    )


def _scaled(
    channels: npt.NDArray[np.float32], brain: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float16], list[float]]:
    """Channels over the median of their brain, so that float16 holds them, and the medians.

    A channel without a positive median keeps its values.
    """
    medians = [float(np.median(channel[brain])) for channel in channels]
    scales = [median if median > 0 else 1.0 for median in medians]
    values = channels / np.array(scales, dtype=np.float32)[:, None, None, None]
    return values.astype(np.float16), scales


def _other_frame(aligned: AlignedImages, record: Record) -> str:
    """Whether dose or contours are of another frame of reference than the planning CT."""
    ct = aligned.images.get(DOSE_FRAME)
    drawn = record["contours"]["event"].values()
    frames = {
        "the dose": {record["dose"].get("frame_uid")},
        "the contours of the lesion": {one["frame_uid"] for one in drawn},
    }
    for name, found in frames.items():
        if ct is not None and ct.frame_uid and found - {ct.frame_uid, None}:
            return f"{name}: another frame of reference than that of the planning CT"
    return ""


def _outlined(aligned: AlignedImages, brain: Placed) -> dict[str, Placed]:
    """What is outlined on each picture: the brain of T1CE, and on T1CE that of the CT."""
    found = dict.fromkeys(aligned.images, brain)
    if aligned.ct_brain is not None:
        ct = aligned.images[DOSE_FRAME]
        inside = Volume(aligned.ct_brain.astype(np.float32), ct.grid)
        found["t1ce"] = Placed(inside, find_map(aligned.notes.maps, TEMPLATE, DOSE_FRAME))
    else:
        found["t1ce"] = Placed(template_mask(TEMPLATE_MM), Rigid.identity(TEMPLATE, TEMPLATE))
    return found
