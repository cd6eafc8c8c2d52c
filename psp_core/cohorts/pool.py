"""Scans that may be learned from without a label: of nobody who is predicted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from psp_core.cohorts.overlap import person_of, without_overlap
from psp_core.cohorts.stored import stored_cohorts, stored_people
from psp_core.evaluation.classes import CLASSES
from psp_core.runs import Run

SEGMENTED = "brats2021"  # the segmenter learns from its masks


@dataclass(frozen=True)
class Pool:
    """The unlabelled patients of a run.

    Attributes
    ----------
    patients : mapping of str to frozenset of str
        Subject IDs by collection. Two copies of one person may both be here: each stage that
        learns from several collections takes one, see `preprocessing.learnable`.
    dropped : DataFrame
        ``patient, reason``: who has a label, and further copies that pre-training leaves out.
    """

    patients: Mapping[str, frozenset[str]]
    dropped: pd.DataFrame


def unlabelled_pool(run: Run) -> Pool:
    """Who is left of the collections that the study learns from without labels.

    A patient with a label in any collection leaves, whatever the collection and the time
    point.

    Raises
    ------
    StageError, TableError
        See `stored.stored_cohorts`.
    """
    people, params = stored_people(run), run.params
    names = {SEGMENTED, *params.pretraining.collections, *params.intensity.landmark_collections}
    asked: list[str] = []
    for name, cohort in stored_cohorts(run).items():
        if name in names:
            subjects = cohort.loc[~cohort["label"].isin(CLASSES), "subject_id"].unique()
            asked += [f"{name}/{subject}" for subject in subjects]
    predicted = set(person_of(people.labelled, people.crosswalk).values())
    by_name: dict[str, set[str]] = {name: set() for name in sorted(names)}
    for patient, person in person_of(asked, people.crosswalk).items():
        dataset, _, subject = patient.partition("/")
        if person not in predicted:
            by_name[dataset].add(subject)
    learned = [one for one in asked if one.partition("/")[0] in params.pretraining.collections]
    _, dropped = without_overlap(learned, people.labelled, people.crosswalk)
    return Pool({name: frozenset(some) for name, some in by_name.items()}, dropped)
