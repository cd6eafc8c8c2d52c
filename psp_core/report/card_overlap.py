"""Who of the patients that are predicted was among those that something learned from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from psp_core.classifiers.feature_sets import feature_set_of
from psp_core.cohorts.overlap import person_of, weights_mark
from psp_core.report.card_sets import Roots, roots_of, set_with_owner
from psp_core.report.exported import Exported, weights_behind
from psp_core.report.formatting import words
from psp_core.runs import Run
from psp_core.study.entry import Entry
from psp_core.study.patients import TRAINING, patient_keys
from psp_core.study.weights_marks import weights_marks

NOBODY = "no set of this run is predicted"
BY_PERSON = "; who has a label was kept out, person by person, when it was trained"
NOTHING: Mapping[str, Any] = MappingProxyType({})
SEGMENTER = "segmenter"
WHERE_IT_DREW = ", where it proved good enough to draw the lesion"


def overlap_by_set(
    patients: pd.DataFrame,
    learned_from: Iterable[str] | None,
    roots: Roots,
    *,
    by_collection: Mapping[str, Sequence[str]] = NOTHING,
    marks: Mapping[str, str] = NOTHING,
    crosswalk: pd.DataFrame | None = None,
    without: Iterable[str] = (),
) -> dict[str, str]:
    """Say for every set of patients how many of them were learned from.

    Parameters
    ----------
    patients : DataFrame
        The patients table.
    learned_from : iterable of str or None
        ``dataset/subject_id/timepoint``; None where only the collections are known.
    roots : mapping of str to str or None
        See `card_sets.roots_of`.
    by_collection : mapping of str to sequence of str
        Title of weights of which no file tells the scans, and their collections.
    marks : mapping of str to str
        By set, what weights that others trained may have seen, see `study.weights_marks`.
    crosswalk : DataFrame, optional
        See `overlap.person_of`: one person under two names counts.
    without : iterable of str
        Sets that are not told, as the training cohort of a model.

    Returns
    -------
    dict of str to str
        A sentence by set, in a reader's words.
    """
    left_out, told = set(without), {}
    seen = None
    if learned_from is not None:
        names = {key.rpartition("/")[0] for key in learned_from}
        seen = set(person_of(names, crosswalk).values())
    for dataset, rows in patients.groupby("dataset", sort=True):
        name = str(dataset)
        if name in left_out:
            continue
        parts = []
        if seen is not None:
            here = person_of(name + "/" + rows["subject_id"].astype(str), crosswalk)
            met = sum(person in seen for person in here.values())
            parts.append(f"{met} of its {len(here)} patients were learned from")
        parts += [_of_collections(title, of, name) for title, of in by_collection.items()]
        parts += [marks[name]] if name in marks else []
        told[set_with_owner(name, roots)] = "; ".join(parts)
    return told or {"test sets": NOBODY}


def overlap_of_model(
    run: Run,
    entry: Entry,
    weights: Iterable[Exported],
    patients: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
) -> dict[str, str]:
    """Say the same of a model: its training cohort, and all weights behind what it reads.

    Parameters
    ----------
    entry : Entry
        Of the model.
    weights : iterable of Exported
        Those that the run keeps. The study's segmenter counts only where lesions may be its own;
        of the user's weights a sentence stands where a model reads scans at all.
    patients, crosswalk
        See `overlap_by_set`.
    """
    names = weights_behind(entry)
    reads_scans = bool(names) or feature_set_of(entry.feature_set).uses_image
    names -= set() if SEGMENTER in run.params.lesion.sources else {SEGMENTER}
    behind = [one for one in weights if one.name in names]
    keys = patient_keys(patients[patients["dataset"] == TRAINING])
    return overlap_by_set(
        patients,
        keys + [key for one in behind for key in one.scans or ()],
        roots_of(run.params),
        by_collection={
            one.kind.title + (WHERE_IT_DREW if one.name == SEGMENTER else ""): one.collections
            for one in behind
            if one.scans is None
        },
        marks=weights_marks(run, patients["dataset"].unique()) if reads_scans else {},
        crosswalk=crosswalk,
        without=(TRAINING,),
    )


def _of_collections(title: str, collections: Sequence[str], dataset: str) -> str:
    mark = weights_mark(collections or None, dataset)
    if not mark:
        return f"{title}: learned from other collections"
    for name in collections:
        mark = mark.replace(name, words(name))
    return f"{title}: {mark}{BY_PERSON if collections else ''}"
