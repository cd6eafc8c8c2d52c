"""Tables of the timing question as text, class counts in every row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from psp_core.cohorts.timing_selections import FIRST_VISIT
from psp_core.params.published_counts import PUBLISHED_COUNTS, TEST_SET
from psp_core.report.formatting import NOT_ESTIMABLE, NOT_KNOWN, count, with_interval, words
from psp_core.report.timing_alone import SCORES
from psp_core.study.timing_fits import COUNTS, DIFFERENCES, MODELS

WIDENED = ("lower", "upper")
RESAMPLED = ("bootstrap_lower", "bootstrap_upper")
OVER_SPLITS = ("least", "greatest")
ABSENT = ("not estimable", "not fitted")


def format_single(table: pd.DataFrame) -> pd.DataFrame:
    """Write `timing_alone.single_variables` of one label rule, one row per analysis.

    The visit's number has a column beside the days; where it is the same for all there is none.
    """
    rows = []
    for patients, part in table.groupby("patients", sort=False):
        by_score = {row["score"]: row for row in part.to_dict("records")}
        days = by_score[SCORES[0]]
        row: dict[str, Any] = {
            "patients": patients,
            "true progression": count(days["n_true_progression"]),
            "pseudoprogression": count(days["n_pseudoprogression"]),
            "no class": count(days["without_class"]),
        }
        for score in SCORES:
            one = by_score.get(score)
            row[f"{words(score)}: AUC (DeLong)"] = NOT_KNOWN if one is None else _cell(one, WIDENED)
            row["logit-DeLong" + " " * (score != SCORES[0])] = (
                NOT_KNOWN if one is None else _range(one, ("logit_lower", "logit_upper"))
            )
        rows.append({**row, "note": days["note"]})
    return _without_empty_notes(pd.DataFrame(rows))


def format_rules(table: pd.DataFrame) -> pd.DataFrame:
    """Write the days alone under each label rule: all events, and the landmark at follow-up 1."""
    days = table[(table["score"] == SCORES[0]) & table["window_days"].isna()]
    kept = days[days["patients"].isin(FIRST_VISIT)]
    text = pd.DataFrame(
        {
            "label rule": kept["rule"],
            "patients": kept["patients"],
            "true progression": kept["n_true_progression"].map(count),
            "pseudoprogression": kept["n_pseudoprogression"].map(count),
            "no class": kept["without_class"].map(count),
            "days alone: AUC (DeLong)": [_cell(row, WIDENED) for row in kept.to_dict("records")],
            "logit-DeLong": [
                _range(row, ("logit_lower", "logit_upper")) for row in kept.to_dict("records")
            ],
            "note": kept["note"],
        }
    )
    return _without_empty_notes(text)


def format_fits(
    fits: pd.DataFrame, keys: Sequence[str], *, bounds: tuple[str, str] = WIDENED
) -> pd.DataFrame:
    """Write fitted models side by side, one row per cohort.

    Parameters
    ----------
    fits : DataFrame
        See `timing_fits.fit_timing`, with the columns `keys` in front.
    keys : sequence of str
        What names a cohort.
    bounds : tuple of str, default `WIDENED`
        Which interval stands in brackets: `WIDENED`, `RESAMPLED`, or `OVER_SPLITS`, which is
        none.

    Returns
    -------
    DataFrame
        Text; without rows where `fits` has none.
    """
    rows = []
    for _, part in fits.groupby(list(keys), sort=False):
        by_model = {row["model"]: row for row in part.to_dict("records")}
        first = part.iloc[0]
        row: dict[str, Any] = {words(key): first[key] for key in keys}
        row["true progression"] = count(first["n_true_progression"])
        row["pseudoprogression"] = count(first["n_pseudoprogression"])
        row |= {name: _cell(by_model[name], bounds) for name in MODELS}
        row |= {name: _signed(by_model[name], bounds) for name in DIFFERENCES}
        notes = [note for note in dict.fromkeys(part["note"]) if note]
        rows.append({**row, "note": "; ".join(notes)})
    columns = [*map(words, keys), "true progression", "pseudoprogression", *MODELS, *DIFFERENCES]
    return _without_empty_notes(pd.DataFrame(rows, columns=[*columns, "note"]))


def format_draws(table: pd.DataFrame, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Write `timing_alone.at_printed_counts`: what the counts of a paper do to the days alone.

    The printed AUCs are of the external test, so a share is told for its counts alone.
    """
    reached = [name for name in table if str(name).startswith("reach_")]
    rows = table.to_dict("records")
    return pd.DataFrame(
        {
            "counts of the": table["set"],
            "true progression": table["n_true_progression"].map(count),
            "pseudoprogression": table["n_pseudoprogression"].map(count),
            "drawn from": table["patients"],
            "AUC of the days alone, median": [f"{row['median']:.3f}" for row in rows],
            f"{100 * confidence_level:g} % of the draws": [
                f"{row['lower']:.3f} to {row['upper']:.3f}" for row in rows
            ],
            **{
                f"reach {str(name).removeprefix('reach_')}": [
                    f"{100 * row[name]:.0f} %" if row["set"] == TEST_SET else NOT_KNOWN
                    for row in rows
                ]
                for name in reached
            },
        }
    )


