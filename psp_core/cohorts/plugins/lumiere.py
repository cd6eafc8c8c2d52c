"""LUMIERE: scans by week with an expert's response rating, each sequence on its own grid.

The week is no reliable stage (a ``week-000`` may be after surgery): the rating says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from psp_core.cohorts.cleaning import shown
from psp_core.cohorts.flow import LoadedCohort, make_notes
from psp_core.cohorts.longitudinal import Scan, Scans, one_per_time_point, patient_flow, scan_note
from psp_core.cohorts.plugins.lumiere_labels import RULE, weak_label
from psp_core.cohorts.plugins.lumiere_tables import (
    PATIENT,
    Rating,
    Week,
    parse_week,
    read_completeness,
    read_patients,
    read_ratings,
)
from psp_core.cohorts.scan_files import find_files, find_folders, named
from psp_core.cohorts.schema import make_cohort
from psp_core.cohorts.versions import newest
from psp_core.errors import AmbiguousInputError, MissingInputError, TableError
from psp_core.evaluation.classes import CLASSES, UNLABELLED

NAME = "lumiere"
TITLE = "LUMIERE"
ROLE = "longitudinal scans; weak labels on request"
DOI = "10.6084/m9.figshare.c.5904905"
LICENCE = "CC0 or CC BY by the figshare items, non-commercial by the authors' text: they disagree"
ACCESS = "open"
DISCLOSURE = "public"
HAS_LABEL = False
HAS_DOSE = False
REFERENCE_STANDARD = (
    "follow-up, weak and only on request: one reader's response ratings (Macdonald and RANO); an "
    "early progression is called pseudoprogression if the next rating is none, without dates of "
    "radiotherapy, steroids, dose or histology; it cannot show what the lesion was"
)
FEATURE_SETS = ("no_dose_no_time", "image_only")
FRAME = "stripped"
LABEL_MAP = "deepbratumia"

_FILES = {
    "t1_file": ("T1",),
    "t1ce_file": ("CT1",),
    "t2_file": ("T2",),
    "flair_file": ("FLAIR",),
}
# The atlas mask of DeepBraTumIA, carried back by its makers onto the grid of CT1 itself.
_MASK_FOLDER = "DeepBraTumIA-segmentation/native/segmentation"
_MASK = {"lesion_mask_file": ("ct1_seg_mask",)}
_SURVIVAL = "in weeks as in the table, which says neither from when nor who died"


def load_cohort(
    root: Path,
    *,
    rt_end_week: int | None = None,
    window_weeks: int = 12,
    weak_labels: bool = False,
) -> LoadedCohort:
    """Read every scan with T1CE and FLAIR.

    Parameters
    ----------
    root : Path
        Folder with ``Imaging`` and the tables.
    rt_end_week : int, optional
        Week in which radiotherapy is assumed to have ended (others assume 10); without
        one, no scan has a time since radiotherapy.
    window_weeks : int, default 12
        How long after `rt_end_week` a progression is early.
    weak_labels : bool, default False
        Label early progressions by the next rating, see `lumiere_labels.weak_label`.

    Returns
    -------
    LoadedCohort
        One row per scan; time points count the weeks that are rated or imaged, from 0.

    Raises
    ------
    MissingInputError
        If there is no patient's folder, or no table of ratings or of patients.
    AmbiguousInputError
        If a table is there more than once.
    TableError
        With every fault of a table.
    """
    root = named(root)
    folders = find_folders(root, PATIENT)
    if not folders:
        raise MissingInputError(
            f"no folder named like Patient-001 under {root.name}; "
            "give the folder that holds the unpacked download"
        )
    notes: list[dict[str, object]] = []
    ratings, odd = read_ratings(_table(root, "LUMIERE-ExpertRating", notes))
    patients, more = read_patients(_table(root, "LUMIERE-Demographics_Pathology", notes))
    orders = _orders(folders, ratings)
    scans = one_per_time_point([scan for one in folders for scan in _scans(one, root, orders)])
    notes += [
        *odd,
        *more,
        *_odd_folders(folders),
        *_without_row(scans, patients),
        *_promised(root, scans, orders),
    ]
    notes.append({"subject_id": "", "check": "survival", "detail": _SURVIVAL})
    rows: list[dict[str, Any]] = []
    reasons = []
    for scan in scans.usable:
        week = orders[scan.subject_id][scan.timepoint]
        label, event, reason = weak_label(
            ratings.get(scan.subject_id, []), rt_end_week=rt_end_week, window_weeks=window_weeks
        )
        is_event = weak_labels and label in CLASSES and week == event
        reasons.append(reason or "no scan with T1CE and FLAIR of the early progression")
        rows.append(
            {
                "subject_id": scan.subject_id,
                "timepoint": scan.timepoint,
                "visit_number": scan.timepoint,
                "dataset": NAME,
                "days_since_rt": None if rt_end_week is None else 7 * (week[0] - rt_end_week),
                "label": label if is_event else UNLABELLED,
                "label_rule": RULE if is_event else "",
                "reference_standard": "follow_up" if is_event else "unknown",
                **patients.get(scan.subject_id, {}),
                **scan.files,
            }
        )
    cohort = make_cohort(rows, source=NAME)
    labelling = cohort[["subject_id", "label"]].assign(reason=reasons) if weak_labels else None
    flow = patient_flow(scans, [*ratings, *patients], labelling)
    return LoadedCohort(cohort, flow, make_notes([*scans.notes, *notes]))


def _orders(
    folders: Iterable[Path], ratings: Mapping[str, Iterable[Rating]]
) -> dict[str, list[Week]]:
    """Weeks of every patient with a folder, rated or imaged, in order."""
    weeks: dict[str, set[Week]] = {}
    for folder in folders:
        rated = {one.week for one in ratings.get(folder.name, [])}
        imaged = {week for entry in folder.iterdir() if (week := parse_week(entry.name))}
        weeks.setdefault(folder.name, set()).update(rated | imaged)
    return {patient: sorted(found) or [(0, 0)] for patient, found in weeks.items()}


def _scans(folder: Path, root: Path, orders: Mapping[str, list[Week]]) -> Iterator[Scan]:
    """Every week of one folder of a patient; one scan without files where there is none."""
    weeks = [entry for entry in sorted(folder.iterdir()) if parse_week(entry.name)]
    for place in weeks:
        files, empty = find_files(place, root, _FILES)
        mask, empty_mask = find_files(place / _MASK_FOLDER, root, _MASK)
        timepoint = orders[folder.name].index(parse_week(place.name) or (0, 0))
        relative = place.relative_to(root).as_posix()
        yield Scan(folder.name, timepoint, relative, files | mask, empty + empty_mask)
    if not weeks:
        relative = folder.relative_to(root).as_posix()
        yield Scan(folder.name, 0, relative, dict.fromkeys((*_FILES, *_MASK), ""), [])


def _odd_folders(folders: Iterable[Path]) -> list[dict[str, object]]:
    """Note folders of a patient that are named like no week."""
    check = "folder of no week, passed over"
    return [
        {"subject_id": folder.name, "check": check, "detail": shown(entry.name)}
        for folder in folders
        for entry in sorted(folder.iterdir())
        if entry.is_dir() and parse_week(entry.name) is None
    ]


def _without_row(scans: Scans, patients: Mapping[str, object]) -> list[dict[str, object]]:
    """Note who has images and no row in the table of patients."""
    unknown = sorted({scan.subject_id for scan in scans.found} - {*patients})
    return [{"subject_id": one, "check": "no row in the table of patients"} for one in unknown]


def _promised(
    root: Path, scans: Scans, orders: Mapping[str, list[Week]]
) -> list[dict[str, object]]:
    """Note sequences that the makers list and the download lacks; needs their table."""
    notes: list[dict[str, object]] = []
    try:
        shipped = read_completeness(_table(root, "LUMIERE-datacompleteness", notes))
    except MissingInputError:
        return []
    except (AmbiguousInputError, TableError) as error:
        check = "table of the sequences could not be read, not used"
        return [{"subject_id": "", "check": check, "detail": " ".join(str(error).split())}]
    return notes + [
        scan_note(scan, "sequence of the table is not there", _FILES[column][0])
        for scan in scans.found
        for column in sorted(
            shipped.get((scan.subject_id, orders[scan.subject_id][scan.timepoint]), ())
        )
        if not scan.files[column]
    ]


def _table(root: Path, prefix: str, notes: list[dict[str, object]]) -> Path:
    """Find the newest table of a name and note the others."""
    path, others = newest(root, (f"{prefix}*.csv", f"{prefix}*.xls*"), scans=PATIENT)
    notes += others
    return path
