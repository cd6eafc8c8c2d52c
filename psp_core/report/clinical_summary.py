"""What the real clinical table says by itself: figures and tables without any patient row.

Computed from the table where it is at hand, else read from the recorded summary,
which says what it was computed from and by which command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from psp_core.cohorts.burdenko import find_clinical_table, read_clinical_table
from psp_core.cohorts.burdenko_checks import check_clinical_table
from psp_core.cohorts.label_rules import count_rules
from psp_core.cohorts.labels import (
    EVENT_RULES,
    EventRule,
    first_event,
    follow_up_visits,
    rule_name,
)
from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS, UNLABELLED
from psp_core.report.characteristics import characteristics_table
from psp_core.report.events import event_counts
from psp_core.report.time_alone import time_alone_table
from psp_core.runs import digest_of_file

NEAREST = 8  # rules that are shown
COMMAND = "python -m psp_core.report.recorded path/to/the/clinical.csv"


@dataclass(frozen=True)
class ClinicalSummary:
    """Summary of one clinical table."""

    figures: Mapping[str, float]  # single numbers: patients, follow-ups, classes
    tables: Mapping[str, pd.DataFrame]
    label_rule: str  # behind every table but ``label_rules``
    input_sha256: str
    command: str = COMMAND  # computes it again
    is_recorded: bool = False


def summarise_clinical_table(
    path: Path,
    *,
    event: EventRule = "first_non_distant",
    window_days: int | None = None,
    first_visit_only: bool = False,
    windows_days: Sequence[int] = (30, 60, 90, 120, 180, 365),
    confidence_level: float = 0.95,
    minimum_per_class: int = 5,
) -> ClinicalSummary:
    """Summarise the clinical table of Burdenko-GBM-Progression.

    Parameters
    ----------
    path : Path
        The CSV, or a folder that holds it.
    event, window_days, first_visit_only
        The label rule, see `cohorts.labels.first_event`.
    windows_days, confidence_level, minimum_per_class
        See `time_alone.time_alone_table`.

    Returns
    -------
    ClinicalSummary
        Tables ``label_rules``, ``nearest_rules``, ``responses``, ``characteristics``,
        ``event_counts``, ``time_alone`` and ``checks``.

    Raises
    ------
    TableError, MissingInputError, AmbiguousInputError
        See `cohorts.burdenko.read_clinical_table`.
    """
    clinical = read_clinical_table(path)
    visits = follow_up_visits(clinical)
    events = first_event(
        clinical, event=event, window_days=window_days, first_visit_only=first_visit_only
    )
    checks = check_clinical_table(clinical).groupby("check", sort=True)["subject_id"].nunique()
    responses = visits.loc[visits["response"] != "", "response"].value_counts()
    patients = clinical.merge(events[["subject_id", "label", "days_since_rt"]], on="subject_id")
    tables = {
        "label_rules": label_rule_counts(clinical),
        "nearest_rules": nearest_rules(clinical),
        "responses": responses.rename("follow_ups").reset_index(),
        "characteristics": characteristics_table(patients),
        "event_counts": event_counts(events),
        "time_alone": time_alone_table(
            events,
            visits,
            windows_days=windows_days,
            confidence_level=confidence_level,
            minimum_per_class=minimum_per_class,
        ),
        "checks": checks.rename("patients").reset_index(),
    }
    label = events["label"]
    is_psp = label == NEGATIVE_CLASS
    figures = {
        "patients": len(clinical),
        "follow_up_dates": visits["days_since_rt"].notna().sum(),
        "labelled_patients": (label != UNLABELLED).sum(),
        "true_progression": (label == POSITIVE_CLASS).sum(),
        "pseudoprogression": is_psp.sum(),
        "pseudoprogression_with_later_progression": events.loc[is_psp, "later_progression"].sum(),
    }
    figures = {name: float(value) for name, value in figures.items()}
    rule = rule_name(event, window_days, first_visit_only)
    return ClinicalSummary(figures, tables, rule, digest_of_file(find_clinical_table(path)[0]))


def nearest_rules(clinical: pd.DataFrame) -> pd.DataFrame:
    """Rules whose counts lie nearest to the published ones, see `label_rules.count_rules`."""
    rules = count_rules(clinical).head(NEAREST)
    window = ["any time" if pd.isna(days) else f"{days:.0f} days" for days in rules["window"]]
    age = [
        "any" if pd.isna(years) else f"{years:.0f} or more" for years in rules["minimum_age_years"]
    ]
    visit = rules["first_visit_only"].map({True: "the first", False: "any"})
    named = rules.assign(window=window, first_visit_only=visit, minimum_age_years=age)
    return named.rename(columns={"first_visit_only": "follow-up", "minimum_age_years": "age"})


def label_rule_counts(clinical: pd.DataFrame) -> pd.DataFrame:
    """Count the classes under each label rule, without a window and with some.

    Returns
    -------
    DataFrame
        ``rule``, ``window`` (text), ``pseudoprogression``, ``true_progression`` and
        ``unlabelled``, which here holds events that the rule or window leaves out.
    """
    settings: list[tuple[EventRule, int | None, bool, str]] = [
        *((rule, None, False, "any time") for rule in EVENT_RULES),
        ("first", None, True, "follow-up 1"),
        *(("first", days, False, f"{days} days") for days in (90, 120, 180, 365)),
    ]
    rows = []
    for rule, window_days, first_visit_only, window in settings:
        events = first_event(
            clinical, event=rule, window_days=window_days, first_visit_only=first_visit_only
        )
        counts = {
            label: float((events["label"] == label).sum())
            for label in (NEGATIVE_CLASS, POSITIVE_CLASS, UNLABELLED)
        }
        rows.append({"rule": rule, "window": window, **counts})
    return pd.DataFrame(rows)
