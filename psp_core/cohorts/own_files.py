"""Files that a row of one's own CSV names: NIfTI beside the table, or a DICOM folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from psp_core.acquisition.index import DicomIndex
from psp_core.cohorts.cleaning import shown
from psp_core.cohorts.own_dictionary import PATH_COLUMNS
from psp_core.cohorts.series import choose_files, with_kinds

_NIFTI = (".nii", ".nii.gz")


def file_references(
    cells: Mapping[Any, str], root: Path, index: DicomIndex | None
) -> tuple[dict[str, str], list[str], list[dict[str, object]]]:
    """Find the files that one row of the table names.

    `root` is the folder of the table, `index` its index or None without any DICOM file.

    Returns
    -------
    files : dict of str to str
        File reference by column of the cohort table.
    faults : list of str
        What is wrong with them.
    choices : list of dict
        ``check`` and ``detail`` of everything that had to be decided in a DICOM folder.
    """
    named = {column: cells[column] for column in PATH_COLUMNS if cells.get(column)}
    faults = [
        f"{column}: {fault}" for column, path in named.items() if (fault := _path_fault(path, root))
    ]
    faulty = {fault.split(":")[0] for fault in faults}
    for column, path in named.items():
        if column == "dicom_folder" or column in faulty:
            continue
        if not path.endswith(_NIFTI):
            faults.append(f"{column}: {path!r}; expected a NIfTI file (.nii, .nii.gz)")
        elif not (root / path).is_file():
            faults.append(f"{column}: {path!r} is no file in the folder of the table")
        elif (root / path).stat().st_size == 0:
            faults.append(f"{column}: {path!r} is empty (0 bytes); copy it again")
    folder = named.pop("dicom_folder", "")
    has_files = [column for column in ("t1ce_file", "flair_file") if column in named]
    if folder and has_files:
        faults.append("names both NIfTI files and a dicom_folder; expected one of the two")
    if not folder and len(has_files) < 2:
        faults.append("names no images; expected t1ce_file and flair_file, or dicom_folder")
    choices: list[dict[str, object]] = []
    if folder and not faults:
        chosen, choices, fault = _dicom(folder, root, index)
        faults += [f"dicom_folder: {fault}"] if fault else []
        named = {**chosen, **named}
    return named, faults, choices


def _dicom(
    folder: str, root: Path, index: DicomIndex | None
) -> tuple[dict[str, str], list[dict[str, object]], str]:
    """Refer to the series in one folder, choices, and what is wrong."""
    if not (root / folder).exists():
        return {}, [], f"{folder!r} is no folder beside the table"
    if index is None:
        return {}, [], f"{folder!r} holds no usable DICOM file"
    place = PurePosixPath(folder)
    inside = [PurePosixPath(path).is_relative_to(place) for path in index.instances["path"]]
    uids = set(index.instances.loc[inside, "series_uid"])
    group = with_kinds(index.series[index.series["series_uid"].isin(uids)])
    if group.empty:
        lost = [PurePosixPath(path).is_relative_to(place) for path in index.excluded["path"]]
        reasons = index.excluded.loc[lost, "reason"]
        why = f": {len(reasons)} unusable, the first is {reasons.iloc[0]}" if len(reasons) else ""
        return {}, [], f"{folder!r} holds no usable DICOM file{why}"
    patients = group["patient_id"].unique()
    if len(patients) > 1:
        return {}, [], f"{folder!r} holds {len(patients)} patients; expected one"
    files, choices = choose_files(group)
    lacking = [kind for kind in ("t1ce", "flair") if not files[f"{kind}_file"]]
    if lacking:
        found = ", ".join(sorted(map(shown, set(group["series_description"]))))
        wanted = " or ".join(lacking)
        return {}, [], f"no series in {folder!r} is described as {wanted}; found {found}"
    return files, choices, ""


def _path_fault(path: str, root: Path) -> str | None:
    """Say what is wrong with how a path is written, or None."""
    if "\\" in path or PurePosixPath(path).is_absolute() or re.match(r"[A-Za-z]:", path):
        return "expected a path relative to the folder of the table, with '/'"
    if not (root / path).resolve().is_relative_to(root.resolve()) and ".." in path:
        return f"{path!r} leads out of the folder of the table"
    return None
