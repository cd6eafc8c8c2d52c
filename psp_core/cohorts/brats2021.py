"""BraTS 2021: unlabelled pre-operative scans for pre-training and the segmenter.

Nothing is read but names and sizes. Found in any copy: two sets with a level of
sources (TCIA), or a flat folder (Kaggle, Synapse).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.cohorts.flow import LoadedCohort, build_flow, make_notes
from psp_core.cohorts.scan_files import find_folders, named
from psp_core.cohorts.schema import make_cohort
from psp_core.errors import MissingInputError

NAME = "brats2021"
TITLE = "BraTS 2021"
ROLE = "self-supervised pre-training and segmenter training"
DOI = "10.7937/jc8x-9874"
LICENCE = "CC BY 4.0"
ACCESS = "open"
DISCLOSURE = "public"
HAS_LABEL = False
HAS_DOSE = False
REFERENCE_STANDARD = "none: no label"
FEATURE_SETS = ("image_only",)
FRAME = "atlas"
LABEL_MAP = "brats2021"

# Values of a segmentation; there is no 3.
LABELS = {0: "background", 1: "necrotic_core", 2: "oedema", 4: "enhancing"}
SEQUENCES = ("t1", "t1ce", "t2", "flair")
SETS = {"BraTS2021_TrainingSet": "training", "BraTS2021_ValidationSet": "validation"}
_CASE = re.compile(r"BraTS2021_\d{5}")
_SUFFIXES = (".nii.gz", ".nii")


def find_cases(root: Path) -> pd.DataFrame:
    """Find every case folder under a root, whatever the layout.

    Returns
    -------
    DataFrame
        One row per folder named like a case, sorted: ``subject_id``, ``folder``
        (relative to `root`), ``set`` (training, validation or unknown), ``source``
        (collection, empty in a flat copy), one column per sequence and ``seg`` with
        the relative path (empty when there is none), ``empty_files`` (names of
        files of zero bytes).

    Raises
    ------
    MissingInputError
        If no folder is named like a case.
    """
    root = named(root)
    rows = [_case(folder, root) for folder in find_folders(root, _CASE, passed_over=("*_dcm",))]
    if not rows:
        raise MissingInputError(
            f"no folder named like BraTS2021_00000 under {root.name}; "
            "give the folder that holds the unpacked download"
        )
    return pd.DataFrame(rows).sort_values(["subject_id", "folder"]).reset_index(drop=True)


def load_cohort(root: Path) -> LoadedCohort:
    """Read the collection: all cases with four files that hold data, unlabelled.

    A case in two folders is read from the first complete one, and noted.

    Raises
    ------
    MissingInputError
        If no folder is named like a case.
    """
    cases = find_cases(root)
    cases["reason"] = [_reason(case) for case in cases.to_dict("records")]
    cases["complete"] = cases["reason"] == ""
    cases = cases.sort_values(["subject_id", "complete", "folder"], ascending=[True, False, True])
    copies = cases[cases.duplicated("subject_id")]
    cases = cases.drop_duplicates("subject_id")
    notes = [
        {"subject_id": subject, "check": "further copy of a case, not used", "detail": folder}
        for subject, folder in zip(copies["subject_id"], copies["folder"], strict=True)
    ]
    dropped = cases[~cases["complete"]]
    reasons = dict(zip(dropped["subject_id"], dropped["reason"], strict=True))
    flow = build_flow(
        "Cases in the download",
        cases["subject_id"],
        [("With four sequences that hold data", reasons)],
        labels={},
    )
    rows = [
        {
            "subject_id": case["subject_id"],
            "timepoint": 0,
            "dataset": NAME,
            **{f"{name}_file": case[name] for name in SEQUENCES},
            "lesion_mask_file": case["seg"],
        }
        for _, case in cases[cases["complete"]].iterrows()
    ]
    return LoadedCohort(make_cohort(rows, source=NAME), flow, make_notes(notes))


def _reason(case: Mapping[Any, str]) -> str:
    """Say why a case is not used, or nothing."""
    if case["empty_files"]:
        return f"file of zero bytes: {case['empty_files']}"
    lacking = " and ".join(name.upper() for name in SEQUENCES if not case[name])
    return f"without {lacking}" if lacking else ""


def _case(folder: Path, root: Path) -> dict[str, str]:
    """One case folder: what is there, by name and size alone."""
    relative = folder.relative_to(root)
    above = [root.name, *relative.parts[:-1]]
    in_set = [part for part in above if part in SETS]
    source = above[-1] if in_set and above[-1] != in_set[-1] else ""
    row = {
        "subject_id": folder.name,
        "folder": relative.as_posix(),
        "set": SETS[in_set[-1]] if in_set else "unknown",
        "source": source,
    }
    empty = []
    for name in (*SEQUENCES, "seg"):
        files = [folder / f"{folder.name}_{name}{suffix}" for suffix in _SUFFIXES]
        file = next((file for file in files if file.is_file()), None)
        row[name] = "" if file is None else file.relative_to(root).as_posix()
        if file is not None and file.stat().st_size == 0:
            empty.append(file.name)
    return {**row, "empty_files": ", ".join(empty)}
