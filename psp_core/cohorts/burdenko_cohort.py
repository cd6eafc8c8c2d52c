"""The Burdenko cohort: clinical table and image index to the cohort table and its flow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.acquisition.index import DicomIndex
from psp_core.cohorts.burdenko import (
    NAME,
    find_clinical_table,
    read_clinical_table,
    read_rt_end_dates,
)
from psp_core.cohorts.burdenko_checks import check_clinical_table
from psp_core.cohorts.burdenko_files import check_files, lost_series, study_ids
from psp_core.cohorts.burdenko_plans import read_prescriptions
from psp_core.cohorts.burdenko_structures import choose_structures
from psp_core.cohorts.burdenko_studies import PLANNING, imaging_studies
from psp_core.cohorts.burdenko_visits import VisitMatch, match_visits
from psp_core.cohorts.flow import LoadedCohort, build_flow, join_notes, make_notes
from psp_core.cohorts.labels import EventRule, first_event, follow_up_visits, rule_name
from psp_core.cohorts.schema import make_cohort
from psp_core.evaluation.classes import UNLABELLED

_PLAN_FILES = ("dose_file", "structures_file", "plan_file", "ct_file")
_MR_FILES = ("t1_file", "t1ce_file", "t2_file", "flair_file")
_SERIES_NAMES = {"t1": "T1", "t1ce": "T1CE", "t2": "T2", "flair": "FLAIR"}


def load_cohort(
    index: DicomIndex,
    clinical_table: Path,
    *,
    prescription_from_dose: bool = True,
    **rules: Any,
) -> LoadedCohort:
    """Read the collection: index of the images and clinical table to a cohort.

    Parameters
    ----------
    index : DicomIndex
        Of the images.
    clinical_table : Path
        The CSV or a folder that holds it.
    prescription_from_dose : bool, default True
        See `burdenko_plans.read_prescriptions`.
    **rules
        Those of `build_cohort`.

    Raises
    ------
    TableError, MissingInputError, AmbiguousInputError, ConfigError
        From the clinical table, the label rule and the join.
    """
    clinical_table, versions = find_clinical_table(clinical_table)
    clinical, ends = read_clinical_table(clinical_table), read_rt_end_dates(clinical_table)
    loaded = choose_structures(build_cohort(clinical, ends, index.series, **rules), index)
    loaded = read_prescriptions(loaded, index, prescription_from_dose=prescription_from_dose)
    files = check_files(loaded.cohort, index)
    notes = join_notes(make_notes(versions), loaded.notes, files, lost_series(index))
    return replace(loaded, notes=notes)


def build_cohort(
    clinical: pd.DataFrame,
    rt_end_dates: pd.Series[pd.Timestamp],
    series: pd.DataFrame,
    *,
    event: EventRule = "first_non_distant",
    window_days: int | None = None,
    first_visit_only: bool = False,
    visit_match: VisitMatch = "number",
    date_tolerance_days: int = 14,
    minimum_age_years: float = 18,
    required_series: Sequence[str] = ("t1ce", "flair"),
) -> LoadedCohort:
    """Join clinical table and images.

    The cohort has a row for the planning MR (time point 0) and for every control
    visit with the required series; the event visit alone carries the label.

    Parameters
    ----------
    clinical, rt_end_dates
        From `burdenko.read_clinical_table` and `read_rt_end_dates`.
    series : DataFrame
        The ``series`` table of a DICOM index. A patient ID in it that is no study ID
        may be a name and is replaced by `burdenko_files.NO_STUDY_ID`.
    event, window_days, first_visit_only
        The label rule, see `labels.first_event`.
    visit_match, date_tolerance_days
        How images and table are joined, see `burdenko_visits.match_visits`.
    minimum_age_years : float, default 18
        Younger patients are left out; an unknown age is kept.
    required_series : sequence of {"t1", "t1ce", "t2", "flair"}
        What the event visit must have.
    """
    series = series.assign(patient_id=study_ids(series["patient_id"]))
    events = first_event(
        clinical, event=event, window_days=window_days, first_visit_only=first_visit_only
    )
    visits = follow_up_visits(clinical)
    studies, study_notes = imaging_studies(series)
    matched, visit_notes = match_visits(
        studies,
        visits,
        rt_end_dates,
        visit_match=visit_match,
        date_tolerance_days=date_tolerance_days,
    )
    planning, planning_notes = _planning(studies, clinical, rt_end_dates, date_tolerance_days)
    required = [f"{kind}_file" for kind in required_series]
    labels = dict(zip(events["subject_id"], events["label"], strict=True))
    lost = events[events["label"] == UNLABELLED]
    without_event = dict(zip(lost["subject_id"], lost["reason"], strict=True))
    young = clinical.loc[clinical["age_years"] < minimum_age_years, "subject_id"]
    too_young = dict.fromkeys(young, f"younger than {minimum_age_years:g} years")
    flow = build_flow(
        "Patients in the clinical table or the images",
        sorted(set(clinical["subject_id"]) | set(series["patient_id"])),
        [
            ("Listed in both", _listed_once(clinical, series, visits)),
            ("With an event under the label rule", without_event),
            (f"Aged {minimum_age_years:g} or more", too_young),
            ("With images of the event visit", _without_images(events, matched, required_series)),
            ("With planning CT and dose", _without_dose(events, planning)),
        ],
        labels,
    )
    included = set(events["subject_id"]) - set(flow.dropped["subject_id"])
    timepoints = pd.concat([planning, matched], ignore_index=True)
    timepoints = timepoints[
        timepoints["subject_id"].isin(included) & (timepoints[required] != "").all(axis=1)
    ]
    rule = rule_name(event, window_days, first_visit_only)
    patients = clinical.merge(events[["subject_id", "label"]], on="subject_id")
    patients["event_visit"] = events["visit_number"].to_numpy()
    by_subject = {str(row["subject_id"]): row for _, row in patients.iterrows()}
    plans = {str(row["subject_id"]): row for _, row in planning.iterrows()}
    rows = [
        _row(study, by_subject[study["subject_id"]], plans[study["subject_id"]], rule)
        for _, study in timepoints.iterrows()
    ]
    notes = join_notes(check_clinical_table(clinical), study_notes, planning_notes, visit_notes)
    return LoadedCohort(make_cohort(rows, source=NAME), flow, notes)


def _planning(
    studies: pd.DataFrame,
    clinical: pd.DataFrame,
    rt_end_dates: pd.Series[pd.Timestamp],
    date_tolerance_days: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One planning study per patient (with CT and dose first, then most series), and notes.

    As at the visits, the day is that of the clinical table, else that of the images.
    """
    planning = studies[studies["kind"] == PLANNING].copy()
    planning["complete"] = (planning["ct_file"] != "") & (planning["dose_file"] != "")
    planning["n_series"] = (planning[list(_PLAN_FILES + _MR_FILES)] != "").sum(axis=1)
    planning = planning.sort_values(
        ["subject_id", "complete", "n_series", "study_uid"], ascending=[True, False, False, True]
    )
    planning = planning.drop_duplicates("subject_id").drop(columns=["complete", "n_series"])
    ends = pd.to_datetime(planning["subject_id"].map(rt_end_dates))
    image_day = (planning["study_date"] - ends).dt.days.astype(float)
    table_day = planning["subject_id"].map(clinical.set_index("subject_id")["study_day"])
    gap = (image_day - table_day).to_numpy(dtype=float)
    notes = make_notes(
        {
            "subject_id": subject,
            "check": "planning dates of images and table disagree",
            "days": days,
        }
        for subject, days in zip(planning["subject_id"], gap, strict=True)
        if abs(days) > date_tolerance_days
    )
    planning["days_since_rt"] = table_day.fillna(image_day)
    planning["visit_number"] = 0.0
    return planning.reset_index(drop=True), notes


