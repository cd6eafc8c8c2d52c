"""Cubes cut from the standard volume around the lesion, for networks that see it from near."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from psp_core.inputs.arrays import PatientArrays
from psp_core.inputs.gather import gather
from psp_core.preprocessing.batch import Prepared
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import digest_of_code

CODE = ("psp_core.inputs.crops",)


def crop_around(
    volume: npt.NDArray[Any], where: npt.NDArray[np.bool_], side: int
) -> npt.NDArray[Any]:
    """Cut a cube around the centre of a mask; beyond the volume's edge it is 0.

    Parameters
    ----------
    volume : array, shape (C, D, H, W)
    where : bool array, shape (D, H, W)
        Its centre of mass, rounded, becomes the cube's; that of the volume if it is empty.
    side : int
        Of the cube, in voxels.

    Returns
    -------
    array, shape (C, side, side, side)
    """
    shape = np.array(where.shape)
    middle = np.argwhere(where).mean(axis=0) if where.any() else (shape - 1) / 2
    start = np.round(middle).astype(int) - side // 2
    low, high = np.maximum(start, 0), np.minimum(start + side, shape)
    cut = np.zeros((len(volume), side, side, side), dtype=volume.dtype)
    inside = tuple(slice(a, b) for a, b in zip(low - start, high - start, strict=True))
    cut[:, *inside] = volume[:, *(slice(a, b) for a, b in zip(low, high, strict=True))]
    return cut


def lesion_crops(
    store: VolumeStore,
    keys: Sequence[str],
    folder: Path,
    *,
    side: int,
    log: Path,
    workers: int = 1,
) -> PatientArrays:
    """Cubes around the lesions of scans; without a lesion around the brain's centre.

    Parameters
    ----------
    store : VolumeStore
        Prepared scans: ``volume`` and, where there is one, ``lesion``.
    keys : sequence of str
        Scans wanted, each once.
    folder : Path
        Cache of the cubes.
    side : int
        Of a cube, in voxels.
    log : Path
        Private folder for tracebacks.
    workers : int, default 1
        Processes.

    Returns
    -------
    PatientArrays
        ``values`` as stored, (n, C, side, side, side).

    Raises
    ------
    MissingInputError, StageError
        See `gather.gather`.
    """
    return gather(
        partial(_crop_scan, store=store, side=side),
        {key: str(store.record(key)["digest"]) for key in keys},
        VolumeStore(folder),
        stamp=[side, digest_of_code(*CODE)],
        log=log,
        workers=workers,
    )


def _crop_scan(key: str, *, store: VolumeStore, side: int) -> Prepared:
    volume = store.open(key)
    where = np.zeros(volume.shape[1:], dtype=bool)
    if store.has(key, "lesion"):
        where = store.open(key, "lesion") > 0
    if not where.any():
        where = (volume != 0).any(axis=0)  # air is 0
    return Prepared({"values": crop_around(volume, where, side)}, {})
