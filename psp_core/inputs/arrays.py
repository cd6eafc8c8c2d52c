"""Arrays by patient: looked up by the rows of a table, shared by clones and processes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.errors import MissingInputError
from psp_core.runs import atomic_folder, write_json

ABOUT = "about.json"
VALUES = "values"
Array = npt.NDArray[Any]


class PatientArrays:
    """Arrays whose first axis is the patients.

    Parameters
    ----------
    keys : sequence of str
        ``dataset/subject_id/timepoint`` of each patient's scan, the time point with 3 digits.
    arrays : mapping of str to array
        By name, each of shape (n, ...), in memory or memory-mapped; ``values`` among them.
    columns : sequence of str, optional
        Names of the last axis of ``values``, where it is a table.
    folder : Path, optional
        Where the arrays lie as files: a copy in another process opens them there.
    """

    def __init__(
        self,
        keys: Sequence[str],
        arrays: Mapping[str, Array],
        *,
        columns: Sequence[str] = (),
        folder: Path | None = None,
    ) -> None:
        self.keys = tuple(keys)
        self.arrays = dict(arrays)
        self.columns = tuple(columns)
        self.folder = folder

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map the files of a folder into memory, read-only; its time becomes that of this use."""
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in about["arrays"]
        }
        with suppress(OSError):  # a folder that cannot be written is not cleared either
            os.utime(folder)
        opened = cls.__new__(cls)
        PatientArrays.__init__(
            opened, about["keys"], arrays, columns=about["columns"], folder=folder
        )
        return opened

    def write(self, folder: Path) -> Self:
        """Write the arrays, whole or not at all, and open them there."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        with atomic_folder(folder) as temporary:
            for name, values in self.arrays.items():
                np.save(temporary / f"{name}.npy", values, allow_pickle=False)
            about = {"keys": self.keys, "arrays": list(self.arrays), "columns": self.columns}
            write_json(temporary / ABOUT, about)
        return self.open(folder)

    def of(self, rows: pd.DataFrame, name: str = VALUES) -> Array:
        """An array's entries of the scans of a table, (len(rows), ...), as a copy.

        Raises
        ------
        MissingInputError
            If a row's scan is not among them.
        """
        return np.asarray(self.arrays[name][self._places(rows)])

    def has(self, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Which rows of a table are among them, shape (len(rows),)."""
        return np.array([key in self._place for key in keys_of(rows)], dtype=bool)

    @cached_property
    def digest(self) -> str:
        """Digest of keys, columns and every value."""
        digest = hashlib.sha256(json.dumps([self.keys, self.columns]).encode())
        for name, values in sorted(self.arrays.items()):
            digest.update(f"{name} {values.dtype} {values.shape}".encode())
            digest.update(np.ascontiguousarray(values).data)
        return digest.hexdigest()

    def __reduce__(self) -> tuple[Any, ...]:
        """Files travel to another process by their folder."""
        if self.folder is not None:
            return type(self).open, (self.folder,)
        return _rebuilt, (type(self), self.keys, self.arrays, self.columns)

    def __sklearn_clone__(self) -> Self:
        """Clones of an estimator share its arrays."""
        return self

    def __repr__(self) -> str:
        shapes = (f"{name} {' x '.join(map(str, a.shape))}" for name, a in self.arrays.items())
        return f"{type(self).__name__}({', '.join(shapes)})"

    @cached_property
    def _place(self) -> dict[str, int]:
        return {key: place for place, key in enumerate(self.keys)}

    def _places(self, rows: pd.DataFrame) -> list[int]:
        keys = keys_of(rows)
        missing = [key for key in keys if key not in self._place]
        if missing:
            raise MissingInputError(
                f"{len(missing)} of {len(keys)} scans are not in {self!r}, the first is "
                f"{missing[0]}; make them first"
            )
        return [self._place[key] for key in keys]


def keys_of(rows: pd.DataFrame) -> list[str]:
    """Key of each row's scan: ``dataset/subject_id/timepoint``."""
    columns = (rows["dataset"], rows["subject_id"], rows["timepoint"])
    return [f"{name}/{one}/{int(time):03d}" for name, one, time in zip(*columns, strict=True)]


def _rebuilt(
    kind: type[PatientArrays], keys: Sequence[str], arrays: Mapping[str, Array], columns: Any
) -> PatientArrays:
    """An object without files, in another process."""
    made = kind.__new__(kind)
    PatientArrays.__init__(made, keys, arrays, columns=columns)
    return made
