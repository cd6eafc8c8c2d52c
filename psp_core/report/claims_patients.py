"""Claims about the patients themselves: who has pseudoprogression, when, and at which dose."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial

import pandas as pd
from scipy.stats import chi2_contingency

from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.intervals import logit_delong_interval
from psp_core.evaluation.rates import proportion
from psp_core.phantom import distributions
from psp_core.report.claims_odds import counted, listed, odds
from psp_core.report.clinical_summary import ClinicalSummary
from psp_core.report.published import jang_table_1
from psp_core.report.recorded import clinical_summary
from psp_core.study.claims import (
    FAILS,
    HOLDS,
    Effect,
    Evidence,
    Test,
    Verdict,
    above_half,
    as_given,
    decide,
    decide_near,
    not_testable,
)
from psp_core.study.patients import TRAINING

THREE_MONTHS_DAYS = 90
ROUGHLY_60_PERCENT, TOLERANCE = 0.60, 0.15  # the second: ours
DOSES = ("d98_gy", "min_dose_gy")


def dose_is_higher_in_pseudoprogression(evidence: Evidence) -> tuple[Verdict, ...]:
    """Share of pairs of patients in which the pseudoprogression has the higher dose."""
    verdicts, level = [], evidence.confidence_level
    for dataset, rows in _sets(evidence, DOSES):
        effects = [_ordered(evidence, rows, name, "true progression lower", -1) for name in DOSES]
        effect = evidence.built.outfield if evidence.built is not None else math.nan
        built = evidence.built_with(
            dataset, f"built in: place in the field apart by {effect:.2f} standard deviations"
        )
        verdicts.append(
            decide(
                effects, evidence.described(dataset, rows), confidence_level=level, built_in=built
            )
        )
    return tuple(verdicts) or not_testable("no set has doses of enough patients of both classes")


def interval_is_shorter_in_pseudoprogression(evidence: Evidence) -> tuple[Verdict, ...]:
    """Share of pairs of patients in which the true progression comes later."""
    verdicts, level = [], evidence.confidence_level
    for dataset, rows in _sets(evidence, ("days_since_rt",)):
        effect = _ordered(evidence, rows, "days_since_rt", "true progression later", 1)
        data = evidence.described(dataset, rows)
        verdicts.append(
            decide([effect], data, confidence_level=level, built_in=_timing(evidence, dataset))
        )
    summary = _clinical(evidence)
    table = summary.tables["time_alone"]
    found = table[(table["score"] == "days_since_rt") & (table["events"] == "all")].iloc[0]
    lower, upper = float(found["logit_lower"]), float(found["logit_upper"])
    text = (
        f"true progression later: {float(found['auc']):.2f} ({lower:.2f} to {upper:.2f}) of pairs"
    )
    effect = Effect(as_given(lower - 0.5, upper - 0.5), text)
    verdicts.append(decide([effect], _told(summary), confidence_level=level))
    return tuple(verdicts)


def pseudoprogression_comes_within_three_months(evidence: Evidence) -> tuple[Verdict, ...]:
    """Share of the pseudoprogressions in the first 90 days, against 60 %."""
    verdicts = []
    for dataset, rows in _sets(evidence, ("days_since_rt",)):
        days = rows.loc[~rows["y_true"], "days_since_rt"]
        early = int((days <= THREE_MONTHS_DAYS).sum())
        data = evidence.described(dataset, rows)
        verdicts.append(_share(early, len(days), data, _timing(evidence, dataset)))
    summary = _clinical(evidence)
    table = summary.tables["time_alone"].set_index("events")
    window = f"event within {THREE_MONTHS_DAYS} days"
    if window in table.index:
        early = int(table["n_pseudoprogression"].to_dict()[window])
        total = int(summary.figures["pseudoprogression"])
        verdicts.append(_share(early, total, _told(summary)))
    return tuple(verdicts)


def category_goes_with(
    evidence: Evidence, asked: Mapping[str, tuple[str, str]], *, with_pseudoprogression: bool
) -> tuple[Verdict, ...]:
    """Odds ratio of a category against another, of one class against the other.

    Parameters
    ----------
    evidence : Evidence
    asked : mapping of str to (category, other category)
        By column; unknown counts as neither. All have to hold.
    with_pseudoprogression : bool
        Whether the category is claimed to go with pseudoprogression, else with true progression.
    """
    verdicts, level = [], evidence.confidence_level
    odds_of = partial(odds, with_pseudoprogression=with_pseudoprogression, confidence_level=level)
    for dataset, rows in _sets(evidence, tuple(asked)):
        counts = {name: counted(rows, name) for name in asked}
        data = evidence.described(dataset, rows)
        built = evidence.built_with(dataset, _built_categories(asked))
        effects = odds_of(counts, asked)
        verdicts.append(decide(effects, data, confidence_level=level, built_in=built))
    summary = _clinical(evidence)
    table = summary.tables["characteristics"]
    counts = {name: listed(table, name) for name in asked}
    effects = odds_of(counts, asked)
    verdicts.append(decide(effects, _told(summary), confidence_level=level))
    return tuple(verdicts)


def printed_sets_differ_in_idh_alone(evidence: Evidence) -> tuple[Verdict, ...]:  # noqa: ARG001
    """Chi-squared tests of the counts that Jang 2018 prints of both institutions."""
    table = jang_table_1()
    p_values = {}
    for name in ("sex", "mgmt_status", "idh_status", "label"):
        counts = table.loc[table["variable"] == name, ["SNUH", "SNUBH"]].to_numpy(dtype=float)
        counts = counts[counts.sum(axis=1) > 0]
        p_values[name] = float(chi2_contingency(counts, correction=False).pvalue)
    holds = all((p < 0.05) == (name == "idh_status") for name, p in p_values.items())
    text = ", ".join(f"{name} p = {p:.2f}" for name, p in p_values.items())
    data = "Jang 2018, Table 1: printed counts of 59 and 19 patients, chi-squared"
    return (Verdict(HOLDS if holds else FAILS, text, data),)


def _sets(evidence: Evidence, columns: tuple[str, ...]) -> Iterator[tuple[str, pd.DataFrame]]:
    """The training cohort and the largest other set, as far as their patients' values are known."""
    if evidence.patients.empty:
        return
    known = evidence.patients.dropna(subset=list(columns))
    known = known.assign(y_true=is_true_progression(known["label"]))
    minimum = evidence.run.params.timing.minimum_per_class
    usable = {
        str(name): rows
        for name, rows in known.groupby("dataset", sort=True)
        if min(int(rows["y_true"].sum()), int((~rows["y_true"]).sum())) >= minimum
    }
    if TRAINING in usable:
        yield TRAINING, usable.pop(TRAINING)
    if usable:
        largest = max(usable, key=lambda name: len(usable[name]))
        yield largest, usable[largest]


