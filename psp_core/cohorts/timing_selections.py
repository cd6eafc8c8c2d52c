"""Patients that the timing question is asked of: label rules, windows, follow-ups, landmarks.

An analysis of *events* takes each patient at the event: the day is that of the event, which the
label rule has looked for. A *landmark* analysis takes everyone who came to follow-up k without
an event before it: the day is that of follow-up k, which is known whatever comes later, and the
class is that of the event at or after k.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from psp_core.cohorts.labels import first_event, follow_up_visits
from psp_core.evaluation.classes import CLASSES

MAIN, EARLY = "first non-distant event", "early only"
LOOKS_AHEAD = "ever_pseudoprogression"
RULES: Mapping[str, Mapping[str, Any]] = {
    MAIN: {"event": "first_non_distant"},
    "first event": {"event": "first"},
    "ever pseudoprogression": {"event": LOOKS_AHEAD},
    EARLY: {"event": "first_non_distant"},
}
"""Label rules by name; `EARLY` asks besides for an event within some days."""
EVERYBODY = "all events"
AT_FIRST, AT_RISK_AT_FIRST = "event at follow-up 1", "at risk at follow-up 1"
FIRST_VISIT = (EVERYBODY, AT_FIRST, AT_RISK_AT_FIRST)
"""The analyses that pages and fitted models take beside the windows."""
CLINICAL = ("sex", "idh_status", "mgmt_status", "age_years")


@dataclass(frozen=True)
class Selection:
    """Labelled patients of one analysis.

    Attributes
    ----------
    rule : str
        A key of `RULES`.
    patients : str
        Which patients, in words.
    rows : DataFrame
        One per patient: ``subject_id``, ``label``, ``days_since_rt`` (of the event, or of the
        landmark's follow-up), ``visit_number`` (of the same) and the columns of `CLINICAL`.
    window_days : float
        Last day of an event that counts; NaN: any.
    without_class : int
        Patients at the landmark without an event of a class (in the window); 0 elsewhere.
    """

    rule: str
    patients: str
    rows: pd.DataFrame
    window_days: float = float("nan")
    without_class: int = 0

    @property
    def is_landmark(self) -> bool:
        """Whether the day is known before the event."""
        return self.patients.startswith("at risk")


def timing_selections(
    clinical: pd.DataFrame,
    *,
    early_days: int,
    windows_days: Sequence[int],
    follow_ups: Sequence[int],
) -> list[Selection]:
    """All analyses of one clinical table.

    Parameters
    ----------
    clinical : DataFrame
        From `burdenko.read_clinical_table`.
    early_days : int
        Of the rule `EARLY`, days after the end of radiotherapy.
    windows_days : sequence of int
        Each keeps the events up to that day. The rule `EARLY` has none besides its own.
    follow_ups : sequence of int
        Numbers of the follow-ups for events at, and patients at risk at, each of them.

    Returns
    -------
    list of Selection
        Rule by rule: all events, those within each window, those at each follow-up, patients
        at risk at each follow-up, and those at risk at the first of them with an event within
        each window. Under the rule of `LOOKS_AHEAD` nobody is at risk at follow-up 2 or later:
        whether its event lies before that follow-up depends on a pseudoprogression after it
        (who had progression first counts as at risk only if pseudoprogression came later), so
        that a landmark there would know the future.

    Raises
    ------
    ConfigError, TableError
        See `labels.first_event`.
    """
    visits = follow_up_visits(clinical)
    found: list[Selection] = []
    for rule, asked in RULES.items():
        window = early_days if rule == EARLY else None
        events = first_event(clinical, **asked, window_days=window)
        events = events.merge(clinical[["subject_id", *CLINICAL]], on="subject_id")
        windows = () if rule == EARLY else tuple(windows_days)
        found += _of_rule(rule, events, visits, windows, follow_ups)
    return found


def at_risk(events: pd.DataFrame, visits: pd.DataFrame, number: int) -> pd.DataFrame:
    """Patients who came to a follow-up, on a known day, without an event before it.

    Parameters
    ----------
    events : DataFrame
        One row per patient, see `labels.first_event`.
    visits : DataFrame
        See `labels.follow_up_visits`.
    number : int
        Of the follow-up.

    Returns
    -------
    DataFrame
        Rows of `events`, also those without a class, with ``event_days`` and, in place of the
        event's, ``days_since_rt`` and ``visit_number`` of the follow-up.
    """
    days = visits[visits["visit_number"] == number].set_index("subject_id")["days_since_rt"]
    day = events["subject_id"].map(days)
    is_before = events["visit_number"] < number
    kept = events[day.notna() & ~is_before]
    return kept.assign(
        event_days=kept["days_since_rt"],
        days_since_rt=day[kept.index].astype(float),
        visit_number=float(number),
    )


def _of_rule(
    rule: str,
    events: pd.DataFrame,
    visits: pd.DataFrame,
    windows_days: Sequence[int],
    follow_ups: Sequence[int],
) -> Iterator[Selection]:
    labelled = events[events["label"].isin(CLASSES)].reset_index(drop=True)
    days, visit = labelled["days_since_rt"], labelled["visit_number"]
    yield Selection(rule, EVERYBODY, labelled)
    for window in windows_days:
        kept = labelled[days <= window].reset_index(drop=True)
        yield Selection(rule, f"event within {window} days", kept, float(window))
    for number in follow_ups:
        kept = labelled[visit == number].reset_index(drop=True)
        yield Selection(rule, f"event at follow-up {number}", kept)
    looks_ahead = RULES[rule]["event"] == LOOKS_AHEAD
    for place, number in enumerate(follow_ups):
        if looks_ahead and number > 1:
            continue
        there = at_risk(events, visits, number)
        for last_day in (None, *windows_days) if place == 0 else (None,):
            has_class = there["label"].isin(CLASSES)
            name, last = f"at risk at follow-up {number}", float("nan")
            if last_day is not None:
                has_class &= there["event_days"] <= last_day
                name, last = f"{name}, event within {last_day} days", float(last_day)
            kept = there[has_class].reset_index(drop=True)
            yield Selection(rule, name, kept, last, int((~has_class).sum()))
