"""The volume store: one folder per scan, whole or not at all, keyed by what it was made from.

``<dataset>/<subject_id>/<timepoint>/`` holds arrays as ``.npy`` (readable as memory
maps) and ``record.json`` with the digest of inputs, parameters and code. A scan whose
digest is the wanted one is not computed again, whatever else changed in the study.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from psp_core.errors import MissingInputError
from psp_core.runs import atomic_folder, write_json
from psp_core.runs import lock as locks
from psp_core.runs.atomic import sweep
from psp_core.runs.stage import read_marker

RECORD = "record.json"
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class VolumeStore:
    """Prepared scans below one folder.

    Attributes
    ----------
    folder : Path
        Root of the store.
    """

    folder: Path

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the store's lock, and sweep away what a killed program left.

        Raises
        ------
        StageError
            If another program writes this store.
        """
        lock = self.folder.parent / "stages" / f"{self.folder.name}.lock"
        locks.acquire(lock)
        try:
            if self.folder.is_dir():
                sweep(self.folder, owned=True)
            yield
        finally:
            locks.release(lock)

    def pending(self, digests: Mapping[str, str]) -> list[str]:
        """Keys, of those wanted with a digest, that are not there with that digest."""
        return [key for key, digest in digests.items() if self._digest(key) != digest]

    def write(
        self, key: str, arrays: Mapping[str, Array], record: Mapping[str, Any], *, digest: str
    ) -> None:
        """Write one scan; an older one of the same key is replaced.

        Parameters
        ----------
        key : str
            ``dataset/subject_id/timepoint``.
        arrays : mapping of str to array
            By name, written as ``<name>.npy``.
        record : mapping
            Plain values; a NaN becomes None, for JSON has no other word for the unknown.
        digest : str
            Of everything the scan was made from.
        """
        with atomic_folder(self.folder / key) as folder:
            for name, values in arrays.items():
                np.save(folder / f"{name}.npy", np.ascontiguousarray(values), allow_pickle=False)
            write_json(folder / RECORD, _known({**record, "key": key, "digest": digest}))

    def keep_only(self, keys: Iterable[str]) -> None:
        """Of the collections that `keys` are of, remove all other scans."""
        for key in self.others(keys):
            shutil.rmtree(self.folder / key)

    def others(self, keys: Iterable[str]) -> list[str]:
        """Of the collections that `keys` are of, all other scans."""
        kept = set(keys)
        collections = {key.partition("/")[0] for key in kept}
        scans = (key for key in self.scans() if key not in kept)
        return [key for key in scans if key.partition("/")[0] in collections]

    def scans(self) -> list[str]:
        """Keys of all scans, sorted."""
        places = self.folder.glob(f"*/*/*/{RECORD}")
        return sorted(place.parent.relative_to(self.folder).as_posix() for place in places)

    def record(self, key: str) -> dict[str, Any]:
        """The record of one scan.

        Raises
        ------
        MissingInputError
            If the store has no such scan.
        """
        record = read_marker(self.folder / key / RECORD)
        if not record:
            raise MissingInputError(
                f"{self.folder.name} holds no {key}; run the notebook 02_preprocessing first"
            )
        return record

    def arrays(self, key: str) -> list[str]:
        """Names of the arrays of a scan, sorted."""
        return sorted(path.stem for path in (self.folder / key).glob("*.npy"))

    def has(self, key: str, name: str) -> bool:
        """Whether a scan has an array of this name."""
        return self.path(key, name).is_file()

    def path(self, key: str, name: str) -> Path:
        """File of one array."""
        return self.folder / key / f"{name}.npy"

    def open(self, key: str, name: str = "volume") -> Array:
        """One array as a read-only memory map.

        Raises
        ------
        MissingInputError
            If it is not there.
        """
        try:
            values: Array = np.load(self.path(key, name), mmap_mode="r", allow_pickle=False)
        except FileNotFoundError as error:
            raise MissingInputError(f"{self.folder.name}: {key} has no array {name!r}") from error
        return values

    def read(self, key: str, name: str = "volume", *, out: Array | None = None) -> Array:
        """One array in memory; into `out` where one is given, which saves the allocation."""
        mapped = self.open(key, name)
        if out is None:
            return np.array(mapped)
        np.copyto(out, mapped)
        return out

    def _digest(self, key: str) -> str:
        digest: str = read_marker(self.folder / key / RECORD).get("digest", "")
        return digest


def _known(value: Any) -> Any:
    """The same value with None for every NaN in it."""
    if isinstance(value, Mapping):
        return {name: _known(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_known(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value
