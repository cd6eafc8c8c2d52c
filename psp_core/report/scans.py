"""What the quality pages show of prepared scans: slices, grey values, alignments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from psp_core.preprocessing.cases import IMAGES, Case
from psp_core.preprocessing.store import VolumeStore
from psp_core.report.slices import largest_slice

SAMPLED = 4000  # grey values per scan; a curve needs no more
WINDOWS = {"planning CT": (-150.0, 350.0)}  # HU: soft tissue grey, bone white
FRAMES = {
    "t1ce": "T1CE", "flair": "FLAIR", "ct": "planning CT",
    "previous": "T1CE before", "previous_flair": "FLAIR before",
}  # fmt: skip

Images = npt.NDArray[np.floating]


class Slices(NamedTuple):
    """One axial slice of each scan: T1CE, FLAIR and lesion, each (n, H, W)."""

    t1ce: Images
    flair: Images
    lesion: npt.NDArray[np.bool_]
    has_lesion: list[bool]


def lesion_slices(volumes: VolumeStore, keys: Sequence[str]) -> Slices:
    """Slices through the largest extent of each lesion; through the middle without one."""
    t1ce, flair, lesions, found = [], [], [], []
    for key in keys:
        volume = volumes.open(key)
        has_lesion = volumes.has(key, "lesion")
        mask = volumes.open(key, "lesion") > 0 if has_lesion else np.zeros(volume.shape[1:], bool)
        number = largest_slice(mask.astype(np.uint8)) if has_lesion else len(mask) // 2
        t1ce.append(volume[0, number])
        flair.append(volume[1, number])
        lesions.append(mask[number])
        found.append(has_lesion)
    return Slices(
        np.array(t1ce, np.float32), np.array(flair, np.float32), np.array(lesions, bool), found
    )


def grey_values(
    store: VolumeStore, keys: Sequence[str], kind: str, *, name: str, seed: int = 0
) -> list[Images]:
    """Some grey values of the brain of each scan.

    Parameters
    ----------
    kind : {"t1ce", "flair"}
        Channel.
    name : str
        Array of the store: ``values`` or ``volume``; the first is given in the scanner's units.
    """
    channel, samples = IMAGES.index(kind), []
    rng = np.random.default_rng(seed)
    for key in keys:
        inside = np.flatnonzero(store.open(key, "brain"))
        chosen = np.sort(rng.choice(inside, min(SAMPLED, inside.size), replace=False))
        values = store.open(key, name)[channel].ravel()[chosen].astype(np.float64)
        if name == "values":
            values = values * store.record(key)["scales"][channel]
        samples.append(values)
    return samples


def alignment_planes(
    aligned: VolumeStore, key: str, frames: Sequence[str]
) -> tuple[dict[str, Images], dict[str, npt.NDArray[np.bool_]]]:
    """Pictures and outlines of one scan for `plot_alignment`; frames it lacks are left out."""
    record: Mapping[str, Any] = aligned.record(key)
    planes, outlines = aligned.open(key, "planes"), aligned.open(key, "outlines")
    places = {
        FRAMES[frame]: record["pictures"].index(frame)
        for frame in frames
        if frame in record["pictures"]
    }
    return (
        {name: np.array(planes[place], np.float32) for name, place in places.items()},
        {name: np.array(outlines[place], bool) for name, place in places.items()},
    )


def short_names(cases: Sequence[Case]) -> list[str]:
    """Last part of each study ID with the time point, as ``014 v2``."""
    return [f"{re.split('[-_.]', case.subject_id)[-1]} v{case.timepoint}" for case in cases]
