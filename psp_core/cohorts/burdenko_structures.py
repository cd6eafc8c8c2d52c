"""Which structure set of several on one planning CT is used: the one that holds most.

A patient of Burdenko-GBM-Progression has up to five structure sets. Those drawn on an MR
series are never used here: their frame is not that of the dose.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import pandas as pd

from psp_core.acquisition.index import DicomIndex
from psp_core.acquisition.structures import StructureSet, read_structures
from psp_core.cohorts.flow import LoadedCohort, join_notes, make_notes
from psp_core.cohorts.roi_names import follow_up_of, is_drawn, is_target
from psp_core.cohorts.series import reference, referenced_series
from psp_core.errors import PSPError
from psp_core.evaluation.classes import UNLABELLED

REPLACED_CHECK = "several structures series"  # what the headers alone could choose


@dataclass(frozen=True, order=True)
class Content:
    """What is drawn in a structure set; the greatest is kept."""

    event_contours: int = 0  # lesions of the follow-up that carries the label
    follow_up_contours: int = 0
    targets: int = 0
    closed: int = 0  # all regions that enclose an area

    @property
    def words(self) -> str:
        """The first count that is not zero, said for a reader."""
        named = {
            "lesions of the event visit": self.event_contours,
            "follow-up lesions": self.follow_up_contours,
            "targets": self.targets,
            "regions": self.closed,
        }
        return next((f"{name}: {n}" for name, n in named.items() if n), "nothing drawn")


def content_of(structures: StructureSet, event_visit: int | None) -> Content:
    """Count what is drawn in a structure set.

    Parameters
    ----------
    event_visit : int or None
        Follow-up that carries the label.
    """
    drawn = [name for name, item in structures.structures.items() if is_drawn(item)]
    visits = Counter(follow_up_of(name) for name in drawn)
    none = visits.pop(None, 0)
    return Content(
        event_contours=visits[event_visit],
        follow_up_contours=len(drawn) - none,
        targets=sum(map(is_target, drawn)),
        closed=len(drawn),
    )


def choose_structures(loaded: LoadedCohort, index: DicomIndex) -> LoadedCohort:
    """Choose among the structure sets on the planning CT of each patient by their content.

    Most drawn lesions of the event visit, then of any follow-up (``FU_n_*``), then most
    targets, then most closed regions, then the smallest series number and UID. Only
    patients with several such sets are read. What cannot be read loses, and is noted.

    Parameters
    ----------
    loaded : LoadedCohort
        With ``ct_file`` and ``structures_file`` as the headers alone tell.
    index : DicomIndex
        Where the structure sets lie.
    """
    cohort = loaded.cohort.copy()
    sets = index.series[index.series["modality"] == "RTSTRUCT"]
    sets = sets.sort_values(["series_number", "series_uid"])
    has_set = (cohort["structures_file"] != "") & (cohort["ct_file"] != "")
    notes: list[dict[str, object]] = []
    chosen_for = []
    for subject, rows in cohort[has_set].groupby("subject_id", sort=False):
        ct_uid = referenced_series(rows["ct_file"].iloc[0])
        own = (sets["referenced_series_uid"] == ct_uid) & (sets["patient_id"] == subject)
        candidates = sets[own]
        if len(candidates) < 2:
            continue
        labelled = rows.loc[rows["label"] != UNLABELLED, "timepoint"]
        event_visit = int(labelled.iloc[0]) if len(labelled) else None
        kept, words, why_not = _choose(candidates, index, event_visit)
        chosen_for.append(subject)
        cohort.loc[cohort["subject_id"] == subject, "structures_file"] = kept
        detail = f"{len(candidates)} structure sets on the planning CT, kept {words}"
        notes.append({"subject_id": subject, "check": "several structure sets", "detail": detail})
        notes += [{"subject_id": subject, **note} for note in why_not]
    stale = (loaded.notes["check"] == REPLACED_CHECK) & loaded.notes["subject_id"].isin(chosen_for)
    return replace(loaded, cohort=cohort, notes=join_notes(loaded.notes[~stale], make_notes(notes)))


def _choose(
    candidates: pd.DataFrame, index: DicomIndex, event_visit: int | None
) -> tuple[str, str, list[dict[str, object]]]:
    """Reference of the best candidate, which one it is and why, and notes of all of them."""
    read: list[tuple[Content, int]] = []
    notes: list[dict[str, object]] = []
    numbers = [f"number {number}" for number in candidates["series_number"]]
    for position, uid in enumerate(candidates["series_uid"]):
        try:
            files = index.files(uid)
            if len(files) > 1:
                detail = f"{numbers[position]}: {len(files)} files in one series"
                notes.append({"check": "structure set cannot be read", "detail": detail})
                continue
            structures = read_structures(files[0])
        except PSPError as error:
            detail = f"{numbers[position]}: {type(error).__name__}"
            notes.append({"check": "structure set cannot be read", "detail": detail})
            continue
        content = content_of(structures, event_visit)
        if not content.closed:
            notes.append({"check": "structure set without contours", "detail": numbers[position]})
        unnamed = sum(" has no name" in warning for warning in structures.warnings)
        if unnamed:
            detail = f"{numbers[position]}: {unnamed} regions"
            notes.append({"check": "structure set with unnamed regions", "detail": detail})
        read.append((content, -position))
    content, minus_position = max(read, default=(Content(), 0))
    best = -minus_position
    words = f"{numbers[best]}: {content.words if read else 'none can be read'}"
    return reference(str(candidates["series_uid"].iloc[best])), words, notes
