"""The lesion's largest slice in several MR sequences, for models that read them one by one."""

from __future__ import annotations

import numpy as np

from psp_core.errors import EmptyMaskError
from psp_core.inputs.arrays import VALUES
from psp_core.inputs.slices import largest_slice, resized
from psp_core.preprocessing.batch import Prepared
from psp_core.preprocessing.store import VolumeStore

SEQUENCES = ("T1CE", "FLAIR", "T1CE - FLAIR")


def sequences_of(key: str, *, volumes: VolumeStore, side: int) -> Prepared:
    """Cut `SEQUENCES` of one patient from the standard volume.

    The two images are on the study's scale of grey values, so their difference has a meaning.
    Without a lesion the slice with most brain is taken.

    Parameters
    ----------
    key : str
        ``dataset/subject_id/timepoint``.
    volumes : VolumeStore
    side : int
        Pixels along each edge of a slice.

    Returns
    -------
    Prepared
        ``values`` float32 (3, side, side); the record tells the slice and what chose it.

    Raises
    ------
    EmptyMaskError
        If the scan has neither lesion nor brain.
    """
    for name in ("lesion", "brain"):
        if volumes.has(key, name):
            mask = volumes.read(key, name) > 0
            if mask.any():
                place = largest_slice(mask)
                t1ce, flair = np.asarray(volumes.open(key)[:, place], dtype=np.float32)
                slices = resized(np.stack([t1ce, flair, t1ce - flair]), side)
                return Prepared({VALUES: slices}, {"slice": place, "chosen_by": name})
    raise EmptyMaskError("the scan has neither lesion nor brain; look at its preparation")
