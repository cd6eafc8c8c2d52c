"""Control visits to follow-ups of the clinical table: by number, by date, or both.

The two sources disagree for some patients, so the disagreement is listed and the
user says which one wins. Only differences in days are told, never a date.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

import pandas as pd

from psp_core.cohorts.burdenko_studies import CONTROL
from psp_core.cohorts.flow import make_notes
from psp_core.errors import ConfigError

VisitMatch = Literal["number", "date", "number_and_date"]
VISIT_MATCHES = ("number", "date", "number_and_date")


def match_visits(
    studies: pd.DataFrame,
    visits: pd.DataFrame,
    rt_end_dates: pd.Series[pd.Timestamp],
    *,
    visit_match: VisitMatch = "number",
    date_tolerance_days: int = 14,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give every control visit the follow-up of the clinical table that it images.

    Parameters
    ----------
    studies : DataFrame
        From `burdenko_studies.imaging_studies`.
    visits : DataFrame
        From `labels.follow_up_visits`.
    rt_end_dates : Series of Timestamp
        End of radiotherapy by subject ID.
    visit_match : {"number", "date", "number_and_date"}
        ``number``: control visit n is follow-up n, whatever the dates say.
        ``date``: the follow-up nearest in time, within the tolerance.
        ``number_and_date``: the number, only where the dates agree.
    date_tolerance_days : int, default 14
        Largest difference at which two dates agree.

    Returns
    -------
    matched : DataFrame
        Matched control visits, one per patient and follow-up: the columns of
        `studies` with ``visit_number`` (of the clinical table) and
        ``days_since_rt`` (of the clinical table, else of the images).
    notes : DataFrame
        Disagreements of number and date, and control visits without a follow-up.

    Raises
    ------
    ConfigError
        If `visit_match` is unknown.
    """
    if visit_match not in VISIT_MATCHES:
        expected = ", ".join(VISIT_MATCHES)
        raise ConfigError("visit_match", [f"found {visit_match!r}; expected one of {expected}"])
    control = studies[studies["kind"] == CONTROL].copy()
    ends = pd.to_datetime(control["subject_id"].map(rt_end_dates))
    control["image_day"] = (control["study_date"] - ends).dt.days.astype(float)
    days_by_subject = {
        str(subject): dict(
            zip(own["visit_number"].astype(float), own["days_since_rt"], strict=True)
        )
        for subject, own in visits.groupby("subject_id", sort=False)
    }
    follow_ups: list[float] = []
    gaps: list[float] = []
    notes: list[dict[str, object]] = []
    for _, study in control.iterrows():
        days = days_by_subject.get(study["subject_id"], {})
        number, image_day = float(study["visit_number"]), float(study["image_day"])
        by_number = number if number in days else math.nan
        by_date = _nearest(image_day, days, date_tolerance_days)
        gap = image_day - days.get(by_number, math.nan)
        agrees = abs(gap) <= date_tolerance_days
        follow_up = by_date if visit_match == "date" else by_number
        if visit_match == "number_and_date" and not agrees:
            follow_up = math.nan
        follow_ups.append(follow_up)
        gaps.append(image_day - days.get(follow_up, math.nan))
        about = {"subject_id": study["subject_id"], "visit_number": number, "days": gap}
        apart = abs(gap) > date_tolerance_days
        if apart or (not math.isnan(number + by_date) and by_date != number):
            near = "no follow-up" if math.isnan(by_date) else f"follow-up {by_date:.0f}"
            detail = f"by date it is {near}"
            notes.append({**about, "check": "visit number and date disagree", "detail": detail})
        if math.isnan(follow_up):
            notes.append({**about, "check": "control visit without follow-up in the table"})
    control["follow_up"] = follow_ups
    control["gap"] = [abs(gap) for gap in gaps]
    return _one_per_visit(control, days_by_subject, notes), make_notes(notes)


def _nearest(image_day: float, days: Mapping[float, float], tolerance: int) -> float:
    """Return the follow-up nearest to a day within the tolerance (the earlier on a tie), or NaN."""
    near = [(abs(image_day - day), number) for number, day in days.items()]
    near = [(gap, number) for gap, number in near if gap <= tolerance]
    return min(near)[1] if near else math.nan


def _one_per_visit(
    control: pd.DataFrame,
    days_by_subject: Mapping[str, Mapping[float, float]],
    notes: list[dict[str, object]],
) -> pd.DataFrame:
    """Keep one study per follow-up: with most series, then nearest in time."""
    files = [name for name in control.columns if name.endswith("_file")]
    matched = control[control["follow_up"].notna()].copy()
    matched["n_series"] = (matched[files] != "").sum(axis=1)
    matched = matched.sort_values(
        ["subject_id", "follow_up", "n_series", "gap", "study_uid"],
        ascending=[True, True, False, True, True],
        na_position="last",
    )
    repeated = matched.duplicated(["subject_id", "follow_up"])
    for _, study in matched[repeated].iterrows():
        notes.append(
            {
                "subject_id": study["subject_id"],
                "visit_number": study["follow_up"],
                "check": "several control visits for one follow-up",
                "detail": f"the study named control visit {study['visit_number']:g} is not used",
            }
        )
    kept = matched[~repeated].copy()
    table_days = [
        days_by_subject[subject][number]
        for subject, number in zip(kept["subject_id"], kept["follow_up"], strict=True)
    ]
    days_since_rt = pd.Series(table_days, index=kept.index, dtype=float)
    kept["days_since_rt"] = days_since_rt.fillna(kept["image_day"])
    kept["visit_number"] = kept["follow_up"]
    return kept.drop(columns=["follow_up", "gap", "n_series", "image_day"]).reset_index(drop=True)
