"""The scans to prepare: one case per scan, with its files and those of the visit before."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.acquisition.files import FileRef
from psp_core.acquisition.nifti import is_nifti
from psp_core.acquisition.volume import Volume, read_volume
from psp_core.cohorts.indexes import find_series
from psp_core.cohorts.series import referenced_series
from psp_core.errors import MissingInputError, PSPError
from psp_core.evaluation.classes import CLASSES
from psp_core.runs import Run, digest_of

IMAGES = ("t1ce", "flair")
EVENT_FILES = (*IMAGES, "lesion_mask", "brain_mask", "ct", "dose", "structures")

Files = tuple[FileRef, ...]


@dataclass(frozen=True)
class Case:
    """One scan of one patient.

    Attributes
    ----------
    dataset, subject_id, timepoint
        The row of the cohort table.
    label : str
        Class of the event, or ``unlabelled``.
    is_registered : bool
        True if its makers skull-stripped it and registered it to an atlas.
    files : mapping of str to tuple of FileRef
        By kind (`EVENT_FILES`); a kind that the cohort table does not name is absent.
    previous : mapping of str to tuple of FileRef
        T1CE and FLAIR of the last visit before that names both; empty when there is none.
    prescription_gy, fractions : float
        Of the plan; NaN when unknown.
    prescription_source : str
        Who says so, see `schema.CATEGORIES`.
    faults : mapping of str to str
        By kind: why its files cannot be read.
    """

    dataset: str
    subject_id: str
    timepoint: int
    label: str
    is_registered: bool
    files: Mapping[str, Files]
    previous: Mapping[str, Files] = field(default_factory=dict)
    previous_timepoint: int | None = None
    prescription_gy: float = math.nan
    fractions: float = math.nan
    prescription_source: str = "unknown"
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Where the case lies in a store: dataset, subject and time point."""
        return f"{self.dataset}/{self.subject_id}/{self.timepoint:03d}"

    @cached_property
    def digest(self) -> str:
        """Digest of what the case is made from: its row, and names, sizes, times of files."""
        numbers = [None if math.isnan(v) else v for v in (self.prescription_gy, self.fractions)]
        files = {kind: _stamps(refs) for kind, refs in self.files.items()}
        before = {kind: _stamps(refs) for kind, refs in self.previous.items()}
        row = [self.key, self.label, self.is_registered, self.previous_timepoint, *numbers]
        row += [self.prescription_source]
        return digest_of([row, files, before, dict(self.faults)])


def list_cases(
    run: Run,
    name: str,
    root: Path,
    cohort: pd.DataFrame,
    *,
    is_registered: bool = False,
    unlabelled: Collection[str] | None = None,
) -> list[Case]:
    """List the scans of a collection that the study prepares.

    Its labelled scans, and scans of patients without label.

    Parameters
    ----------
    name : str
        Name of the collection in the run, see `indexes.find_series`.
    root : Path
        Its data root; paths of the cohort table are relative to it.
    cohort : DataFrame
        A cohort table.
    is_registered : bool, default False
        See `Case.is_registered`.
    unlabelled : collection of str, optional
        Patients whose scans are prepared without a label. Default: all, of a collection in
        which nobody has one.
    """
    rows: list[dict[str, Any]] = [
        {str(name): value for name, value in row.items()} for row in cohort.to_dict("records")
    ]
    series = find_series(run, name, root, filter(None, map(referenced_series, _references(rows))))
    by_subject: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_subject.setdefault(row["subject_id"], []).append(row)
    labelled = [row for row in rows if row["label"] in CLASSES]
    known = {row["subject_id"] for row in labelled}
    if unlabelled is None:
        unlabelled = () if labelled else set(by_subject)
    others = [row for row in rows if row["subject_id"] in set(unlabelled) - known]
    cases = []
    for row in labelled + others:
        files, faults = _files(row, EVENT_FILES, root, series)
        visits = [
            one
            for one in by_subject[row["subject_id"]]
            if one["timepoint"] < row["timepoint"] and all(one[f"{kind}_file"] for kind in IMAGES)
        ]
        before = max(visits, key=lambda one: one["timepoint"], default=None)
        previous, lost = _files(before or {}, IMAGES, root, series)
        faults |= {f"previous {kind}": fault for kind, fault in lost.items()}
        cases.append(
            Case(
                dataset=row["dataset"],
                subject_id=row["subject_id"],
                timepoint=row["timepoint"],
                label=row["label"],
                is_registered=is_registered,
                files=files,
                previous=previous,
                previous_timepoint=before["timepoint"] if before else None,
                prescription_gy=row["total_dose_gy"],
                fractions=row["fractions"],
                prescription_source=row["prescription_source"],
                faults=faults,
            )
        )
    return cases


def _references(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Every file reference that a case may need."""
    for row in rows:
        yield from (row[f"{kind}_file"] for kind in EVENT_FILES)


def _files(
    row: Mapping[str, Any],
    kinds: Iterable[str],
    root: Path,
    series: Mapping[str, Files | PSPError],
) -> tuple[dict[str, Files], dict[str, str]]:
    """Files of one row by kind, and why others cannot be read."""
    files: dict[str, Files] = {}
    faults: dict[str, str] = {}
    for kind in kinds:
        reference = row.get(f"{kind}_file", "")
        if not reference:
            continue
        uid = referenced_series(reference)
        found = series[uid] if uid else (FileRef(Path(root), reference),)
        if isinstance(found, PSPError):
            faults[kind] = str(found)
        else:
            files[kind] = found
    return files, faults


def require(case: Case, kind: str) -> Files:
    """Give the files of a kind that the case cannot do without.

    Raises
    ------
    MissingInputError
        If the cohort names none, or they cannot be read.
    """
    if kind in case.faults:
        raise MissingInputError(case.faults[kind])
    if kind not in case.files:
        raise MissingInputError(f"the cohort table names no {kind.replace('_', ' ')} file")
    return case.files[kind]


def read_image(files: Files) -> Volume:
    """Read one NIfTI file, or the files of one DICOM series; errors as `read_volume`."""
    return read_volume(files[0] if is_nifti(files[0].path) else files)


def _stamps(refs: Files) -> list[list[Any]]:
    """Name, size and time of change of each file; an archive counts once."""
    stamps = []
    for location in dict.fromkeys(ref.location for ref in refs):
        found = location.stat() if location.is_file() else None
        stamps.append([location.name, found and found.st_size, found and found.st_mtime_ns])
    return [[ref.name for ref in refs], *stamps]
