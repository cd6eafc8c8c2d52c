"""What the best possible model reaches on phantoms: the ceiling of every arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from psp_core.evaluation.intervals import delong_interval
from psp_core.phantom.latents import CausalModel
from psp_core.phantom.oracle import ARMS, best_possible_aucs
from psp_core.report.formatting import decimal, with_interval, words

FIGURES = ("auc", "lower", "upper", "n_positive", "n_negative")


def ceiling_table(
    truth: pd.DataFrame, summary: Mapping[str, Any], datasets: Sequence[str]
) -> pd.DataFrame:
    """AUC of the Bayes score of every arm: in the population and in the cohorts as drawn.

    Parameters
    ----------
    truth : DataFrame
        The truth table; only eligible patients count.
    summary : mapping
        ``truth.json``.
    datasets : sequence of str
        Cohorts of the truth table.

    Returns
    -------
    DataFrame
        ``arm, oracle`` (``population``, ``latent``, ``observable``), ``dataset, auc, lower,
        upper, n_positive, n_negative``; intervals are DeLong's at 95 %; the population has
        an AUC alone. A patient whose score misses is not counted.
    """
    rows: list[dict[str, Any]] = []
    eligible = truth[truth["reason"] == "eligible"]
    for arm in ARMS:
        for dataset, key in (("as set", ""), ("strong", "_strong")):
            area = summary[f"best_possible_auc{key}"][arm]
            rows.append({"arm": arm, "oracle": "population", "dataset": dataset, "auc": area})
        for dataset in datasets:
            part = eligible[eligible["dataset"] == dataset]
            for oracle, suffix in (("latent", ""), ("observable", "_observable")):
                scored = part[part[f"bayes_{arm}{suffix}"].notna()]
                interval = delong_interval(scored["written_label"], scored[f"bayes_{arm}{suffix}"])
                figures = {name: getattr(interval, name) for name in FIGURES}
                rows.append({"arm": arm, "oracle": oracle, "dataset": dataset, **figures})
    return pd.DataFrame(rows)


def format_ceilings(table: pd.DataFrame) -> pd.DataFrame:
    """One row per arm, one column per population or cohort and oracle."""
    cells = [
        decimal(row["auc"])
        if row["oracle"] == "population"
        else with_interval(row["auc"], row["lower"], row["upper"], digits=2)
        for row in table.to_dict("records")
    ]
    wide = table.assign(cell=cells).pivot_table(
        index="arm", columns=["dataset", "oracle"], values="cell", aggfunc="first"
    )
    order = list(dict.fromkeys(zip(table["dataset"], table["oracle"], strict=True)))
    wide = wide.loc[list(dict.fromkeys(table["arm"])), order]
    wide.index = pd.Index([words(arm) for arm in wide.index], name="arm")
    return wide


def switch_ceilings(model: CausalModel, *, n: int) -> pd.DataFrame:
    """Best possible AUC of every arm under each switch, by simulation of `n` patients.

    With the `n` of ``truth.json`` the first two rows equal the ceilings told there.
    """
    settings = {
        "as set": model,
        "strong effects": model.strong(),
        "Burdenko's timing": replace(model, timing="burdenko"),
        "zero effect": replace(model, zero_effect=True),
        "label depends on time only": replace(model, label_depends_on_time_only=True),
        "interaction": replace(model, interaction=True),
        "10 % label noise": replace(model, label_noise=0.1),
        "informative missingness": replace(model, informative_missingness=True),
    }
    rows = {name: best_possible_aucs(setting, n=n) for name, setting in settings.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename(columns=words).rename_axis("setting")
