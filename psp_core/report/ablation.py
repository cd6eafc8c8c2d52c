"""What the ablation of self-supervision shows: how encoders learned, and what they are good for."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from psp_core.evaluation.within_parts import PartScores, resampled_aucs
from psp_core.report.formatting import count, decimal, with_interval

UNTRAINED, REFERENCE, GREY_VALUES = "untrained", "r + c*r", "grey values"
MODELS = {
    "ridge_all": "ridge, mean of all tokens",
    "ridge_lesion": "ridge, mean lesion token",
    "network_lesion": "MRI only, lesion tokens",
}
OF_GREY_VALUES = "ridge, percentiles in and around the lesion"
FIGURES = {"spread": "spread of mean tokens", "rank": "effective rank"}
SMOOTHED_SHARE = 0.05  # of the steps, for the line
EDGE = 0.025  # of an interval of 95 %
COLOUR = "#3f6fb2"


def plot_ablation(
    histories: Mapping[str, pd.DataFrame], collapse: Mapping[str, Mapping[str, float]]
) -> Figure:
    """Draw each encoder's loss as a share of its first value, and the state of its mean tokens.

    Parameters
    ----------
    histories : mapping of str to DataFrame
        ``step, loss`` by encoder; losses of different encoders have no common scale. One
        without a step is not drawn.
    collapse : mapping of str to mapping
        ``spread`` and ``rank`` of the mean tokens by encoder.
    """
    figure, axes = plt.subplots(1, 3, figsize=(9.0, 2.9), layout="constrained")
    for name, history in histories.items():
        if history.empty:
            continue
        width = max(1, round(SMOOTHED_SHARE * len(history)))
        smooth = history["loss"].rolling(width, min_periods=1).median()
        axes[0].plot(history["step"], smooth / smooth.iloc[0], label=name, linewidth=1.2)
    axes[0].set(xlabel="Step", title="loss, share of the first", ylim=(0, None))
    if axes[0].lines:
        axes[0].legend(frameon=False, fontsize=7)
    for ax, (what, title) in zip(axes[1:], FIGURES.items(), strict=True):
        ax.barh(list(collapse), [one[what] for one in collapse.values()], color=COLOUR)
        ax.invert_yaxis()
        ax.set(title=title)
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def encoder_table(
    histories: Mapping[str, pd.DataFrame], scans: Mapping[str, int], titles: Mapping[str, str]
) -> pd.DataFrame:
    """How each encoder was taught, as text.

    Parameters
    ----------
    histories : mapping of str to DataFrame
        See `plot_ablation`; ``seconds`` is the processor time of the training.
    scans : mapping of str to int
        Scans that it learned from.
    titles : mapping of str to str
    """
    rows = []
    for name, history in histories.items():
        taught = len(history) > 0
        rows.append(
            {
                "encoder": titles[name],
                "scans": count(scans[name]),
                "steps": count(len(history)),
                "processor seconds": count(history["seconds"].iloc[-1]) if taught else count(0),
                "loss, first": decimal(history["loss"].iloc[0]) if taught else "–",
                "loss, last": decimal(history["loss"].iloc[-1]) if taught else "–",
            }
        )
    return pd.DataFrame(rows)


def ablation_scores(
    measured: pd.DataFrame, *, samples: int, rng: np.random.Generator
) -> pd.DataFrame:
    """AUC of every encoder and model, and its paired differences to two of them.

    Parameters
    ----------
    measured : DataFrame
        See `study.ablation_scores.score_encoders`.
    samples : int
        Bootstrap samples of the patients, the same for all.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        ``variant, model, n``, ``auc, lower, upper``, and for ``to`` in untrained and reference
        ``to_<to>, to_<to>_lower, to_<to>_upper``: this AUC minus that of the same model on that
        encoder; NaN where there is none. Intervals are of 95 %.
    """
    scores = measured[measured["kind"] == "score"]
    keys = scores[["key", "is_positive"]].drop_duplicates("key").sort_values("key")
    order = {key: place for place, key in enumerate(keys["key"])}
    models, names = {}, []
    for (variant, model), part in scores.groupby(["variant", "model"], sort=False):
        draws = int(part["draw"].max()) + 1
        values, halves = np.full((draws, len(order)), np.nan), np.zeros((draws, len(order)), int)
        at = part["draw"].to_numpy(int), part["key"].map(order).to_numpy(int)
        values[at], halves[at] = part["score"].to_numpy(float), part["half"].to_numpy(int)
        models[f"{variant}/{model}"] = PartScores(values, halves)
        names.append((str(variant), str(model), int(part["key"].nunique())))
    drawn = resampled_aucs(keys["is_positive"].to_numpy(bool), models, samples=samples, rng=rng)
    rows = []
    for variant, model, n in names:
        own = drawn[f"{variant}/{model}"]
        row = {"variant": variant, "model": model, "n": n, **_bounds("auc", own)}
        for to, name in ((UNTRAINED, "untrained"), (REFERENCE, "reference")):
            other = drawn.get(f"{to}/{model}")
            apart = np.full(2, np.nan) if other is None or variant == to else own - other
            row |= _bounds(f"to_{name}", apart)
        rows.append(row)
    return pd.DataFrame(rows).rename(columns={"auc_lower": "lower", "auc_upper": "upper"})


def ablation_table(compared: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """The figures of `ablation_scores` as text, one row per encoder and model."""
    rows = []
    for row in compared.to_dict("records"):
        is_grey = row["variant"] == GREY_VALUES
        rows.append(
            {
                "encoder": titles.get(row["variant"], row["variant"]),
                "model": OF_GREY_VALUES if is_grey else MODELS.get(row["model"], row["model"]),
                "n": count(row["n"]),
                "AUC": with_interval(row["auc"], row["lower"], row["upper"]),
                "minus untrained": _difference(row, "to_untrained"),
                "minus r + c·r": _difference(row, "to_reference"),
            }
        )
    return pd.DataFrame(rows)


def probe_table(measured: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """R² of linear probes for the lesion's figures, one row per encoder and pooling."""
    probes = measured[measured["kind"] == "probe"].copy()
    probes["cell"] = [
        with_interval(*bounds, digits=2)
        for bounds in zip(probes["value"], probes["lower"], probes["upper"], strict=True)
    ]
    probes["encoder"] = probes["variant"].map(lambda name: titles.get(name, name))
    wide = probes.pivot_table(
        index=["encoder", "pooling"], columns="target", values="cell", aggfunc="first", sort=False
    )
    return wide.reset_index().rename_axis(columns=None)


