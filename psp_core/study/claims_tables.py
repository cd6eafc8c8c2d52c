"""Claims judged on tables of other pages: importances, the scrambled control, the sweeps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import pandas as pd

from psp_core.study.claims import (
    FAILS,
    HOLDS,
    Effect,
    Evidence,
    Test,
    Verdict,
    decide,
    decide_near,
    mean_interval,
    not_testable,
    signed,
    title_of,
)
from psp_core.study.patients import TRAINING

Pair = tuple[str | None, str | None]
IMAGE = "image"
TIME, IDH, MGMT = "days_since_rt", "idh_status", "mgmt_status"
LOW_DOSES, OTHER_DOSES = ("min_dose_gy", "d98_gy"), ("mean_dose_gy", "median_dose_gy")
ADDS_UP = 1e-5  # of a logit: rounding of 32-bit networks
ABOUT_HALF = 0.05  # how far a scrambled AUC may lie from 0.5; ours
PRINTED_SETTINGS = {"batch_size": 8, "cells": 24, "learning_rate": 0.01, "epochs": 25}


def more_important(evidence: Evidence, pairs: Sequence[Pair]) -> tuple[Verdict, ...]:
    """Judge that the first player of every pair moves the score more than the second.

    By the mean absolute Shapley value over held-out patients, given the fitted models.

    Parameters
    ----------
    evidence : Evidence
    pairs : sequence of pairs
        Where one is None, all players stand for it that the other is not and, if it is the second,
        the image neither.
    """
    sizes = importances(evidence)
    if sizes.empty:
        return not_testable("this run has no Shapley values of single players (page 09)")
    asked = [one for pair in pairs for one in _spelled_out(pair, sizes.columns)]
    missing = sorted({name for pair in asked for name in pair} - set(sizes))
    if missing or not asked:
        return not_testable(f"no Shapley values of {', '.join(missing) or 'other players'}")
    level = evidence.run.params.evaluation.confidence_level
    effects = []
    for first, second in asked:
        mean, lower, upper = mean_interval(sizes[first] - sizes[second], confidence_level=level)
        text = f"{first} over {second}: {signed(mean, lower, upper, 3)}"
        effects.append(Effect(lower, upper, text))
    data = f"mean absolute Shapley values in logits of {len(sizes)} held-out patients"
    built = evidence.built_with(
        TRAINING, "built in: how far each variable separates the classes, see page 09"
    )
    return (decide(effects, f"{data}, {sizes.attrs['model']}", built_in=built),)


def importance_can_be_quantified(evidence: Evidence) -> tuple[Verdict, ...]:
    """Shapley values of all inputs exist and add up to the score, patient by patient."""
    table = _explanation(evidence)
    if table.empty:
        return not_testable("this run has no Shapley values (page 09)")
    by = ["model", "players", "seed", "fold", "dataset", "subject_id"]
    whole = table.groupby(by).agg(
        total=("shapley", "sum"), none=("worth_none", "first"), all=("worth_all", "first")
    )
    apart = float((whole["total"] - (whole["all"] - whole["none"])).abs().max())
    figures = (
        f"the values of all players add up to the score of each of {len(whole)} patients, "
        f"to {apart:.1g} logits at most"
    )
    models = ", ".join(title_of(name) for name in table["model"].unique())
    return (Verdict(FAILS if apart < ADDS_UP else HOLDS, figures, models),)


def scrambled_labels_give_half(evidence: Evidence) -> tuple[Verdict, ...]:
    """Mean AUC of models that were fitted on permuted labels, external and internal."""
    parts = [evidence.table(stage, stage) for stage in ("scramble", "scramble_networks")]
    there = [part[part["permutation"] > 0] for part in parts if part is not None]
    drawn = pd.concat(there, ignore_index=True) if there else pd.DataFrame()
    if drawn.empty:
        return not_testable("this run has no permuted labels (page 07)")
    level = evidence.run.params.evaluation.confidence_level
    verdicts = []
    for where in ("internal", "external"):
        means = drawn.groupby("permutation")[where].mean().dropna()
        mean, lower, upper = mean_interval(means, confidence_level=level)
        text = f"mean AUC {mean:.3f} ({lower:.3f} to {upper:.3f}) over {len(means)} permutations"
        data = f"{where}, {drawn['model'].nunique()} models on permuted labels"
        verdicts.append(decide_near(0.5, (lower, upper), text, data, tolerance=ABOUT_HALF))
    return tuple(verdicts)


def printed_setting_is_best(evidence: Evidence, parameter: str) -> tuple[Verdict, ...]:
    """Whether the setting that Jang 2018 chose beats every other that it tried, over folds."""
    table = evidence.table("sweeps", "sweeps")
    if table is None or not (table["parameter"] == parameter).any():
        return not_testable(f"this run has no sweep of {parameter} (page 06)")
    rows = table[table["parameter"] == parameter]
    wide = rows.pivot_table(index="fold", columns="value", values="auc")
    values = [float(value) for value in wide.columns]
    printed = PRINTED_SETTINGS[parameter]
    chosen = [value for value in values if math.isclose(value, printed)]
    if not chosen or len(values) < 2:
        return not_testable(f"the sweep of {parameter} does not hold {printed} and another value")
    level = evidence.run.params.evaluation.confidence_level
    effects = []
    for value in values:
        if value == chosen[0]:
            continue
        apart = (wide[chosen[0]] - wide[value]).dropna()
        if apart.empty:
            return not_testable(f"no fold has an AUC of {parameter} {printed} and {value:g}")
        mean, lower, upper = mean_interval(apart, confidence_level=level)
        text = f"AUC of {printed:g} less that of {value:g}: {signed(mean, lower, upper)}"
        effects.append(Effect(lower, upper, text))
    return (decide(effects, f"{len(wide)} folds of the training cohort, CNN-LSTM"),)


def importances(evidence: Evidence) -> pd.DataFrame:
    """Absolute Shapley values of single players, one row per held-out patient.

    Of the proposed model where it was explained, else of the first that was; its title is
    ``attrs["model"]``.
    """
    table = _explanation(evidence)
    single = table[table["players"] == "single"] if len(table) else table
    if single.empty:
        return pd.DataFrame()
    models = list(single["model"].unique())
    model = "proposed" if "proposed" in models else models[0]
    chosen = single[(single["model"] == model) & (single["seed"] == single["seed"].min())]
    wide: pd.DataFrame = chosen.assign(size=chosen["shapley"].abs()).pivot_table(
        index=["dataset", "subject_id"], columns="player", values="size"
    )
    wide.attrs["model"] = title_of(str(model))
    return wide


def _spelled_out(pair: Pair, players: pd.Index) -> list[tuple[str, str]]:
    first, second = pair
    if second is None and first is not None:
        return [(first, str(name)) for name in players if name not in (first, IMAGE)]
    if first is None and second is not None:
        return [(str(name), second) for name in players if name != second]
    return [] if first is None or second is None else [(first, second)]


def _explanation(evidence: Evidence) -> pd.DataFrame:
    found = evidence.table("explanation", "explanation")
    return pd.DataFrame() if found is None else found


TESTS: dict[str, Test] = {
    "time_is_the_most_important": partial(more_important, pairs=((TIME, None),)),
    "idh_is_the_least_important": partial(more_important, pairs=((None, IDH),)),
    "mgmt_before_idh": partial(more_important, pairs=((MGMT, IDH),)),
    "low_doses_before_other_doses": partial(
        more_important, pairs=tuple((low, other) for low in LOW_DOSES for other in OTHER_DOSES)
    ),
    "importance_can_be_quantified": importance_can_be_quantified,
    "scrambled_labels_give_half": scrambled_labels_give_half,
    **{
        f"printed_{parameter}_is_best": partial(printed_setting_is_best, parameter=parameter)
        for parameter in PRINTED_SETTINGS
    },
}
