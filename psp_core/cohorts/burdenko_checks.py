"""Oddities of the clinical table that are kept and listed, each with its difference in days."""

from __future__ import annotations

import math

import pandas as pd

from psp_core.cohorts.flow import make_notes
from psp_core.cohorts.labels import VISITS

SHORT_RT_DAYS = 25  # hypofractionated or split courses end within this many days


def check_clinical_table(clinical: pd.DataFrame) -> pd.DataFrame:
    """List what is odd in the clinical table without being impossible, as notes."""
    rows: list[dict[str, object]] = []
    for _, patient in clinical.iterrows():
        found = [*_date_checks(patient), *_visit_checks(patient)]
        is_blank = all(
            value in {"", "unknown"} if isinstance(value, str) else pd.isna(value)
            for value in patient.drop(["subject_id", "study_day"])
        )
        if is_blank:
            found = [("row without clinical data", math.nan, math.nan)]
        rows += [
            {"subject_id": patient["subject_id"], "check": check, "visit_number": n, "days": days}
            for check, n, days in found
        ]
    return make_notes(rows)


def _date_checks(patient: pd.Series) -> list[tuple[str, float, float]]:
    """Dates of treatment; a comparison with a missing date is false."""
    rt_start = float(patient["rt_start_day"])
    after_start = {
        "surgery after start of radiotherapy": patient["surgery_day"] - rt_start,
        "topometric MRI after start of radiotherapy": patient["topometric_mri_day"] - rt_start,
    }
    found = [(check, math.nan, float(days)) for check, days in after_start.items() if days > 0]
    shift = float(patient["study_day"] - patient["topometric_mri_day"])
    if shift != 0 and not math.isnan(shift):
        found.append(("study date is not that of the topometric MRI", math.nan, shift))
    if patient["death_day"] < 0:
        death = float(patient["death_day"])
        found.append(("death before end of radiotherapy", math.nan, death))
    if -rt_start <= SHORT_RT_DAYS:
        check = f"radiotherapy of {SHORT_RT_DAYS} days or fewer"
        found.append((check, math.nan, -rt_start))
    return found


def _visit_checks(patient: pd.Series) -> list[tuple[str, float, float]]:
    """Follow-ups: dates against labels, and their order."""
    found = []
    latest = -math.inf
    death = float(patient["death_day"])
    for number in VISITS:
        day, response = float(patient[f"visit_{number}_day"]), patient[f"response_{number}"]
        if math.isnan(day):
            if response:
                found.append(("response without date", float(number), math.nan))
            continue
        if not response:
            found.append(("follow-up without response", float(number), day))
        if day < 0:
            found.append(("follow-up before end of radiotherapy", float(number), day))
        if day <= latest:
            found.append(("follow-up not after the one before", float(number), day - latest))
        if day > death:
            found.append(("follow-up after death", float(number), day - death))
        latest = max(latest, day)
    return found
