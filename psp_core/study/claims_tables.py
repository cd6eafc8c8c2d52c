"""Claims judged on tables of other pages: importances, the scrambled control, the sweeps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import pandas as pd

from psp_core.params.cnn_lstm import CnnLstmSweepParams
from psp_core.study.claims import (
    Effect,
    Evidence,
    Test,
    Verdict,
    decide,
    decide_near,
    mean_interval,
    not_testable,
    of_mean,
    signed,
)
from psp_core.study.patients import TRAINING

Pair = tuple[str | None, str | None]
IMAGE = "image"
TIME, IDH, MGMT = "days_since_rt", "idh_status", "mgmt_status"
LOW_DOSES, OTHER_DOSES = ("min_dose_gy", "d98_gy"), ("mean_dose_gy", "median_dose_gy")
ABOUT_HALF = 0.05  # how far a scrambled AUC may lie from 0.5; ours
PRINTED_SETTINGS = {"batch_size": 8, "cells": 24, "learning_rate": 0.01}
PRINTED_SWEEPS = CnnLstmSweepParams()  # its defaults are the paper's
TRIED: dict[str, tuple[float, ...]] = {
    "batch_size": PRINTED_SWEEPS.batch_sizes,
    "cells": PRINTED_SWEEPS.cells,
    "learning_rate": PRINTED_SWEEPS.learning_rates,
}


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
    level = evidence.confidence_level
    effects = []
    for first, second in asked:
        mean, lower, upper = mean_interval(sizes[first] - sizes[second], confidence_level=level)
        text = f"{first} over {second}: {signed(mean, lower, upper, 3)}"
        effects.append(Effect(of_mean(sizes[first] - sizes[second]), text))
    model = sizes.attrs["model"]
    data = (
        f"mean absolute Shapley values in logits of {len(sizes)} held-out patients, "
        f"{evidence.title_of(model)}{evidence.size_of([model])}"
    )
    built = evidence.built_with(
        TRAINING, "built in: how far each variable separates the classes, see page 09"
    )
    return (decide(effects, data, confidence_level=level, built_in=built),)


def scrambled_labels_give_half(evidence: Evidence) -> tuple[Verdict, ...]:
    """Mean AUC of models that were fitted on permuted labels, external and internal."""
    parts = [evidence.table(stage, stage) for stage in ("scramble", "scramble_networks")]
    there = [part[part["permutation"] > 0] for part in parts if part is not None]
    drawn = pd.concat(there, ignore_index=True) if there else pd.DataFrame()
    if drawn.empty:
        return not_testable("this run has no permuted labels (page 07)")
    level = evidence.confidence_level
    verdicts = []
    for where in ("internal", "external"):
        means = drawn.groupby("permutation")[where].mean().dropna()
        mean, lower, upper = mean_interval(means, confidence_level=level)
        text = f"mean AUC {mean:.3f} ({lower:.3f} to {upper:.3f}) over {len(means)} permutations"
        models = drawn["model"].unique()
        data = f"{where}, {len(models)} models on permuted labels{evidence.size_of(models)}"
        verdicts.append(decide_near(0.5, (lower, upper), text, data, tolerance=ABOUT_HALF))
    return tuple(verdicts)


def printed_setting_is_best(evidence: Evidence, parameter: str) -> tuple[Verdict, ...]:
    """Whether the setting that Jang 2018 chose beats every other that it tried, over folds.

    Not testable where the sweep is smaller than the paper's: without one of the values that it
    tried, or with fewer folds. The interval over folds takes them as independent; they share
    training patients, so it is too short.
    """
    table = evidence.table("sweeps", "sweeps")
    if table is None or not (table["parameter"] == parameter).any():
        return not_testable(f"this run has no sweep of {parameter} (page 06)")
    rows = table[table["parameter"] == parameter]
    wide = rows.pivot_table(index="fold", columns="value", values="auc")
    values = [float(value) for value in wide.columns]
    there = {
        tried: [value for value in values if math.isclose(value, tried)]
        for tried in TRIED[parameter]
    }
    missing = [f"{tried:g}" for tried, found in there.items() if not found]
    if missing:
        return not_testable(
            f"the sweep of {parameter} has no AUC of {', '.join(missing)}, which the paper tried"
        )
    whole = wide[[found[0] for found in there.values()]].set_axis(list(there), axis=1).dropna()
    if len(whole) < PRINTED_SWEEPS.folds:
        return not_testable(
            f"the sweep of {parameter} has {len(whole)} folds with an AUC of every value; a "
            f"verdict needs the paper's {PRINTED_SWEEPS.folds}"
        )
    printed = PRINTED_SETTINGS[parameter]
    level = evidence.confidence_level
    effects = []
    for value in (value for value in whole if value != printed):
        apart = whole[printed] - whole[value]
        mean, lower, upper = mean_interval(apart, confidence_level=level)
        text = f"AUC of {printed:g} less that of {value:g}: {signed(mean, lower, upper)}"
        effects.append(Effect(of_mean(apart), text))
    row = f"cnn_lstm_{evidence.run.params.cnn_lstm.sweeps.preset}"
    data = f"{len(whole)} folds of the training cohort, CNN-LSTM{evidence.size_of([row])}"
    return (decide(effects, data, confidence_level=level),)


def importances(evidence: Evidence) -> pd.DataFrame:
    """Absolute Shapley values of single players, one row per held-out patient.

    Of the proposed model where it was explained, else of the first that was; its name is
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
    wide.attrs["model"] = str(model)
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
    "scrambled_labels_give_half": scrambled_labels_give_half,
    **{
        f"printed_{parameter}_is_best": partial(printed_setting_is_best, parameter=parameter)
        for parameter in PRINTED_SETTINGS
    },
}
