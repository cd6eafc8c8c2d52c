"""Result tables: what was found on which patients, and the printed figures beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from psp_core.evaluation.composites import COMPOSITES
from psp_core.evaluation.predictions import TEST, VALIDATION
from psp_core.evaluation.summary import FROZEN
from psp_core.report.formatting import NOT_KNOWN, decimal, p_value, with_interval, words
from psp_core.report.published_results import DATA, FIGURES, gomaa_results

Titles = Mapping[str, str]
HELD_OUT = "held-out folds"
COMPOSITE_NAMES = {"balanced_accuracy": "balanced accuracy", "f1": "F1"}


def format_results(
    summary: pd.DataFrame, titles: Titles, *, marks: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Write `summary.results_summary`: the training cohort first, models as in `titles`.

    A column says why a figure is missing, where one is, and what a reader must know of the
    set: `marks`, a sentence by dataset (see `study.weights_marks`).
    """
    rows = []
    for row in _records(_ordered(summary, titles)):
        is_internal = row["split"] == VALIDATION
        rows.append(
            {
                "patients": _patients(row),
                "model": titles[row["model"]],
                "folds, mean ± SD": over_folds(row, "fold_auc"),
                "internal AUC" if is_internal else "soft vote": with_interval(
                    row["auc"], row["lower"], row["upper"]
                ),
                "DeLong": _bounds(row, "delong"),
                "bootstrap": _bounds(row, "bootstrap"),
                "SD over repetitions": decimal(row["auc_sd_over_seeds"])
                if row["n_seeds"] > 1
                else NOT_KNOWN,
                "note": "; ".join(filter(None, (row["note"], (marks or {}).get(row["dataset"])))),
            }
        )
    columns = ["patients", "model", "folds, mean ± SD", "internal AUC", "soft vote", "DeLong"]
    columns += ["bootstrap", "SD over repetitions"]
    columns += ["note"] if any(row["note"] for row in rows) else []
    return pd.DataFrame(rows, columns=columns).fillna(NOT_KNOWN)


def format_rates(rates: pd.DataFrame, titles: Titles, *, at: str = FROZEN) -> pd.DataFrame:
    """Write `summary.rates_summary` at one threshold: k/n, value, Clopper-Pearson interval.

    Balanced accuracy and F1 stand with the bootstrap's interval and without counts. Rows of
    held-out folds are marked: their patients were judged by several fold models.
    """
    chosen = _ordered(rates[rates["at"] == at], titles)
    is_held_out, names = chosen["split"] == VALIDATION, chosen["dataset"].map(words)
    named = chosen.assign(
        rate=chosen["rate"].replace(COMPOSITE_NAMES),
        cell=[_rate_cell(row) for row in _records(chosen)],
        model=chosen["model"].map(titles),
        patients=names.where(~is_held_out, names + f", {HELD_OUT}"),
    )
    keys = ["patients", "model"]
    wide = named.pivot_table(index=keys, columns="rate", values="cell", aggfunc="first", sort=False)
    return wide.reset_index().rename_axis(columns=None)


def format_precision(table: pd.DataFrame, titles: Titles) -> pd.DataFrame:
    """Write `precision_summary.precision_summary`: the training cohort first."""
    rows = [
        {
            "patients": _patients(row),
            "model": titles[row["model"]],
            "average precision": mean_sd(row["average_precision"], math.nan)
            if row["split"] == VALIDATION
            else with_interval(row["average_precision"], row["lower"], row["upper"]),
            "no skill": mean_sd(row["no_skill"], math.nan),
            "p of the AUC against chance": p_value(row["p_chance"]),
            "note": row["note"],
        }
        for row in _records(_ordered(table, titles))
    ]
    columns = ["patients", "model", "average precision", "no skill"]
    columns += ["p of the AUC against chance"]
    columns += ["note"] if any(row["note"] for row in rows) else []
    return pd.DataFrame(rows, columns=columns)


