"""The patients table: one row per labelled patient, with everything an arm may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from psp_core.cohorts import own
from psp_core.cohorts.eligibility import COLUMNS as ELIGIBILITY
from psp_core.cohorts.eligibility import RULES, jang_reasons
from psp_core.cohorts.roots import find_root
from psp_core.cohorts.stored import stored_cohorts
from psp_core.errors import StageError, TableError
from psp_core.evaluation.classes import CLASSES
from psp_core.inputs.arrays import keys_of
from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.copies import left_out_copies
from psp_core.preprocessing.pipeline import PHANTOM_COHORTS
from psp_core.runs import Run

TRAINING = "burdenko"
SEALED = "sealed"
LEARNING = "learning"
KEY = ("dataset", "subject_id", "timepoint")
FROM_COHORT = (
    *("label", "days_since_rt", "age_years", "sex", "idh_status", "mgmt_status"),
    *("total_dose_gy", "fractions"),
)
FROM_FEATURES = ("mean_dose_gy", "min_dose_gy", "median_dose_gy", "d98_gy", "lesion_volume_cm3")
FOR_SUBSETS = ("visit_number", "reference_standard", "resection", "n_lesions", "completeness")
"""No model sees these; see `cohorts.subsets` and `cohorts.eligibility`."""
COLUMNS = (*KEY, *FROM_COHORT, *FROM_FEATURES, "has_image", *FOR_SUBSETS)


@dataclass(frozen=True)
class Patients:
    """Who can be studied.

    Attributes
    ----------
    table : DataFrame
        `COLUMNS`; one row per labelled patient, sorted. A missing number is NaN, a missing
        category ``unknown``; ``has_image`` is False where no scan could be prepared.
    lost : DataFrame
        ``dataset, subject_id, lost`` (``visit``, ``copy``, ``eligibility``, ``image``,
        ``lesion``), ``reason``.
    rules : DataFrame
        What became of each rule of the eligibility preset, see `eligibility.RULES`.
    """

    table: pd.DataFrame
    lost: pd.DataFrame
    rules: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(RULES)))


def patient_keys(table: pd.DataFrame) -> list[str]:
    """Where each row's scan lies in a store: ``dataset/subject_id/timepoint``."""
    return keys_of(table)


def join_patients(
    cohorts: Iterable[pd.DataFrame],
    features: pd.DataFrame,
    *,
    eligibility: Literal["none", "jang"] = "none",
    copies: Mapping[str, str] | None = None,
) -> Patients:
    """Join cohort tables with the features table.

    A patient with several labelled visits enters with the first. One who leaves as a copy or
    as not eligible is not told again as lost for another reason.

    Parameters
    ----------
    cohorts : iterable of DataFrame
        Cohort tables.
    features : DataFrame
        See `preprocessing.features.features_table`.
    eligibility : {"none", "jang"}
        Preset of criteria, see `cohorts.eligibility`.
    copies : mapping of str to str, optional
        Reason by key of the scans that leave as copies of others, see `preprocessing.copies`.

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
    wanted = [*FROM_FEATURES, "completeness", "status", "reason", "lesion_reason"]
    wanted += [name for name in ELIGIBILITY if name in features]
    joined = labelled[~later].merge(features[[*KEY, *wanted]], on=list(KEY), how="left")
    joined = joined.fillna({"completeness": "unknown"})
    copied = pd.Series(patient_keys(joined), index=joined.index, dtype=object).map(copies or {})
    lost.append(_lost(joined[copied.notna()], "copy", copied[copied.notna()]))
    joined = joined[copied.isna()]
    reasons: dict[str, str] = {}
    rules = pd.DataFrame(columns=list(RULES))
    if eligibility == "jang":
        reasons, rules = jang_reasons(joined)
    told = (joined["dataset"] + "/" + joined["subject_id"]).map(reasons)
    lost.append(_lost(joined[told.notna()], "eligibility", told[told.notna()]))
    joined = joined[told.isna()]
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
    return Patients(table, pd.concat(lost, ignore_index=True), rules)


def study_patients(run: Run, *, with_learning: bool = False) -> Patients:
    """The patients of a run: training cohort, test sets, and the phantoms' further cohorts.

    Copies of other scans leave, and whom ``label.eligibility`` does not admit. The sealed
    cohort is read only where ``classification.score_sealed`` says so.

    Parameters
    ----------
    with_learning : bool, default False
        Whether those are wanted, too, who are there for learning curves alone.

    Raises
    ------
    MissingInputError, StageError, TableError
        If cohort or features are not there, or have faults.
    """
    params, stored = run.params, stored_cohorts(run)
    names = [TRAINING, *params.classification.test_sets]
    cohorts = [stored[name] for name in names if name in stored]
    for name in further_cohorts(params.classification.score_sealed, with_learning):
        root = find_root(run, name, None)
        if root is not None and (root / params.external.table).is_file():
            cohorts.append(own.load_cohort(root / params.external.table, dataset=name).cohort)
    only = params.study.patients
    if only:
        cohorts = [table[table["subject_id"].isin(only)] for table in cohorts]
    features = pd.read_parquet(run.finished("features").folder / "features.parquet")
    _check_prepared(cohorts, features)
    return join_patients(
        cohorts, features, eligibility=params.label.eligibility, copies=left_out_copies(run)
    )


def _check_prepared(cohorts: Iterable[pd.DataFrame], features: pd.DataFrame) -> None:
    """Refuse a features table that was made for a part of the labelled scans."""
    labelled = [table[table["label"].isin(CLASSES)] for table in cohorts]
    asked = {key for table in labelled for key in patient_keys(table)}
    missing = sorted(asked - set(patient_keys(features)))
    if missing:
        raise StageError(
            f"{len(missing)} labelled scans are not in the features table, the first is "
            f"{missing[0]}: it was made for other patients (study.patients); run 02_preprocessing "
            "and 03_dosimetry again"
        )


def further_cohorts(score_sealed: bool, with_learning: bool) -> list[str]:
    """The phantoms' cohorts that may be read, beside the training and the external one."""
    held_back = {SEALED: not score_sealed, LEARNING: not with_learning}
    return [name for name in PHANTOM_COHORTS if not held_back.get(name, False)]


def _lost(rows: pd.DataFrame, what: str, reason: str | pd.Series) -> pd.DataFrame:
    return rows[["dataset", "subject_id"]].assign(lost=what, reason=reason)
