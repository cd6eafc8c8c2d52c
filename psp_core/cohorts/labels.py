"""From the response at each follow-up to one labelled event per patient.

The published cohorts do not state their rule, so every part of it is a parameter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, get_args

import pandas as pd

from psp_core.errors import ConfigError, TableError
from psp_core.evaluation.classes import CLASSES, NEGATIVE_CLASS, POSITIVE_CLASS, UNLABELLED

EventRule = Literal["first_non_distant", "first", "ever_pseudoprogression"]
EVENT_RULES: tuple[EventRule, ...] = get_args(EventRule)
VISITS = range(1, 11)  # follow-ups that the clinical table has columns for

DISTANT = "distant_progression"
NO_EVENT = "none"
EVENT_OF_TOKEN = {
    "pseudo progression": NEGATIVE_CLASS,
    "progression": POSITIVE_CLASS,
    "distant progression": DISTANT,
}
_NOTHING: Mapping[str, object] = {
    "event": NO_EVENT,
    "visit_number": math.nan,
    "days_since_rt": math.nan,
    "later_progression": False,
}
RESPONSES = ("stable", "response", *EVENT_OF_TOKEN)


def response_tokens(text: str) -> frozenset[str]:
    """Split the comma-separated responses of one follow-up, as a set."""
    return frozenset(" ".join(part.split()).lower() for part in text.split(",") if part.strip())


def response_fault(text: str) -> str | None:
    """Say what is wrong with a response, or None."""
    tokens = response_tokens(text)
    unknown = sorted(tokens - set(RESPONSES))
    if unknown:
        return f"{', '.join(map(repr, unknown))} is no response; expected {', '.join(RESPONSES)}"
    if {"pseudo progression", "progression"} <= tokens:
        return "'progression' and 'pseudo progression' at one visit contradict each other"
    return None


def follow_up_visits(clinical: pd.DataFrame) -> pd.DataFrame:
    """One row per follow-up that has a date or a response.

    Parameters
    ----------
    clinical : DataFrame
        One row per patient: ``subject_id``, ``response_1`` ... ``response_10``,
        ``visit_1_day`` ... ``visit_10_day`` (days since the end of radiotherapy).

    Returns
    -------
    DataFrame
        ``subject_id``, ``visit_number``, ``days_since_rt``, ``response``, in the
        order of patients and visits.
    """
    parts = [
        pd.DataFrame(
            {
                "subject_id": clinical["subject_id"],
                "order": range(len(clinical)),
                "visit_number": number,
                "days_since_rt": clinical[f"visit_{number}_day"].astype(float),
                "response": clinical[f"response_{number}"],
            }
        )
        for number in VISITS
    ]
    visits = pd.concat(parts).sort_values(["order", "visit_number"], kind="stable")
    filled = (visits["response"] != "") | visits["days_since_rt"].notna()
    return visits[filled].drop(columns="order").reset_index(drop=True)


def first_event(
    clinical: pd.DataFrame,
    *,
    event: EventRule = "first_non_distant",
    window_days: int | None = None,
    first_visit_only: bool = False,
) -> pd.DataFrame:
    """Find the event of every patient under one label rule.

    Parameters
    ----------
    clinical : DataFrame
        One row per patient, as `burdenko.read_clinical_table` returns.
    event : {"first_non_distant", "first", "ever_pseudoprogression"}
        ``first_non_distant``: the first follow-up with progression or
        pseudoprogression, distant progression ignored. ``first``: the first
        follow-up with any of the three; a distant one gives no class.
        ``ever_pseudoprogression``: the first pseudoprogression if there is one,
        else the first progression of any kind, which then counts as true.
    window_days : int, optional
        The event must lie within this many days of the end of radiotherapy.
    first_visit_only : bool, default False
        The event must be at follow-up 1.

    Returns
    -------
    DataFrame
        One row per patient, in order: ``subject_id``, ``label``, ``event`` (what
        the rule found before window and visit were asked), ``visit_number`` and
        ``days_since_rt`` (of that event, NaN without), ``later_progression``
        (progression of any kind at a later follow-up), ``reason`` (why there is no
        label, else empty).

    Raises
    ------
    ConfigError
        If the rule is unknown or the window is not positive.
    TableError
        If a response has an unknown or contradicting token.
    """
    _check_rule(event, window_days)
    visits = follow_up_visits(clinical)
    _check_responses(visits)
    tokens = visits["response"].map(response_tokens)
    visits = visits.assign(event=tokens.map(_event_of))
    by_subject = dict(list(visits.groupby("subject_id", sort=False)))
    nothing = visits.iloc[:0]
    rows = []
    for subject in clinical["subject_id"]:
        own = by_subject.get(subject, nothing)
        row = _pick(own, event)
        reason = row.pop("reason") or _exclusion(row, window_days, first_visit_only)
        label = UNLABELLED if reason else row["event"]
        rows.append({"subject_id": subject, "label": label, **row, "reason": reason})
    columns = ["subject_id", "label", "event", "visit_number", "days_since_rt"]
    return pd.DataFrame(rows, columns=[*columns, "later_progression", "reason"])


def rule_name(event: str, window_days: int | None, first_visit_only: bool) -> str:
    """Name the label rule as the cohort table names it."""
    parts = [event]
    if window_days is not None:
        parts.append(f"within_{window_days}_days")
    if first_visit_only:
        parts.append("follow_up_1_only")
    return "+".join(parts)


def _event_of(tokens: frozenset[str]) -> str:
    """Name the event of one follow-up: pseudoprogression, else progression, else distant."""
    return next((event for token, event in EVENT_OF_TOKEN.items() if token in tokens), NO_EVENT)


def _pick(visits: pd.DataFrame, rule: str) -> dict[str, object]:
    """Return the event that the rule picks from one patient's visits, or the reason for none."""
    events = visits[visits["event"] != NO_EVENT]
    candidates = events
    if rule == "first_non_distant" or (
        rule == "ever_pseudoprogression" and (events["event"] == NEGATIVE_CLASS).any()
    ):
        wanted = CLASSES if rule == "first_non_distant" else (NEGATIVE_CLASS,)
        candidates = events[events["event"].isin(wanted)]
    if candidates.empty:
        reason = "distant progression only" if len(events) else "no event"
        if visits.empty:
            reason = "no follow-up in the clinical table"
        return {**_NOTHING, "reason": reason}
    first = candidates.iloc[0]
    kind, reason = str(first["event"]), ""
    if kind == DISTANT and rule == "ever_pseudoprogression":
        kind = POSITIVE_CLASS
    elif kind == DISTANT:
        reason = "the first event is distant progression"
    later = events[events["visit_number"] > first["visit_number"]]
    return {
        "event": kind,
        "visit_number": float(first["visit_number"]),
        "days_since_rt": float(first["days_since_rt"]),
        "later_progression": bool(later["event"].isin((POSITIVE_CLASS, DISTANT)).any()),
        "reason": reason,
    }


def _exclusion(row: dict[str, object], window_days: int | None, first_visit_only: bool) -> str:
    """Why a found event is outside the rule, else nothing."""
    days = float(str(row["days_since_rt"]))
    if first_visit_only and row["visit_number"] != 1:
        return "the event is after follow-up 1"
    if window_days is not None and math.isnan(days):
        return "the event has no date"
    if window_days is not None and days > window_days:
        return f"the event is more than {window_days} days after radiotherapy"
    return ""


def _check_rule(event: str, window_days: int | None) -> None:
    faults = []
    if event not in EVENT_RULES:
        faults.append(f"event is {event!r}; expected one of {', '.join(EVENT_RULES)}")
    if window_days is not None and window_days <= 0:
        faults.append(f"window_days is {window_days}; expected a positive number or nothing")
    if faults:
        raise ConfigError("label", faults)


def _check_responses(visits: pd.DataFrame) -> None:
    faults = [
        f"{visit['subject_id']}, follow-up {visit['visit_number']}: {fault}"
        for _, visit in visits.iterrows()
        if (fault := response_fault(visit["response"]))
    ]
    if faults:
        raise TableError("responses", faults)