def _listed_once(
    clinical: pd.DataFrame, series: pd.DataFrame, visits: pd.DataFrame
) -> dict[str, str]:
    """Patients of whom one of the two sources knows nothing."""
    in_table, in_images = set(clinical["subject_id"]), set(series["patient_id"])
    filled = set(visits["subject_id"]) | set(
        clinical.loc[clinical[["rt_start_day", "age_years"]].notna().any(axis=1), "subject_id"]
    )
    reasons = dict.fromkeys(in_images - in_table, "images without a row in the clinical table")
    reasons |= dict.fromkeys(in_table - in_images, "no images")
    return reasons | dict.fromkeys(in_table - filled, "the row of the clinical table is blank")


def _without_images(
    events: pd.DataFrame, matched: pd.DataFrame, required_series: Sequence[str]
) -> dict[str, str]:
    """Patients whose event visit has no images, or lacks a required series."""
    keys = zip(matched["subject_id"], matched["visit_number"], strict=True)
    imaged: Mapping[Any, Any] = dict(zip(keys, matched.to_dict("records"), strict=True))
    reasons = {}
    for subject, number in zip(events["subject_id"], events["visit_number"], strict=True):
        study = imaged.get((subject, number))
        if study is None:
            reasons[subject] = "no images of the event visit"
            continue
        lacking = [_SERIES_NAMES[kind] for kind in required_series if not study[f"{kind}_file"]]
        if lacking:
            reasons[subject] = f"event visit without {' and '.join(lacking)}"
    return reasons


def _without_dose(events: pd.DataFrame, planning: pd.DataFrame) -> dict[str, str]:
    plans = planning.set_index("subject_id")
    reasons = {}
    for subject in events["subject_id"]:
        if subject not in plans.index:
            reasons[subject] = "no planning study"
        elif not plans.loc[subject, "dose_file"]:
            reasons[subject] = "no planning dose"
        elif not plans.loc[subject, "ct_file"]:
            reasons[subject] = "no planning CT"
    return reasons


def _row(study: pd.Series, patient: pd.Series, plan: pd.Series, rule: str) -> dict[str, Any]:
    """One row of the cohort table."""
    number = float(study["visit_number"])
    is_event = number == patient["event_visit"]
    survival_days, survival_event = _survival(patient)
    files = {name: study[name] for name in _MR_FILES} | {name: plan[name] for name in _PLAN_FILES}
    return {
        "subject_id": study["subject_id"],
        "timepoint": int(number),
        "dataset": NAME,
        "label": patient["label"] if is_event else UNLABELLED,
        "label_rule": rule if is_event else "",
        "days_since_rt": study["days_since_rt"],
        "visit_number": number,
        **{name: patient[name] for name in ("age_years", "sex", "idh_status", "mgmt_status")},
        "survival_days": survival_days,
        "survival_event": survival_event,
        **files,
    }


def _survival(patient: pd.Series) -> tuple[float, float]:
    """Days from the end of radiotherapy to death, else (event 0) to the last follow-up."""
    death = float(patient["death_day"])
    if not math.isnan(death):
        return (death, 1.0) if death >= 0 else (math.nan, math.nan)
    days = [float(patient[name]) for name in patient.index if str(name).startswith("visit_")]
    last = max((day for day in days if day >= 0), default=math.nan)
    return last, math.nan if math.isnan(last) else 0.0
