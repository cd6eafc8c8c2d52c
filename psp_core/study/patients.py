"""The patients table: one row per labelled patient, with everything an arm may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from psp_core.cohorts import own
from psp_core.cohorts.roots import find_root
from psp_core.cohorts.schema import read_cohort
from psp_core.errors import TableError
from psp_core.evaluation.classes import CLASSES
from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.pipeline import PHANTOM_COHORTS
from psp_core.runs import Run

TRAINING = "burdenko"
SEALED = "sealed"
LEARNING = "learning"
KEY = ("dataset", "subject_id", "timepoint")
FROM_COHORT = ("label", "days_since_rt", "age_years", "sex", "idh_status", "mgmt_status")
FROM_FEATURES = ("mean_dose_gy", "min_dose_gy", "median_dose_gy", "d98_gy", "lesion_volume_cm3")
COLUMNS = (*KEY, *FROM_COHORT, *FROM_FEATURES, "has_image")


@dataclass(frozen=True)
class Patients:
    """Who can be studied.

    Attributes
    ----------
    table : DataFrame
        `COLUMNS`; one row per labelled patient, sorted. A missing number is NaN, a missing
        category ``unknown``; ``has_image`` is False where no scan could be prepared.
    lost : DataFrame
        ``dataset, subject_id, lost`` (``visit``, ``image``, ``lesion``), ``reason``.
    """

    table: pd.DataFrame
    lost: pd.DataFrame


def patient_keys(table: pd.DataFrame) -> list[str]:
    """Where each row's scan lies in a store: ``dataset/subject_id/timepoint``."""
    columns = (table[name] for name in KEY)
    return [f"{name}/{one}/{int(time):03d}" for name, one, time in zip(*columns, strict=True)]


def join_patients(cohorts: Iterable[pd.DataFrame], features: pd.DataFrame) -> Patients:
    """Join cohort tables with the features table.

    A patient with several labelled visits enters with the first.

    Raises
    ------
    TableError
        If no patient has a label, or the features table has two rows of one scan.
    """
    rows = [table[table["label"].isin(CLASSES)] for table in cohorts]
    labelled = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(KEY))
    if labelled.empty:
        raise TableError("patients", ["no patient has a label; look at the cohort page"])
    if features.duplicated(list(KEY)).any():
        twice = int(features.duplicated(list(KEY)).sum())
        raise TableError("features", [f"{twice} scans stand twice; run 03_dosimetry again"])
    labelled = labelled.sort_values(list(KEY), ignore_index=True)
    later = labelled.duplicated(["dataset", "subject_id"])
    lost = [_lost(labelled[later], "visit", "the patient's first labelled visit is studied")]
    joined = labelled[~later].merge(
        features[[*KEY, *FROM_FEATURES, "status", "reason", "lesion_reason"]],
        on=list(KEY),
        how="left",
    )
    has_image = joined["status"] == DONE
    joined = joined.assign(has_image=has_image)
    told = joined["reason"].where(joined["reason"].fillna("") != "", "the scan was not prepared")
    lost.append(_lost(joined[~has_image], "image", told[~has_image]))
    no_lesion = has_image & ~(joined["lesion_volume_cm3"] > 0)
    told = joined["lesion_reason"].where(
        joined["lesion_reason"].fillna("") != "", "no lesion was found"
    )
    lost.append(_lost(joined[no_lesion], "lesion", told[no_lesion]))
    table = joined[list(COLUMNS)].reset_index(drop=True)
    return Patients(table, pd.concat(lost, ignore_index=True))


def study_patients(run: Run, *, with_learning: bool = False) -> Patients:
    """The patients of a run: training cohort, external one, and the phantoms' further cohorts.

    The sealed cohort is read only where ``classification.score_sealed`` says so.

    Parameters
    ----------
    with_learning : bool, default False
        Whether those are wanted, too, who are there for learning curves alone.

    Raises
    ------
    MissingInputError, StageError, TableError
        If cohort or features are not there, or have faults.
    """
    params, tables = run.params, run.finished("cohort").folder
    names = [TRAINING, *(["external"] if (tables / "external.parquet").is_file() else [])]
    cohorts = [read_cohort(tables / f"{name}.parquet") for name in names]
    for name in further_cohorts(params.classification.score_sealed, with_learning):
        root = find_root(run, name, None)
        if root is not None and (root / params.external.table).is_file():
            cohorts.append(own.load_cohort(root / params.external.table, dataset=name).cohort)
    features = pd.read_parquet(run.finished("features").folder / "features.parquet")
    return join_patients(cohorts, features)


def further_cohorts(score_sealed: bool, with_learning: bool) -> list[str]:
    """The phantoms' cohorts that may be read, beside the training and the external one."""
    held_back = {SEALED: not score_sealed, LEARNING: not with_learning}
    return [name for name in PHANTOM_COHORTS if not held_back.get(name, False)]


def _lost(rows: pd.DataFrame, what: str, reason: str | pd.Series) -> pd.DataFrame:
    return rows[["dataset", "subject_id"]].assign(lost=what, reason=reason)
