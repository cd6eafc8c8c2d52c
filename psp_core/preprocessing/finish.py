"""One aligned scan to what models read: the encoder's scale, and the lesion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from psp_core.errors import EmptyMaskError, NoMaskError
from psp_core.params.sections import LesionParams
from psp_core.preprocessing.batch import EXCLUDED, Prepared
from psp_core.preprocessing.cases import IMAGES
from psp_core.preprocessing.decide_lesion import ScanOnGrid, decide_lesion
from psp_core.preprocessing.intensity import Landmarks, apply_landmarks, z_score
from psp_core.preprocessing.store import VolumeStore

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FinishItem:
    """One aligned scan to finish, and the digest of what it was aligned from."""

    key: str
    digest: str


@dataclass(frozen=True)
class FinishSettings:
    """What every scan is finished with.

    Attributes
    ----------
    aligned : VolumeStore
        Where the aligned scans lie.
    landmarks : Landmarks or None
        The encoder's scale of T1CE and FLAIR; None where no scan was there to fit it on.
    lesion : LesionParams
        Sources, region and component of the lesion.
    segmenter : Path or None
        Folder of a segmenter that may be used.
    """

    aligned: VolumeStore
    landmarks: Landmarks | None
    lesion: LesionParams
    segmenter: Path | None = None


def finish_scan(item: FinishItem, settings: FinishSettings) -> Prepared:
    """Put one scan on the encoder's scale and decide its lesion.

    Returns
    -------
    Prepared
        Arrays ``volume`` (2, D, H, W) float16, z-scored in the brain and 0 outside;
        ``brain``; ``labels`` (D, H, W) of the source that was chosen, ``lesion``: the
        voxels that count, ``previous_labels`` by the same source; none of the last three
        where nobody drew a lesion. The record's ``lesion`` tells source, region,
        component, volume and growth, or the reason why there is none.
    """
    kept = settings.aligned.record(item.key)
    about = {name: kept.get(name) for name in ("dataset", "subject_id", "timepoint", "label")}
    if kept["status"] == EXCLUDED:
        return Prepared({}, about, kept["reason"])
    brain = settings.aligned.read(item.key, "brain")
    values = settings.aligned.read(item.key, "values").astype(np.float32)
    volume = _on_scale(values, brain > 0, settings.landmarks)
    arrays = {"volume": volume.astype(np.float16), "brain": brain}
    record = about | {"affine": kept["affine"]}
    scan = ScanOnGrid(item.key, kept, settings.aligned, values, volume)
    if settings.aligned.has(item.key, "previous"):
        before = settings.aligned.read(item.key, "previous").astype(np.float32)
        scan = replace(
            scan, before=before, volume_before=_on_scale(before, brain > 0, settings.landmarks)
        )
    try:
        drawn, found = decide_lesion(scan, settings.lesion, settings.segmenter)
    except (NoMaskError, EmptyMaskError) as error:
        found = {"reason": f"{type(error).__name__}: {error}", "known": []}
        return Prepared(arrays, record | {"lesion": found})
    return Prepared(arrays | drawn, record | {"lesion": found})


def _on_scale(values: Floats, brain: npt.NDArray[np.bool_], landmarks: Landmarks | None) -> Floats:
    """Landmarks of each channel, then z-scores in the brain."""
    if landmarks is not None:
        values = np.stack(
            [
                apply_landmarks(channel, brain, landmarks.channels[kind])
                for kind, channel in zip(IMAGES, values, strict=True)
            ]
        )
    return np.stack([z_score(channel, brain) for channel in values])
