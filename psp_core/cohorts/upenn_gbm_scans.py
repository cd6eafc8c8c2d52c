"""Scans and masks of UPENN-GBM on disk, at any level of packaging."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from psp_core.cohorts.longitudinal import Scan, Scans, one_per_time_point, scan_note
from psp_core.cohorts.scan_files import find_files, find_folders, named
from psp_core.cohorts.upenn_gbm_table import SCAN_ID, TIMEPOINTS
from psp_core.errors import MissingInputError

STRUCTURAL = "images_structural"
_OTHER_TREES = ("images_structural_unstripped", "images_DTI", "images_DSC", "old")
_IMAGES = {"t1_file": "T1", "t1ce_file": "T1GD", "t2_file": "T2", "flair_file": "FLAIR"}
# Folder and file name of a mask, the better one first, and what it is called in a note.
_MASKS = (
    ("images_segm", "segm", "corrected by an expert"),
    ("automated_segm", "automated_approx_segm", "automatic, not corrected"),
)
_FOLDERS = re.compile(f"{SCAN_ID.pattern}|{'|'.join(name for name, _, _ in _MASKS)}")


def find_scans(root: Path) -> Scans:
    """Find every skull-stripped scan and its best mask, by names and sizes alone.

    Raises
    ------
    MissingInputError
        If there is no scan in a folder ``images_structural``.
    """
    root = named(root)
    folders = find_folders(root, _FOLDERS, passed_over=_OTHER_TREES)
    found, notes = [], []
    for folder in folders:
        match = SCAN_ID.fullmatch(folder.name)
        if match is None or folder.parent.name != STRUCTURAL:
            continue
        names = {column: (f"{folder.name}_{suffix}",) for column, suffix in _IMAGES.items()}
        files, empty = find_files(folder, root, names)
        files["lesion_mask_file"], kind, lost = _mask(folder.name, root, folders)
        relative = folder.relative_to(root).as_posix()
        scan = Scan(match[1], TIMEPOINTS[match[2]], relative, files, [*empty, *lost])
        found.append(scan)
        if kind:
            notes.append((relative, scan_note(scan, "lesion mask of the collection", kind)))
    if not found:
        raise MissingInputError(
            f"no folder {STRUCTURAL} with scans named like UPENN-GBM-00001_11 under {root.name}; "
            "give the folder that holds the unpacked download"
        )
    scans = one_per_time_point(found)
    used = {scan.folder for scan in scans.usable}
    scans.notes.extend(note for folder, note in notes if folder in used)
    return scans


def _mask(scan_id: str, root: Path, folders: Sequence[Path]) -> tuple[str, str, list[str]]:
    """Path of the best mask, what kind it is, and the names of empty ones."""
    lost: list[str] = []
    for name, suffix, kind in _MASKS:
        for folder in [one for one in folders if one.name == name]:
            for place in (folder, folder / name):  # a package may repeat the name
                files, empty = find_files(place, root, {"mask": (f"{scan_id}_{suffix}",)})
                lost += empty
                if files["mask"]:
                    return files["mask"], kind, lost
    return "", "", lost
