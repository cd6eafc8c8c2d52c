"""Scans that may be learned from without a label: of nobody who is predicted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from psp_core.cohorts.overlap import person_of, without_overlap
from psp_core.cohorts.stored import stored_cohorts, stored_people
from psp_core.errors import MissingInputError
from psp_core.runs import Run

SEGMENTED = "brats2021"  # the segmenter learns from its masks
INSIDE = ("upenn_gbm", "ucsf_pdgm")  # collections that gave cases to it


@dataclass(frozen=True)
class Pool:
    """The unlabelled patients of a run.

    Attributes
    ----------
    patients : mapping of str to frozenset of str
        Subject IDs by collection. Two copies of one person may both be here: each stage that
        learns from several collections takes one, see `preprocessing.learnable`.
    dropped : DataFrame
        ``patient, reason`` of pre-training's collections: who has a label, and further copies.
    learned : int
        Patients of these collections that are left to pre-training.
    """

    patients: Mapping[str, frozenset[str]]
    dropped: pd.DataFrame
    learned: int


def unlabelled_pool(run: Run) -> Pool:
    """Who is left of the collections that the study learns from without labels.

    A patient with a label in any collection leaves, whatever the collection and the time
    point.

    Raises
    ------
    MissingInputError
        If nobody can tell which BraTS 2021 cases are patients of a test set.
    StageError, TableError
        See `stored.stored_cohorts`.
    """
    people, params, cohorts = stored_people(run), run.params, stored_cohorts(run)
    names = {SEGMENTED, *params.pretraining.collections, *params.intensity.landmark_collections}
    asked = [
        f"{name}/{subject}"
        for name, cohort in cohorts.items()
        if name in names
        for subject in cohort["subject_id"].unique()
    ]
    if people.crosswalk is None and SEGMENTED in cohorts:
        _require_crosswalk(people.labelled)
    predicted = set(person_of(people.labelled, people.crosswalk).values())
    by_name: dict[str, set[str]] = {name: set() for name in sorted(names)}
    for patient, person in person_of(asked, people.crosswalk).items():
        dataset, _, subject = patient.partition("/")
        if person not in predicted:
            by_name[dataset].add(subject)
    learned = [one for one in asked if one.partition("/")[0] in params.pretraining.collections]
    kept, dropped = without_overlap(learned, people.labelled, people.crosswalk)
    patients = {name: frozenset(some) for name, some in by_name.items()}
    return Pool(patients, dropped, len(kept))


def _require_crosswalk(labelled: Iterable[str]) -> None:
    """Refuse to learn from BraTS 2021 while it may hold the patients of a test set."""
    held = sorted({name for one in labelled if (name := one.partition("/")[0]) in INSIDE})
    if held:
        raise MissingInputError(
            f"BraTS 2021 holds patients of {', '.join(held)}, whose labels are predicted, and "
            "nothing here says which; put BraTS2021_MappingToTCIA.xlsx into its folder, or name it "
            "as brats2021.crosswalk"
        )
