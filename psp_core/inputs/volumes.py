"""Standard volumes by patient, read from their store when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.errors import MissingInputError
from psp_core.inputs.arrays import PatientArrays, keys_of
from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import digest_of

SIDE = 8  # voxels of volumes that carry numbers; their octants have half of it


class Volumes(Protocol):
    """Images of patients: `StoredVolumes`, or `PatientArrays` that hold them."""

    @property
    def digest(self) -> str:
        """Digest of every volume."""

    def has(self, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Which rows of a table have one, shape (len(rows),)."""

    def of(self, rows: pd.DataFrame) -> npt.NDArray[Any]:
        """Those of the rows, (len(rows), C, D, H, W)."""


@dataclass(frozen=True, eq=False)
class StoredVolumes:
    """Volumes that stay in their store: at paper size a copy of all would be of gigabytes.

    Attributes
    ----------
    store : VolumeStore
        ``volume`` of each scan, (C, S, S, S), all of one shape.
    keys : sequence of str
        Scans that may be asked for.
    """

    store: VolumeStore
    keys: Sequence[str] = field(repr=False)

    @classmethod
    def prepared(cls, store: VolumeStore, keys: Sequence[str]) -> Self:
        """Of some scans those that could be prepared."""
        done = [key for key in keys if store.record(key)["status"] == DONE]
        return cls(store, [key for key in done if store.has(key, "volume")])

    def of(self, rows: pd.DataFrame) -> npt.NDArray[Any]:
        """Volumes of the scans of a table, (len(rows), C, S, S, S), as stored.

        Raises
        ------
        MissingInputError
            If a row's scan is not among them.
        """
        keys = keys_of(rows)
        missing = [key for key in keys if key not in self._known]
        if missing:
            raise MissingInputError(
                f"{len(missing)} of {len(keys)} scans have no volume, the first is {missing[0]}; "
                "prepare them first, or take these patients out"
            )
        return np.stack([self.store.open(key) for key in keys])

    def has(self, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Which rows of a table have a volume, shape (len(rows),)."""
        return np.array([key in self._known for key in keys_of(rows)], dtype=bool)

    @cached_property
    def digest(self) -> str:
        """Digest of what every volume was made from."""
        return digest_of([(key, self.store.record(key)["digest"]) for key in self.keys])

    def __sklearn_clone__(self) -> Self:
        """Clones of an estimator share the store."""
        return self

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.keys)


@dataclass(frozen=True)
class NumberedVolumes:
    """The same volumes by number, for trainings that see no table.

    Attributes
    ----------
    store : VolumeStore
    keys : sequence of str
        In the order of the numbers.
    """

    store: VolumeStore
    keys: Sequence[str]

    def __len__(self) -> int:
        """Number of scans."""
        return len(self.keys)

    def __getitem__(self, number: int, /) -> npt.NDArray[Any]:
        """One scan, (C, S, S, S)."""
        return self.store.read(self.keys[number])


def carrying(
    keys: Sequence[str], figures: npt.NDArray[np.floating], *, side: int = SIDE
) -> PatientArrays:
    """Volumes that carry the given numbers and nothing else of a patient.

    Parameters
    ----------
    keys : sequence of str, n
    figures : float array, shape (n, k)
        At most 8 per patient: figure j is the grey value of octant j, in channel j mod 2.
    side : int
        In voxels, even.

    Returns
    -------
    PatientArrays
        ``values`` float16, (n, 2, side, side, side).
    """
    flat = np.zeros((len(keys), 2, 8), dtype=np.float16)
    for number in range(figures.shape[1]):
        flat[:, number % 2, number] = figures[:, number]
    octants = flat.reshape(len(keys), 2, 2, 2, 2)
    half = side // 2
    values = octants.repeat(half, axis=2).repeat(half, axis=3).repeat(half, axis=4)
    return PatientArrays(keys, {"values": values})