def _ordered(evidence: Evidence, rows: pd.DataFrame, name: str, what: str, sign: int) -> Effect:
    """How often a true progression has the larger value (sign 1) or the smaller (sign -1)."""
    y_true, values = rows["y_true"], sign * rows[name].to_numpy(dtype=float)
    found = logit_delong_interval(y_true, values, confidence_level=evidence.confidence_level)
    medians = rows.groupby("y_true")[name].median()
    text = (
        f"{name}: median {medians[False]:.1f} in pseudoprogression, {medians[True]:.1f} in true "
        f"progression; {what}: {found.auc:.2f} ({found.lower:.2f} to {found.upper:.2f}) of pairs"
    )
    return Effect(above_half(y_true, values), text)


def _share(early: int, total: int, data: str, built_in: str = "") -> Verdict:
    found = proportion(early, total)
    text = (
        f"{early} of {total} pseudoprogressions within {THREE_MONTHS_DAYS} days: {found.value:.2f} "
        f"({found.exact_lower:.2f} to {found.exact_upper:.2f})"
    )
    bounds = (found.exact_lower, found.exact_upper)
    return decide_near(
        ROUGHLY_60_PERCENT, bounds, text, data, tolerance=TOLERANCE, built_in=built_in
    )


def _clinical(evidence: Evidence) -> ClinicalSummary:
    """The open clinical table where the run names it, else its recorded summary."""
    params = evidence.run.params
    return clinical_summary(
        params.burdenko.clinical_table or params.burdenko.root,
        event=params.label.event,
        window_days=params.label.window_days,
        first_visit_only=params.label.first_visit_only,
        windows_days=params.timing.windows_days,
        confidence_level=params.timing.confidence_level,
        minimum_per_class=params.timing.minimum_per_class,
    )


def _told(summary: ClinicalSummary) -> str:
    n, positive = (
        f"{summary.figures[name]:.0f}" for name in ("labelled_patients", "true_progression")
    )
    kind = "recorded" if summary.is_recorded else "computed now"
    return (
        f"open clinical table of Burdenko, real patients ({kind}): "
        f"n = {n}, {positive} true progression"
    )


def _timing(evidence: Evidence, dataset: str) -> str:
    if evidence.built is None:
        return ""
    psp, tp = distributions.DAYS_SINCE_RT[evidence.built.timing]
    return evidence.built_with(
        dataset, f"built in: medians of {psp.median_days:.0f} and {tp.median_days:.1f} days"
    )


def _built_categories(asked: Mapping[str, tuple[str, str]]) -> str:
    drawn = {
        "sex": ("men", distributions.MALE),
        "mgmt_status": ("methylated", distributions.MGMT_METHYLATED),
        "idh_status": ("mutant", distributions.IDH_MUTANT),
    }
    told = [
        f"{drawn[name][0]} {100 * drawn[name][1][0]:.0f} % and {100 * drawn[name][1][1]:.0f} %"
        for name in asked
    ]
    return f"built in: {', '.join(told)} in pseudoprogression and true progression"


SEX, MGMT, IDH = ("F", "M"), ("methylated", "unmethylated"), ("mutant", "wildtype")
TESTS: dict[str, Test] = {
    "dose_is_higher_in_pseudoprogression": dose_is_higher_in_pseudoprogression,
    "interval_is_shorter_in_pseudoprogression": interval_is_shorter_in_pseudoprogression,
    "pseudoprogression_comes_within_three_months": pseudoprogression_comes_within_three_months,
    "women_have_true_progression": partial(
        category_goes_with, asked={"sex": SEX}, with_pseudoprogression=False
    ),
    "methylated_have_pseudoprogression": partial(
        category_goes_with, asked={"mgmt_status": MGMT}, with_pseudoprogression=True
    ),
    "mgmt_and_idh_go_with_pseudoprogression": partial(
        category_goes_with,
        asked={"mgmt_status": MGMT, "idh_status": IDH},
        with_pseudoprogression=True,
    ),
    "printed_sets_differ_in_idh_alone": printed_sets_differ_in_idh_alone,
}
