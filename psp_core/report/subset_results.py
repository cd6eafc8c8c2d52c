"""Results in the subsets that a reviewer asks for; no number where there are too few patients."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from psp_core.cohorts.subgroups import SUBGROUPS
from psp_core.cohorts.subsets import SUBSETS, Subset, in_subset
from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.predictions import (
    PATIENT,
    SET,
    VALIDATION,
    check_predictions,
    first_repetition,
)
from psp_core.evaluation.summary import SUMMARY, results_summary
from psp_core.report.formatting import NOT_ESTIMABLE, NOT_KNOWN, with_interval, words
from psp_core.report.results_table import HELD_OUT, over_folds
from psp_core.study.scored_sets import collection_of

KNOWN: Mapping[str, Subset] = {**SUBSETS, **SUBGROUPS}
COLUMNS = ("subset", "n_pseudoprogression", *SUMMARY)
FIGURES = tuple(name for name in SUMMARY if name not in (*SET, "n", "n_true_progression", "note"))


def subset_results(
    predictions: pd.DataFrame,
    patients: pd.DataFrame,
    *,
    subsets: Mapping[str, Subset] = SUBSETS,
    names: Iterable[str] | None = None,
    minimum_per_class: int,
    bootstrap_samples: int,
    seed: int,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """`summary.results_summary` of every subset, for each arm and set of patients.

    Nothing is fitted anew. The AUC of the training cohort stays the mean of within-fold AUCs;
    folds in which a subset has one class only are left out, and the note names them.

    Parameters
    ----------
    predictions : DataFrame
        See `predictions.check_predictions`; only `permutation` 0 counts.
    patients : DataFrame
        See `study.patients.COLUMNS`, with ``field_call`` where `subsets` ask for it (see
        `study.subgroup_patients`); who does not stand in it is in no subset. A set under a cut
        of a score has the patients of its collection.
    subsets : mapping of str to Subset, optional
        `cohorts.subsets.SUBSETS`, or `cohorts.subgroups.SUBGROUPS`.
    names : iterable of str, optional
        Of `subsets`; all by default.
    minimum_per_class : int
        With fewer patients of a class there is no estimate, at least 1.
    bootstrap_samples, seed, confidence_level
        See `summary.results_summary`.

    Returns
    -------
    DataFrame
        `COLUMNS`. Where a class has too few patients, or no fold has both, figures are NaN
        and ``note`` says "not estimable" with both counts.

    Raises
    ------
    TableError
        If the predictions have faults, there is no such subset, or the patients table lacks
        what it needs.
    UndefinedMetricError
        If `minimum_per_class` is below 1.
    """
    if minimum_per_class < 1:
        raise UndefinedMetricError(
            f"minimum_per_class is {minimum_per_class}; an AUC needs at least 1 of each class"
        )
    checked = check_predictions(predictions)
    own = checked[checked["permutation"] == 0]
    own_places = own.assign(dataset=own["dataset"].map(collection_of))
    places = pd.MultiIndex.from_frame(own_places[list(PATIENT)])
    found = []
    for name in subsets if names is None else names:
        members = patients.loc[in_subset(patients, name, subsets=subsets), list(PATIENT)]
        chosen = own[places.isin(pd.MultiIndex.from_frame(members))]
        counts = _counts(own, chosen)
        enough = counts[["n_true_progression", "n_pseudoprogression"]].min(axis=1)
        kept = counts.loc[enough >= minimum_per_class, list(SET)]
        estimated = results_summary(
            chosen.merge(kept, on=list(SET)),
            bootstrap_samples=bootstrap_samples,
            seed=seed,
            confidence_level=confidence_level,
        )
        table = counts.merge(estimated[[*SET, *FIGURES, "note"]], on=list(SET), how="left")
        lacking = table["auc"].isna()
        reason = table["note"].where(table["note"].fillna("") == "", ": " + table["note"])
        table["note"] = table["note"].where(~lacking, _told(table) + reason.fillna(""))
        table = table.astype(dict.fromkeys(FIGURES, float))
        table.loc[lacking, list(FIGURES)] = math.nan
        found.append(table.assign(subset=name))
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(found, ignore_index=True)[list(COLUMNS)]


def format_subset_results(results: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Write `subset_results`: subset by subset, the training cohort first, models as in `titles`.

    AUCs of held-out folds and of soft votes stand in columns of their own. What is not
    estimable for the same reason is one row, without models where it is so for all of them.
    """
    rows = []
    for row in _collapsed(results[results["model"].isin(list(titles))], titles):
        is_internal = row["split"] == VALIDATION
        auc = with_interval(row["auc"], row["lower"], row["upper"])
        is_known = not math.isnan(row["auc"])
        rows.append(
            {
                "order": (
                    list(KNOWN).index(row["subset"]),
                    not is_internal,
                    row["dataset"],
                    row["place"],
                ),
                "subset": KNOWN[row["subset"]].title,
                "patients": words(row["dataset"]) + (f", {HELD_OUT}" if is_internal else ""),
                "model": row["told"],
                "true / pseudoprogression": (
                    f"{row['n_true_progression']} / {row['n_pseudoprogression']}"
                ),
                "folds, mean ± SD": over_folds(row, "fold_auc") if is_known else NOT_KNOWN,
                "internal AUC": auc if is_internal else NOT_KNOWN,
                "soft vote": NOT_KNOWN if is_internal else auc,
                "note": row["note"],
            }
        )
    rows.sort(key=lambda row: row.pop("order"))
    columns = ["subset", "patients", "model", "true / pseudoprogression", "folds, mean ± SD"]
    columns += ["internal AUC", "soft vote"]
    columns += ["note"] if any(row["note"] for row in rows) else []
    return pd.DataFrame(rows, columns=columns)


def _collapsed(results: pd.DataFrame, titles: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Rows to write, with ``told`` for the model and the ``place`` of its first in `titles`."""
    names = list(titles)
    for _, group in results.groupby(["subset", "split", "dataset"], sort=False):
        lacking = group["auc"].isna()
        parts = [group.loc[[index]] for index in group.index[~lacking]]
        parts += [part for _, part in group[lacking].groupby("note", sort=False)]
        for part in parts:
            models = sorted(part["model"], key=names.index)
            is_for_all = len(part) == len(group) and bool(lacking.all())
            yield {
                **{str(name): value for name, value in part.iloc[0].to_dict().items()},
                "told": NOT_KNOWN if is_for_all else ", ".join(titles[one] for one in models),
                "place": names.index(models[0]),
            }


def _counts(own: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Patients of each class in a subset, for each arm and set; 0 where it has nobody."""
    sets = own[list(SET)].drop_duplicates()
    once = first_repetition(chosen).drop_duplicates([*SET, "subject_id"])
    counts = once.groupby(list(SET))["y_true"].agg(n="size", n_true_progression="sum").reset_index()
    table = sets.merge(counts, on=list(SET), how="left")
    table = table.fillna({"n": 0, "n_true_progression": 0})
    table = table.astype({"n": int, "n_true_progression": int})
    return table.assign(n_pseudoprogression=table["n"] - table["n_true_progression"])


def _told(table: pd.DataFrame) -> pd.Series:
    """That there is no estimate, with the counts of both classes."""
    true, pseudo = (
        table[f"n_{name}"].astype(str) for name in ("true_progression", "pseudoprogression")
    )
    return f"{NOT_ESTIMABLE} (" + true + " TP, " + pseudo + " PsP)"
