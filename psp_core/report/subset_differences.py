"""One model in two subsets who have nobody in common: which does it order better."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import pandas as pd

from psp_core.cohorts.subsets import in_subset
from psp_core.evaluation.comparison import Comparison
from psp_core.evaluation.intervals import delong_interval
from psp_core.evaluation.predictions import PATIENT, SET, SOFT_VOTE, VALIDATION, judged
from psp_core.evaluation.summary import sets_of
from psp_core.evaluation.unpaired import compare_unpaired
from psp_core.report.comparison_table import signed_difference
from psp_core.report.formatting import NOT_ESTIMABLE, NOT_KNOWN, p_value, words
from psp_core.report.subset_results import KNOWN
from psp_core.study.scored_sets import collection_of

BY_TIME = ("within_12_weeks", "beyond_12_weeks")
COUNTS = ("n_true_progression", "n_pseudoprogression")
COLUMNS = (
    *(*SET, "first_subset", "second_subset"),
    *(f"{name}_{one}" for one in ("first", "second") for name in COUNTS),
    *(*(field.name for field in fields(Comparison)), "note"),
)


def subset_differences(
    predictions: pd.DataFrame,
    patients: pd.DataFrame,
    *,
    subsets: tuple[str, str] = BY_TIME,
    minimum_per_class: int,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Compare each soft vote's AUC in two disjoint subsets of one set, unpaired.

    Parameters
    ----------
    predictions, patients, minimum_per_class, confidence_level
        See `subset_results.subset_results`.
    subsets : (str, str)
        Of `subset_results.KNOWN`, without a patient in common.

    Returns
    -------
    DataFrame
        `COLUMNS`; first minus second of `unpaired.compare_unpaired`, NaN where ``note`` says
        why. Held-out folds are not compared: their AUC is a mean over several models.

    Raises
    ------
    TableError
        If the predictions have faults, there is no such subset, or the patients table lacks
        what it needs.
    """
    members = [
        pd.MultiIndex.from_frame(
            patients.loc[in_subset(patients, name, subsets=KNOWN), list(PATIENT)]
        )
        for name in subsets
    ]
    rows = []
    for key, _, first in sets_of(predictions):
        votes = judged(first)
        if key["split"] == VALIDATION or not (votes["member"] == SOFT_VOTE).any():
            continue
        collection = votes.assign(dataset=votes["dataset"].map(collection_of))
        places = pd.MultiIndex.from_frame(collection[list(PATIENT)])
        parts = [votes[places.isin(one)] for one in members]
        counts = [(int(part["y_true"].sum()), int((~part["y_true"]).sum())) for part in parts]
        told: dict[str, Any] = {"first_subset": subsets[0], "second_subset": subsets[1]}
        for one, count in zip(("first", "second"), counts, strict=True):
            told |= {f"{name}_{one}": n for name, n in zip(COUNTS, count, strict=True)}
        if min(n for count in counts for n in count) < minimum_per_class:
            cells = " and ".join(f"{true} TP, {pseudo} PsP" for true, pseudo in counts)
            nothing = asdict(Comparison(*[math.nan] * 8))
            rows.append({**key, **told, **nothing, "note": f"{NOT_ESTIMABLE} ({cells})"})
            continue
        found = compare_unpaired(
            *(delong_interval(part["y_true"], part["y_score"]) for part in parts),
            confidence_level=confidence_level,
        )
        rows.append({**key, **told, **asdict(found), "note": ""})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def format_subset_differences(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Write `subset_differences`; what is not estimable for all models of a set is one row."""
    names, rows = list(titles), []
    shown = table[table["model"].isin(names)]
    for dataset, group in shown.groupby("dataset", sort=True):
        is_for_none = bool((group["note"] != "").all()) and len(set(group["note"])) == 1
        ranked = group.iloc[group["model"].map(names.index).argsort(kind="stable")]
        for row in (ranked.iloc[:1] if is_for_none else ranked).to_dict("records"):
            rows.append(
                {
                    "patients": words(str(dataset)),
                    "model": NOT_KNOWN if is_for_none else titles[str(row["model"])],
                    **{
                        f"{KNOWN[str(row[f'{one}_subset'])].title}, true / pseudoprogression": (
                            " / ".join(str(row[f"{name}_{one}"]) for name in COUNTS)
                        )
                        for one in ("first", "second")
                    },
                    "AUCs": NOT_KNOWN
                    if math.isnan(row["difference"])
                    else f"{row['first']:.3f}, {row['second']:.3f}",
                    "difference": signed_difference(row),
                    "p": p_value(row["p_value"]),
                    "note": row["note"],
                }
            )
    found = pd.DataFrame(rows)
    is_noted = any(row["note"] for row in rows)
    return found if is_noted else found.drop(columns="note", errors="ignore")
