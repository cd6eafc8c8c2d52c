"""One array per patient, made over processes, cached, and gathered into one."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from psp_core.errors import MissingInputError
from psp_core.inputs.arrays import PatientArrays
from psp_core.preprocessing.batch import DONE, Prepared, prepare_all
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import digest_of

WHOLE = "whole"  # folder in the cache that holds all patients as one array
IDLE_SECONDS = 24 * 60 * 60  # longer than any single unit; what piles up meanwhile is a day's work
Kind = TypeVar("Kind", bound=PatientArrays)


@dataclass(frozen=True)
class _Item:
    """One patient to make."""

    key: str
    digest: str


def gather(
    work: Callable[[str], Prepared],
    digests: Mapping[str, str],
    cache: VolumeStore,
    *,
    stamp: object,
    log: Path,
    workers: int = 1,
    columns: Sequence[str] = (),
) -> PatientArrays:
    """Make the arrays of every patient that are not there yet, and open those of all.

    Parameters
    ----------
    work : callable
        Makes one patient of a key; must be picklable. A named error, or a reason, leaves that
        patient out.
    digests : mapping of str to str
        Digest of what each patient is made from, by key ``dataset/subject_id/timepoint``.
    cache : VolumeStore
        Patients of earlier calls, kept while digest and stamp are the same.
    stamp : object
        Settings and digests of code.
    log : Path
        Private folder for tracebacks.
    workers : int, default 1
        Processes, one thread each.
    columns : sequence of str, optional
        See `PatientArrays`.

    Returns
    -------
    PatientArrays
        In the order of `digests`, mapped into memory.

    Raises
    ------
    MissingInputError
        If no patient could be made; the message has the first reason.
    StageError
        See `batch.prepare_all`.
    """
    items = [_Item(key, digest) for key, digest in digests.items()]
    prepare_all(items, partial(_make, work=work), cache, stamp=stamp, workers=workers, log=log)
    records = {key: cache.record(key) for key in digests}
    made = [key for key, record in records.items() if record["status"] == DONE]
    if not made:
        reasons = [str(record["reason"]) for record in records.values()]
        raise MissingInputError(
            f"{cache.folder.name}: none of {len(digests)} patients could be made; "
            f"{reasons[0] if reasons else 'no patient was asked for'}"
        )
    return stacked(cache, made, stamp=columns, kind=PatientArrays, columns=columns)


def stacked(
    cache: VolumeStore,
    keys: Sequence[str],
    *,
    kind: type[Kind],
    stamp: object = "",
    columns: Sequence[str] = (),
) -> Kind:
    """The arrays of scans of a store as one, written once beside them.

    Those of other scans or settings are removed when nobody opened them for `IDLE_SECONDS`: a
    page that runs beside this one may read them, and its workers open them anew for each unit.
    """
    digest = digest_of([[(key, cache.record(key)["digest"]) for key in keys], stamp])
    folder = cache.folder / WHOLE / digest[:16]
    if not folder.is_dir():
        arrays = {}
        for name in cache.arrays(keys[0]):
            first = cache.open(keys[0], name)
            whole = np.empty((len(keys), *first.shape), first.dtype)
            for place, key in enumerate(keys):
                cache.read(key, name, out=whole[place])
            arrays[name] = whole
        PatientArrays(keys, arrays, columns=columns).write(folder)
    opened = kind.open(folder)
    for other in folder.parent.iterdir():
        if other != folder and _is_idle(other):
            shutil.rmtree(other, ignore_errors=True)
    return opened


def _is_idle(folder: Path) -> bool:
    """Whether nobody opened a folder of arrays for long."""
    try:
        return time.time() - folder.stat().st_mtime > IDLE_SECONDS
    except FileNotFoundError:  # another page removed it, or has just finished writing it
        return False


def _make(item: _Item, *, work: Callable[[str], Prepared]) -> Prepared:
    return work(item.key)
