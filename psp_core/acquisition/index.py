"""What lies in a data folder, by DICOM tags alone; folder and file names mean nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.acquisition.files import FileRef, list_files
from psp_core.acquisition.scan import IGNORED, scan_headers
from psp_core.acquisition.tables import SEVERAL_PATIENTS, build_tables
from psp_core.errors import AmbiguousSeriesError, MissingInputError, UnreadableFileError


@dataclass(frozen=True, eq=False)
class DicomIndex:
    """The DICOM files below a data root.

    Attributes
    ----------
    root : Path
        The data root.
    instances : DataFrame
        One row per usable file, sorted by patient, study, series and instance number.
    series : DataFrame
        One row per series.
    excluded : DataFrame
        Files that cannot be used: path, member, reason, and where the header could be
        read sop_uid, series_uid, patient_id, modality and series_description.
    ignored : mapping of str to int
        How many files were passed over quietly, by kind.
    """

    root: Path
    instances: pd.DataFrame
    series: pd.DataFrame
    excluded: pd.DataFrame
    ignored: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def _rows(self) -> Mapping[str, Any]:
        groups = self.instances.groupby("series_uid", sort=False).indices
        return {str(uid): rows for uid, rows in groups.items()}

    @cached_property
    def _lost(self) -> Mapping[str, pd.DataFrame]:
        """Rows of `excluded` by series, without spare copies of files that are there."""
        known = pd.MultiIndex.from_frame(self.instances[["series_uid", "sop_uid"]])
        asked = pd.MultiIndex.from_frame(self.excluded[["series_uid", "sop_uid"]])
        lost = self.excluded[~asked.isin(known) & (self.excluded["series_uid"] != "")]
        return {str(uid): rows for uid, rows in lost.groupby("series_uid", sort=False)}

    def files(self, series_uid: str) -> list[FileRef]:
        """Files of one series, in the order of the instances table.

        Raises
        ------
        AmbiguousSeriesError
            If the index has no such series.
        UnreadableFileError
            If a file of the series was excluded and no good copy is there (the series
            has a hole), or the series carries several patient IDs.
        """
        lost = self._lost.get(series_uid)
        if lost is not None and lost["reason"].str.startswith(SEVERAL_PATIENTS).any():
            raise UnreadableFileError(
                f"series {series_uid} carries several patient IDs; remove the wrong copies and "
                "index again"
            )
        if lost is not None:
            first = FileRef(self.root, lost["path"].iloc[0], lost["member"].iloc[0]).name
            raise UnreadableFileError(
                f"series {series_uid} lacks {len(lost)} file(s): {first} "
                f"({lost['reason'].iloc[0]}); download the series again"
            )
        if series_uid not in self._rows:
            raise AmbiguousSeriesError(f"series {series_uid} is not in the index")
        rows = self.instances.iloc[self._rows[series_uid]]
        return [
            FileRef(self.root, path, member)
            for path, member in zip(rows["path"], rows["member"], strict=True)
        ]


def index_dicom(root: Path, *, workers: int = 1) -> DicomIndex:
    """Index every DICOM file below a folder by its header.

    Any layout will do: folders of any name and depth, zip archives read in place,
    copies. The result does not depend on names, on the order of the file system
    or on `workers`. Of several copies of an instance the one first in path order
    that can be read is kept.

    Parameters
    ----------
    root : Path
        The data root.
    workers : int, default 1
        Processes that read headers.

    Raises
    ------
    MissingInputError
        If `root` is no folder or holds no DICOM file.
    """
    root = Path(root)
    listing = list_files(root)
    columns = scan_headers(listing.candidates, workers=workers)
    ignored = Counter(listing.ignored)
    ignored.update(filter(None, columns[IGNORED]))
    if all(columns[IGNORED]) and not listing.unreadable:
        raise MissingInputError(
            f"{root.name}: no DICOM file in this folder ({ignored.total()} other files ignored); "
            "set the data folder in the params file"
        )
    instances, series, excluded = build_tables(listing.candidates, columns, listing.unreadable)
    return DicomIndex(root, instances, series, excluded, dict(sorted((+ignored).items())))