def reach_sentence(table: pd.DataFrame) -> str:
    """Say how often the days alone reach the printed AUCs at the external test's counts."""
    small = table[table["set"] == TEST_SET]
    n_true, n_pseudo = PUBLISHED_COUNTS[TEST_SET]
    if small.empty:
        return (
            f"No analysis has {n_true} true progressions and {n_pseudo} pseudoprogressions with a "
            "known day, so no part of the table has the external test's counts."
        )
    targets = [str(name).removeprefix("reach_") for name in table if str(name).startswith("reach_")]
    told = [
        f"{row['patients']}: "
        + " and ".join(f"{100 * row[f'reach_{one}']:.0f} %" for one in targets)
        for row in small.to_dict("records")
    ]
    return (
        f"With {n_true} true progressions and {n_pseudo} pseudoprogressions the days alone reach "
        f"{' and '.join(targets)} in these shares of the parts. {'; '.join(told)}."
    )


def timing_sentence(fits: pd.DataFrame, *, rule: str, patients: str) -> str:
    """Say what time adds to the clinical model in one cohort, and whether the rest adds to time."""
    part = fits[(fits["rule"] == rule) & (fits["patients"] == patients)].set_index("model")
    note = str(part["note"].iloc[0])
    if note.startswith(ABSENT):
        return f"{patients}, {rule}: {note}."
    told = []
    for name, (first, second) in DIFFERENCES.items():
        row = part.loc[name]
        excludes = row["lower"] > 0 or row["upper"] < 0
        verdict = "excludes" if excludes else "holds"
        bounds = [
            f"{row['lower']:+.3f} to {row['upper']:+.3f}",
            f"splits {row['least']:+.3f} to {row['greatest']:+.3f}",
        ]
        conclusion = f"the interval {verdict} 0"
        if not math.isnan(row["bootstrap_lower"]):
            again = row["bootstrap_lower"] > 0 or row["bootstrap_upper"] < 0
            bounds.insert(
                1,
                f"patients resampled {row['bootstrap_lower']:+.3f} to "
                f"{row['bootstrap_upper']:+.3f}",
            )
            agree = "and so does" if excludes == again else "but not"
            conclusion = f"the first interval {verdict} 0, {agree} the second"
        if math.isnan(row["lower"]):
            bounds, conclusion = bounds[1:], f"it has no interval ({row['note']})"
        told.append(
            f"*{first}* minus *{second}* is {row['auc']:+.3f} ({'; '.join(bounds)}): {conclusion}"
        )
    n_true, n_pseudo = (int(part[name].iloc[0]) for name in COUNTS)
    return (
        f"**{patients}** ({n_true} true progression, {n_pseudo} pseudoprogression): "
        + "; ".join(told)
        + "."
    )


def _cell(row: Mapping[Any, Any], bounds: tuple[str, str]) -> str:
    return with_interval(row["auc"], row[bounds[0]], row[bounds[1]])


def _range(row: Mapping[Any, Any], bounds: tuple[str, str]) -> str:
    lower, upper = (row[name] for name in bounds)
    return NOT_KNOWN if math.isnan(lower) else f"{lower:.3f} to {upper:.3f}"


def _signed(row: Mapping[Any, Any], bounds: tuple[str, str]) -> str:
    lower, upper = (row[name] for name in bounds)
    if math.isnan(row["auc"]):
        return NOT_ESTIMABLE
    if math.isnan(lower):
        return f"{row['auc']:+.3f}"
    return f"{row['auc']:+.3f} ({lower:+.3f} to {upper:+.3f})"


def _without_empty_notes(table: pd.DataFrame) -> pd.DataFrame:
    return table if (table["note"] != "").any() else table.drop(columns="note")
