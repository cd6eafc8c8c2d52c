"""Who of the patients that are predicted was among those that something learned from."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from psp_core.cohorts.overlap import person_of, weights_mark
from psp_core.report.formatting import words

NOBODY = "no set of this run is predicted"


def overlap_by_set(
    patients: pd.DataFrame,
    learned_from: Iterable[str] | None,
    *,
    collections: Iterable[str] = (),
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
    collections : iterable of str
        Collections that were learned from; used where the scans are not known.
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
        here = person_of(name + "/" + rows["subject_id"].astype(str), crosswalk)
        if seen is not None:
            met = sum(person in seen for person in here.values())
            told[words(name)] = f"{met} of its {len(here)} patients were learned from"
        else:
            mark = weights_mark(tuple(collections), name)
            by_person = "; who has a label was kept out, person by person, when it was trained"
            told[words(name)] = mark + by_person if mark else "none of its collections"
    return told or {"test sets": NOBODY}
