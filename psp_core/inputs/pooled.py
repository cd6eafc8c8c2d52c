"""Standard volumes at a smaller side, by average pooling: for networks that must be cheap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from psp_core.errors import GeometryError
from psp_core.preprocessing.batch import Prepared, prepare_all
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import digest_of_code

CODE = ("psp_core.inputs.pooled",)


@dataclass(frozen=True)
class _Scan:
    """One scan to pool."""

    key: str
    digest: str


def average_pooled(
    volume: npt.NDArray[np.floating] | npt.NDArray[np.integer], side: int
) -> npt.NDArray[np.float32]:
    """Mean of each block of voxels.

    Parameters
    ----------
    volume : array, shape (..., S, S, S)
    side : int
        Of the result, in blocks; it divides S.

    Returns
    -------
    float32 array, shape (..., side, side, side)

    Raises
    ------
    GeometryError
        If `side` does not divide S.
    """
    whole = volume.shape[-1]
    if side < 1 or whole % side:
        raise GeometryError(
            f"a volume of {whole} voxels cannot be pooled to {side}; expected a side that "
            f"divides {whole}: change the smaller side in the params"
        )
    block = whole // side
    split = volume.astype(np.float32).reshape(
        *volume.shape[:-3], side, block, side, block, side, block
    )
    return np.asarray(split.mean(axis=(-5, -3, -1)), dtype=np.float32)


def pooled_store(
    store: VolumeStore,
    keys: Sequence[str],
    folder: Path,
    *,
    side: int,
    log: Path,
    workers: int = 1,
) -> VolumeStore:
    """A store of scans at a smaller side; what is there with the same inputs is kept.

    Parameters
    ----------
    store : VolumeStore
        Prepared scans: ``volume`` (C, S, S, S) and, where there is one, ``lesion`` (S, S, S).
    keys : sequence of str
        Scans wanted, each once.
    folder : Path
        Of the smaller store: ``volume`` and ``lesion`` as float16, the latter as the share of
        each block that is lesion. Scans of earlier calls stay.
    side : int
        In voxels.
    log : Path
        Private folder for tracebacks.
    workers : int, default 1
        Processes.

    Returns
    -------
    VolumeStore
        `store` itself where its volumes have that side. A scan that cannot be pooled is in it
        with a reason, see `batch.prepare_all`.

    Raises
    ------
    MissingInputError
        If a scan is not in `store`.
    GeometryError
        If `side` does not divide the side of the store's volumes.
    StageError
        See `batch.prepare_all`.
    """
    if keys and (whole := store.open(keys[0]).shape[-1]) == side:
        return store
    if keys:
        average_pooled(np.zeros((whole,) * 3, np.uint8), side)  # stops here, not scan by scan
    small = VolumeStore(folder)
    scans = [_Scan(key, str(store.record(key)["digest"])) for key in keys]
    work = partial(_pool_scan, store=store, side=side)
    stamp = [side, digest_of_code(*CODE)]
    prepare_all(scans, work, small, stamp=stamp, workers=workers, log=log, keep_others=True)
    return small


def _pool_scan(scan: _Scan, *, store: VolumeStore, side: int) -> Prepared:
    arrays = {
        name: average_pooled(store.open(scan.key, name), side).astype(np.float16)
        for name in ("volume", "lesion")
        if store.has(scan.key, name)
    }
    return Prepared(arrays, {})
