"""The studies of the literature as a table for a page, and as a forest of intervals."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from psp_core.audit.literature import EVIDENCE, PSP, TARGETS, TESTS
from psp_core.report.formatting import NOT_KNOWN, count

COLOURS = dict(zip(TESTS, ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000"), strict=True))
OTHERS = "0.6"  # grey: a neighbouring question, or pooled studies
MARKERS = dict(zip(TESTS, ("s", "o", "^", "v", "D"), strict=True))


def format_literature(table: pd.DataFrame) -> pd.DataFrame:
    """Write `audit.literature.literature_table`: one row per result, smallest first.

    A task that is not `PSP` says so in brackets.
    """
    return pd.DataFrame(
        {
            "work": table["work"],
            "data": [data or NOT_KNOWN for data in table["data"]],
            "task": [
                task if target == PSP else f"{task} ({TARGETS[target]})"
                for task, target in zip(table["task"], table["target"], strict=True)
            ],
            "n": [_patients(n, positive, negative) for n, positive, negative in
                  zip(table["n"], table["n_positive"], table["n_negative"], strict=True)],
            "test": table["test"],
            "AUC": [NOT_KNOWN if pd.isna(area) else f"{area:g}" for area in table["auc"]],
            "interval that n implies": [
                NOT_KNOWN
                if pd.isna(lower)
                else f"{lower:.2f} to {upper:.2f}" + (", half and half" if assumed else "")
                for lower, upper, assumed in zip(
                    table["lower"], table["upper"], table["classes_assumed"], strict=True
                )
            ],
            "reported, and what to know": [
                ". ".join(part.rstrip(".") for part in parts if part) + "."
                for parts in zip(table["result"], table["note"], strict=True)
            ],
            "source": table["source"],
            "known by": table["evidence"],
        }
    )  # fmt: skip


def tell_evidence() -> str:
    """Explain the letters of the last column in one sentence."""
    return "; ".join(f"**{mark}** {meaning}" for mark, meaning in EVIDENCE.items()) + "."


def tell_widths(table: pd.DataFrame) -> str:
    """Say how many AUCs of `PSP` there are, and how many intervals reach down to 0.5 or 0.6."""
    own = table[table["target"] == PSP]
    known = own[own["lower"].notna()]
    others = int((table["target"] != PSP).sum())
    noun = "result" if others == 1 else "results"
    aside = f" {others} further {noun}, on {TARGETS['neighbour']} or with {TARGETS['pooled']}, "
    aside = f"{aside}stand beside and are not counted." if others else ""
    if known.empty:
        return f"No result on {TARGETS[PSP]} has an AUC and a number of patients.{aside}"
    outside = known[known["test"] == "external"]
    median = float((known["upper"] - known["lower"]).median())
    return (
        f"{len(known)} of {len(own)} results on {TARGETS[PSP]} have an AUC of two classes and a "
        f"number of patients. The interval that n implies has a median width of {median:.2f}; its "
        f"lower end is below 0.6 in {int((known['lower'] < 0.6).sum())}, and below 0.5 in "
        f"{int((known['lower'] < 0.5).sum())}. {len(outside)} of them were tested on patients of "
        f"another institution.{aside}"
    )


def plot_forest(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw AUCs with the intervals that n implies, the smallest study on top.

    What is not `PSP` is grey; its marker still says how it was tested.
    """
    known = table[table["lower"].notna()].sort_values(["n", "id"], ascending=False)
    if ax is None:
        size = (7.2, 1.3 + 0.3 * len(known))
        _, ax = plt.subplots(figsize=size, layout="constrained")
    for place, row in enumerate(known.to_dict("records")):
        test = row["test"]
        colour = COLOURS[test] if row["target"] == PSP else OTHERS
        line = ":" if row["classes_assumed"] else "-"
        ax.plot([row["lower"], row["upper"]], [place, place], line, color=colour, linewidth=1.8)
        ax.plot(row["auc"], place, MARKERS[test], color=colour, ms=6)
    for test in TESTS:
        if (known["test"] == test).any():
            ax.plot([], [], MARKERS[test], color=COLOURS[test], label=test)
    for target in list(TARGETS)[1:]:
        if (known["target"] == target).any():
            ax.plot([], [], "-", color=OTHERS, linewidth=1.8, label=f"grey: {TARGETS[target]}")
    ax.plot([], [], ":", color="0.3", label="classes taken as half and half")
    ax.axvline(0.5, color="0.6", linewidth=0.8)
    names = [f"{_name(row['work'], row['data'])}, n = {count(row['n'])}"
             for row in known.to_dict("records")]  # fmt: skip
    ax.set_yticks(range(len(known)), names, fontsize=8)
    ax.set(xlabel="AUC with the interval that n implies", xlim=(0.3, 1.0))
    ax.legend(
        frameon=False, fontsize=8, ncols=3, loc="lower center", bbox_to_anchor=(0.3, 1.0),
        handletextpad=0.4, columnspacing=1.0,
    )  # fmt: skip
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _name(work: str, data: str) -> str:
    return f"{work}: {data.partition(',')[0]}" if data else work


def _patients(n: float, positive: float, negative: float) -> str:
    return (
        count(n) if math.isnan(positive) else f"{count(n)} ({count(positive)} + {count(negative)})"
    )
