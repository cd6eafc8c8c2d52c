"""The patients of a run with the place of the lesion in the field, for subgroups."""

from __future__ import annotations

import pandas as pd

from psp_core.cohorts.subsets import UNKNOWN
from psp_core.runs import Run
from psp_core.study.experiments import read_patients
from psp_core.study.patients import KEY

FIELD_CALL = "field_call"


def read_subgroup_patients(run: Run) -> pd.DataFrame:
    """Read the patients table of the classification with `FIELD_CALL` of the dosimetry page.

    Returns
    -------
    DataFrame
        See `study.patients.COLUMNS`; `FIELD_CALL` is ``unknown`` of who has no dose.

    Raises
    ------
    StageError
        If an earlier page was not run.
    """
    patients = read_patients(run)
    features = pd.read_parquet(run.finished("features").folder / "features.parquet")
    known = features[[*KEY, FIELD_CALL]].drop_duplicates(list(KEY))
    joined = patients.merge(known, on=list(KEY), how="left")
    return joined.assign(field_call=joined[FIELD_CALL].fillna(UNKNOWN))
