"""Which label rule could have given a published cohort: counts under each plausible one.

The study that this one rebuilds reports 59 patients of Burdenko-GBM-Progression, 34 with true
progression and 25 with pseudoprogression, and not how they were chosen. They also depend on
which visits have images, which the clinical table does not tell: the counts here are those of
the table alone, so no rule can be confirmed by them, only made more or less likely.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import pandas as pd

from psp_core.cohorts.labels import EVENT_RULES, EventRule, first_event
from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.params.published_counts import PUBLISHED_COUNTS, VALIDATION_SET

WINDOWS_DAYS = (None, 90, 120, 180, 365)
MINIMUM_AGES_YEARS = (None, 18)  # the published cohort starts at 18
REQUIREMENTS = ("nothing", "IDH and MGMT known", "event after radiotherapy")


class LabelRule(NamedTuple):
    """One way to choose patients and their labels."""

    event: EventRule
    window_days: int | None
    first_visit_only: bool
    minimum_age_years: int | None
    requires: str


def plausible_rules() -> tuple[LabelRule, ...]:
    """Cross every event rule with windows, first visit, age and what must be known."""
    choices = (EVENT_RULES, WINDOWS_DAYS, (False, True), MINIMUM_AGES_YEARS, REQUIREMENTS)
    return tuple(LabelRule(*chosen) for chosen in product(*choices))


def count_rules(clinical: pd.DataFrame) -> pd.DataFrame:
    """Count both classes under each plausible rule, the nearest to the published first.

    Parameters
    ----------
    clinical : DataFrame
        From `burdenko.read_clinical_table`.

    Returns
    -------
    DataFrame
        ``rule``, ``window`` (days; NaN: any time), ``first_visit_only``,
        ``minimum_age_years`` (NaN: any age; an unknown age is kept), ``requires``,
        ``true_progression``, ``pseudoprogression``, ``patients`` and ``distance`` (the
        differences of both counts from the published ones, added up), sorted by it.

    Raises
    ------
    TableError
        If a response has an unknown or contradicting token.
    """
    is_known = (clinical[["idh_status", "mgmt_status"]] != "unknown").all(axis=1).to_numpy()
    labels: dict[tuple[EventRule, int | None, bool], pd.DataFrame] = {}
    published_true, published_pseudo = PUBLISHED_COUNTS[VALIDATION_SET]
    rows = []
    for rule in plausible_rules():
        asked = (rule.event, rule.window_days, rule.first_visit_only)
        if asked not in labels:
            labels[asked] = first_event(
                clinical,
                event=rule.event,
                window_days=rule.window_days,
                first_visit_only=rule.first_visit_only,
            )
        events = labels[asked]
        met = {
            "nothing": pd.Series(True, index=events.index),
            "IDH and MGMT known": pd.Series(is_known, index=events.index),
            "event after radiotherapy": events["days_since_rt"] >= 0,
        }[rule.requires]
        if rule.minimum_age_years is not None:
            met = met & ~(clinical["age_years"].to_numpy() < rule.minimum_age_years)
        counts = events.loc[met, "label"].value_counts()
        n_true = int(counts.get(POSITIVE_CLASS, 0))
        n_pseudo = int(counts.get(NEGATIVE_CLASS, 0))
        rows.append(
            {
                "rule": rule.event,
                **rule._asdict(),
                "true_progression": n_true,
                "pseudoprogression": n_pseudo,
                "patients": n_true + n_pseudo,
                "distance": abs(n_true - published_true) + abs(n_pseudo - published_pseudo),
            }
        )
    table = pd.DataFrame(rows).drop(columns="event").rename(columns={"window_days": "window"})
    table = table.astype({"window": float, "minimum_age_years": float})
    return table.sort_values("distance", kind="stable", ignore_index=True)