def ablation_sentence(compared: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """Say which encoders are above or below the untrained one, and which cannot be told from it."""
    told = []
    for model, part in compared[compared["variant"] != GREY_VALUES].groupby("model", sort=False):
        known = part[part["to_untrained"].notna()]
        above = known[known["to_untrained_lower"] > 0]["variant"]
        below = known[known["to_untrained_upper"] < 0]["variant"]
        cannot = len(known) - len(above) - len(below)
        pieces = [
            f"{', '.join(titles.get(str(name), str(name)) for name in some)} {how}"
            for some, how in ((above, "above it"), (below, "below it"))
            if len(some)
        ]
        pieces.append(f"{cannot} of {len(known)} cannot be told from it")
        told.append(f"{MODELS.get(str(model), str(model))}: {'; '.join(pieces)}")
    if not told:
        return "No encoder could be compared with the untrained one."
    return (
        "Beside the untrained encoder (intervals of single comparisons): " + ". ".join(told) + "."
    )


def _bounds(name: str, drawn: np.ndarray) -> dict[str, float]:
    known = drawn[1:][np.isfinite(drawn[1:])]
    lower, upper = np.quantile(known, [EDGE, 1 - EDGE]) if len(known) else (np.nan, np.nan)
    value = float(drawn[0]) if len(drawn) else float("nan")
    return {name: value, f"{name}_lower": float(lower), f"{name}_upper": float(upper)}


def _difference(row: Mapping[Hashable, float], name: str) -> str:
    if np.isnan(row[name]):
        return "–"
    bounds = (row[f"{name}_lower"], row[f"{name}_upper"])
    return f"{row[name]:+.3f} ({bounds[0]:+.3f} to {bounds[1]:+.3f})"
