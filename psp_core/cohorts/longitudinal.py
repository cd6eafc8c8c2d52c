"""Collections with one folder per time point: which scans there are, and which are usable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from psp_core.cohorts.flow import Flow, build_flow
from psp_core.cohorts.scan_files import EMPTY_FILE, find_files, find_folders, last_folders, named
from psp_core.errors import MissingInputError
from psp_core.evaluation.classes import CLASSES

# Without these no stage of the study can use a scan.
_NEEDED = {"t1ce_file": "T1 after contrast", "flair_file": "FLAIR"}


@dataclass(frozen=True)
class Scan:
    """One time point of one patient: its files by column of the cohort table."""

    subject_id: str
    timepoint: int
    folder: str  # relative to the root
    files: Mapping[str, str]
    empty_files: Sequence[str]

    @property
    def lacking(self) -> str:
        """Why the scan cannot be used, or nothing."""
        absent = [name for column, name in _NEEDED.items() if not self.files[column]]
        empty = f" ({EMPTY_FILE}: {', '.join(self.empty_files)})" if self.empty_files else ""
        return f"without {' and '.join(absent)}{empty}" if absent else ""


@dataclass(frozen=True)
class Scans:
    """What a download holds.

    ``found`` has one scan per patient and time point, in this order; ``notes`` are rows
    for `make_notes`.
    """

    found: list[Scan]
    notes: list[dict[str, object]]

    @property
    def usable(self) -> list[Scan]:
        """The scans that have what every stage needs."""
        return [scan for scan in self.found if not scan.lacking]

    @property
    def lost(self) -> dict[str, str]:
        """By patient without a usable scan, why."""
        with_images = {scan.subject_id for scan in self.usable}
        reasons: dict[str, dict[str, None]] = {}
        for scan in self.found:
            if scan.subject_id not in with_images:
                reasons.setdefault(scan.subject_id, {})[scan.lacking] = None
        return {subject: "; ".join(told) for subject, told in reasons.items()}


def find_scans(
    root: Path, pattern: re.Pattern[str], suffixes: Mapping[str, Sequence[str]], *, example: str
) -> Scans:
    """Find every folder of a time point under a root, however deep.

    Parameters
    ----------
    pattern : compiled pattern
        Matches the last folders of a scan, with the groups ``subject`` and ``timepoint``.
        A file begins with what it matches, folders joined by ``_``.
    suffixes : mapping of str to sequence of str
        What follows in the file names, by column of the cohort table. A key that is no
        column is looked at for its size alone.
    example : str
        Such a folder, for the message.

    Raises
    ------
    MissingInputError
        If there is no such folder.
    """
    found = []
    root = named(root)
    for folder in find_folders(root, pattern):
        match = last_folders(folder, root, pattern)
        if match is None:
            continue
        prefix = match[0].replace("/", "_")
        names = {
            column: [f"{prefix}_{suffix}" for suffix in endings]
            for column, endings in suffixes.items()
        }
        files, empty = find_files(folder, root, names)
        relative = folder.relative_to(root).as_posix()
        found.append(Scan(match["subject"], int(match["timepoint"]), relative, files, empty))
    if not found:
        raise MissingInputError(
            f"no folder named like {example} under {root.name}; "
            "give the folder that holds the unpacked download"
        )
    return one_per_time_point(found)


def scan_note(scan: Scan, check: str, detail: str = "") -> dict[str, object]:
    """One note about a scan."""
    about = {"subject_id": scan.subject_id, "visit_number": scan.timepoint}
    return {**about, "check": check, "detail": detail}


def patient_flow(scans: Scans, table_ids: Iterable[str], labelling: pd.DataFrame | None) -> Flow:
    """From the patients of download and clinical table to those with a labelled scan.

    Parameters
    ----------
    table_ids : iterable of str
        Patients of the clinical table.
    labelling : DataFrame or None
        One row per usable scan, in order: ``subject_id``, ``label``, ``reason`` (why it
        is unlabelled). None if nothing is to be labelled: the flow ends with the images.
    """
    in_download = {scan.subject_id for scan in scans.found}
    absent = dict.fromkeys(sorted({*table_ids} - in_download), "in the clinical table alone")
    exclusions = [
        ("With images in the download", absent),
        ("With T1 after contrast and FLAIR of one time point", scans.lost),
    ]
    labels: dict[str, str] = {}
    if labelling is not None:
        labelled = labelling[labelling["label"].isin(CLASSES)].drop_duplicates("subject_id")
        labels = dict(zip(labelled["subject_id"], labelled["label"], strict=True))
        rest = labelling[~labelling["subject_id"].isin(list(labels))]
        why: dict[str, str] = {}
        for subject, reasons in rest.groupby("subject_id", sort=False)["reason"]:
            why[str(subject)] = f"no label: {'; '.join(dict.fromkeys(reasons))}"
        exclusions.append(("With a labelled time point", why))
    start = sorted({*in_download, *absent})
    return build_flow("Patients of images and clinical table", start, exclusions, labels)


def one_per_time_point(found: Sequence[Scan]) -> Scans:
    """Drop further copies of a scan and scans without usable images, and say so."""
    ranked = sorted(
        found, key=lambda scan: (scan.subject_id, scan.timepoint, scan.lacking != "", scan.folder)
    )
    kept: dict[tuple[str, int], Scan] = {}
    notes = []
    for scan in ranked:
        first = kept.setdefault((scan.subject_id, scan.timepoint), scan)
        if first is not scan:
            notes.append(scan_note(scan, "further copy of a time point, not used", scan.folder))
            continue
        notes += [scan_note(scan, EMPTY_FILE, name) for name in scan.empty_files]
        if scan.lacking:
            notes.append(scan_note(scan, "time point not used", scan.lacking))
    return Scans(list(kept.values()), notes)