def published_beside_rerun(
    summary: pd.DataFrame,
    rates: pd.DataFrame,
    titles: Titles,
    printed: Mapping[str, str],
    *,
    dataset: str,
    described: str,
    split: str = TEST,
    at: str = FROZEN,
) -> pd.DataFrame:
    """The printed row of an arm above the rerun's; never merged, each with its data.

    Parameters
    ----------
    summary, rates : DataFrame
        See `evaluation.summary`.
    titles : mapping of str to str
        What a reader calls each model.
    printed : mapping of str to str
        Arm of `published_results.gomaa_results` by model.
    dataset : str
        Set of the rerun.
    described : str
        What it is, as "phantoms".
    split : {"test", "validation"}
        The printed external test, or the printed validation.
    at : {"frozen", "0.5"}
        Threshold of the rerun; the paper does not say its own.

    Returns
    -------
    DataFrame
        Text: fold mean ± SD of every figure and, in columns of their own, the soft vote, or
        in the validation what all held-out patients give together.
    """
    gomaa = gomaa_results()
    paper = {(row["arm"], row["figure"]): row for row in _records(gomaa[gomaa["split"] == split])}
    whole = "vote" if split == TEST else "all held out"
    rows = []
    for model, arm in printed.items():
        found = summary[(summary["model"] == model) & (summary["dataset"] == dataset)]
        if found.empty or model not in titles:
            continue
        own = _records(found)[0]
        chosen = (rates["model"] == model) & (rates["dataset"] == dataset) & (rates["at"] == at)
        told = {rate["rate"]: rate for rate in _records(rates[chosen])}
        first = {"model": titles[model], "source": f"Gomaa 2025: {DATA[split]}"}
        second = {"model": titles[model], "source": f"rerun: {described}, n = {own['n']}"}
        for figure in FIGURES:
            name = "AUC" if figure == "auc" else figure
            row = paper[(arm, figure)]
            first[f"{name}, folds"] = mean_sd(row["fold_mean"], row["fold_sd"])
            first[f"{name}, {whole}"] = mean_sd(row["soft_vote"], math.nan)
            if figure == "auc":
                second["AUC, folds"] = over_folds(own, "fold_auc")
                second[f"AUC, {whole}"] = with_interval(own["auc"], own["lower"], own["upper"])
            elif figure in told:
                rate = told[figure]
                second[f"{name}, folds"] = over_folds(rate, "fold")
                second[f"{name}, {whole}"] = f"{decimal(rate['value'])} ({rate['k']}/{rate['n']})"
        rows += [first, second]
    return pd.DataFrame(rows).fillna(NOT_KNOWN)


SETTING = "best AUC (of fold models)"


def format_coverage(table: pd.DataFrame) -> pd.DataFrame:
    """Write `coverage.simulate_coverage`: one row per method, one column per setting."""
    cells = [f"{row['coverage']:.3f}" for row in _records(table)]
    heads = [_setting(row) for row in _records(table)]
    named = table.assign(cell=cells, head=heads)
    wide = named.pivot_table(
        index="method", columns="head", values="cell", aggfunc="first", sort=False
    )
    wide.columns.name = SETTING
    widths = table.groupby("method", sort=False)["width"].mean()
    return wide.assign(**{"mean width": [decimal(widths[one], 2) for one in wide.index]})


def format_difference(table: pd.DataFrame) -> pd.DataFrame:
    """Write `coverage.simulate_difference`: one column per setting."""
    figures = {
        "equal models called different": "rejected",
        "coverage of the difference": "coverage",
    }
    rows = _records(table)
    written = {
        _setting(row): [
            f"{row[name]:.3f} ± {row[f'{name}_error']:.3f}" for name in figures.values()
        ]
        for row in rows
    }
    return pd.DataFrame(written, index=list(figures)).rename_axis(columns=SETTING)


def _rate_cell(row: Mapping[str, Any]) -> str:
    """Value and interval with the counts, or why there is none."""
    if not row["n"]:
        return str(row["note"])
    if row["rate"] in COMPOSITES:
        bounds = (row["bootstrap_lower"], row["bootstrap_upper"])
        return with_interval(row["value"], *bounds, digits=2)
    bounds = (row["exact_lower"], row["exact_upper"])
    return f"{row['k']}/{row['n']}: " + with_interval(row["value"], *bounds, digits=2)


def _setting(row: Mapping[str, Any]) -> str:
    return f"{row['best_auc']:.2f} ({row['true_auc']:.3f})"


def over_folds(row: Mapping[str, Any], name: str) -> str:
    """Write mean and SD over the folds, with their number where some have no value."""
    known, n_folds = row[f"{name}_n"], row["n_folds"]
    few = f" ({known:.0f} of {n_folds:.0f} folds)" if 0 < known < n_folds else ""
    return mean_sd(row[f"{name}_mean"], row[f"{name}_sd"]) + few


def mean_sd(mean: float, sd: float) -> str:
    """Write a mean with its standard deviation."""
    if math.isnan(mean):
        return NOT_KNOWN
    return f"{mean:.3f}" if math.isnan(sd) else f"{mean:.3f} ± {sd:.3f}"


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _bounds(row: Mapping[str, Any], name: str) -> str:
    lower, upper = row.get(f"{name}_lower", math.nan), row.get(f"{name}_upper", math.nan)
    return NOT_KNOWN if math.isnan(lower) else f"{lower:.3f} to {upper:.3f}"


def _patients(row: Mapping[str, Any]) -> str:
    held_out = f", {HELD_OUT}" if row["split"] == VALIDATION else ""
    counts = f"{row['n_true_progression']} of {row['n']} true progression"
    return f"{words(row['dataset'])}{held_out}: {counts}"


def _ordered(table: pd.DataFrame, titles: Titles) -> pd.DataFrame:
    """Rows of known models: training cohort first, small sets next, models as in `titles`."""
    kept = table[table["model"].isin(list(titles))]
    place = {name: number for number, name in enumerate(titles)}
    order = pd.DataFrame(
        {
            "split": kept["split"] != VALIDATION,
            "dataset": kept["dataset"].map(lambda name: (name != "external", name)),
            "model": kept["model"].map(place),
        }
    )
    return kept.loc[order.sort_values(["split", "dataset", "model"], kind="stable").index]
