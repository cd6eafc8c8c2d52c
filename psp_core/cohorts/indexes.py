"""The index of a DICOM collection, kept between the notebooks of a run.

Reading the headers of a collection takes minutes, and several stages need to know
where a series lies. The tables hold patient IDs and dates as the files have them, so
they lie in the run's private folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from psp_core.acquisition.files import FileRef
from psp_core.acquisition.index import DicomIndex, index_dicom
from psp_core.errors import PSPError
from psp_core.runs import Run, atomic_folder

_TABLES = ("instances", "series", "excluded")


def index_collection(run: Run, name: str, root: Path) -> DicomIndex:
    """Index a collection and keep the index for the stages that follow.

    Raises
    ------
    MissingInputError
        See `index_dicom`.
    """
    index = index_dicom(root, workers=run.params.study.workers)
    with atomic_folder(_place(run, name)) as folder:
        for table in _TABLES:
            getattr(index, table).to_parquet(folder / f"{table}.parquet")
    return index


def find_series(
    run: Run, name: str, root: Path, series_uids: Iterable[str]
) -> Mapping[str, tuple[FileRef, ...] | PSPError]:
    """Find the files of series: in the kept index while it holds, else in a new one.

    Parameters
    ----------
    name : str
        Name of the collection in the run.
    root : Path
        Its data root.
    series_uids : iterable of str
        What is needed.

    Returns
    -------
    mapping
        By series: its files in the order of the index, or the error that says why it
        cannot be read.

    Raises
    ------
    MissingInputError
        See `index_dicom`.
    """
    wanted = sorted(set(series_uids))
    if not wanted:
        return {}
    index = _kept(run, name, root)
    found = {} if index is None else {uid: _files(index, uid) for uid in wanted}
    if index is None or not all(_is_there(files) for files in found.values()):
        index = index_collection(run, name, root)
        found = {uid: _files(index, uid) for uid in wanted}
    return found


def _place(run: Run, name: str) -> Path:
    return run.private / f"index_{name}"


def _kept(run: Run, name: str, root: Path) -> DicomIndex | None:
    place = _place(run, name)
    if not place.is_dir():
        return None
    instances, series, excluded = (pd.read_parquet(place / f"{table}.parquet") for table in _TABLES)
    return DicomIndex(Path(root), instances, series, excluded)


def _files(index: DicomIndex, series_uid: str) -> tuple[FileRef, ...] | PSPError:
    try:
        return tuple(index.files(series_uid))
    except PSPError as error:
        return error


def _is_there(files: tuple[FileRef, ...] | PSPError) -> bool:
    return not isinstance(files, PSPError) and all(ref.location.is_file() for ref in files)
