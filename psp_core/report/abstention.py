"""Abstaining as tables, figure and sentence: the least certain leave, or sets of both classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from psp_core.evaluation.conformal import BOTH, COVERED, NONE
from psp_core.evaluation.predictions import SET, VALIDATION
from psp_core.report.formatting import NOT_KNOWN, decimal, with_interval
from psp_core.report.set_grid import Place, grid_of, label_edges, ordered, rows_of, set_name

BAND = "#0072b2"
HEADS = ("true progression", "pseudoprogression")
OF_TRAINING_CENTRE = ("development", "sealed")
TRAINING, EXTERNAL = "burdenko", "external"
WITHOUT, WITH = "no", "yes"


@dataclass(frozen=True)
class Origin:
    """Where the patients of a run come from.

    Attributes
    ----------
    roots : mapping of str to str or None
        Folder of each collection's real patients; None where they are phantoms.
    centre_shift : bool
        Whether phantoms of the external centre have other scanners and another schedule.
    """

    roots: Mapping[str, str | None]
    centre_shift: bool


def is_shifted(dataset: str, origin: Origin) -> bool:
    """Whether a set is drawn in another way than the training cohort.

    Only further phantoms of the training centre are not, and those of the external centre where
    nothing but its name is another; and only beside training phantoms.
    """
    if origin.roots.get(TRAINING) is not None:
        return True
    is_like_training = origin.roots.get(EXTERNAL) is None and not origin.centre_shift
    return dataset not in OF_TRAINING_CENTRE and not (dataset == EXTERNAL and is_like_training)


def format_abstention(
    table: pd.DataFrame, titles: Mapping[str, str], *, origin: Origin
) -> pd.DataFrame:
    """Write `abstention.abstention_table`: k/n and exact intervals, sets without shift first.

    Of an arm that cannot be calibrated stands the reason alone.
    """
    rows = []
    shown = ordered(table, titles)
    keys = ["split", "dataset", "model"]
    for (split, dataset, model), part in shown.groupby(keys, sort=False):
        by_name = {str(row["figure"]): row for row in part.to_dict("records")}
        row = {
            "shift": WITH if is_shifted(str(dataset), origin) else WITHOUT,
            "patients": set_name(str(split), str(dataset)).removesuffix(", soft vote"),
            "model": titles[str(model)],
        }
        known = not _is_uncalibrated(part).all()
        for name, head in zip(COVERED, HEADS, strict=True):
            row[f"truth in the set, {head}"] = _cell(by_name[name]) if known else NOT_KNOWN
        row |= {name: _cell(by_name[name]) if known else NOT_KNOWN for name in ("decided", "wrong")}
        row |= {name: f"{by_name[name]['k']}" if known else NOT_KNOWN for name in (BOTH, NONE)}
        row["note"] = "" if known else by_name["decided"]["note"]
        rows.append(row)
    found = pd.DataFrame(rows)
    if not any(row["note"] for row in rows):
        found = found.drop(columns="note", errors="ignore")
    return found.sort_values("shift", kind="stable", ignore_index=True) if rows else found


def tell_abstention(
    table: pd.DataFrame, titles: Mapping[str, str], *, origin: Origin, left_out: pd.DataFrame
) -> str:
    """Class coverage over the models, apart for sets with and without shift, with counts.

    Parameters
    ----------
    table : DataFrame
        See `abstention.abstention_table`.
    titles : mapping of str to str
    origin : Origin
    left_out : DataFrame
        Sets that are too small, see `evaluation.estimable.estimable`.
    """
    shown = table[table["model"].isin(list(titles))]
    small = set(left_out.loc[left_out["split"] != VALIDATION, "dataset"])
    told = []
    for head, is_with in (("Without shift", False), ("With shift", True)):
        part = shown[[is_shifted(str(name), origin) == is_with for name in shown["dataset"]]]
        if part.empty:
            is_small = any(is_shifted(str(name), origin) == is_with for name in small)
            reason = "no set of this run is large enough" if is_small else "this run has none"
            told.append(f"**{head}:** {reason}.")
            continue
        if _is_uncalibrated(part).all():
            reasons = "; ".join(dict.fromkeys(part.loc[part["figure"] == "decided", "note"]))
            told.append(f"**{head}:** no model can be calibrated ({reasons}).")
            continue
        figures = {name: _range(part[part["figure"] == name]) for name in (*COVERED, "decided")}
        told.append(
            f"**{head}:** the set holds the truth for {figures[COVERED[0]]} of the patients with "
            f"true progression and {figures[COVERED[1]]} of those with pseudoprogression; "
            f"{figures['decided']} are decided."
        )
    return " ".join(told)


def tell_reach(table: pd.DataFrame) -> str:
    """The smallest alpha of each class that the calibration patients allow."""
    known = table[table["figure"].isin(COVERED) & ~_is_uncalibrated(table)]
    if known.empty:
        return "No model has the held-out scores that a calibration needs."
    told = []
    for name, head in zip(COVERED, HEADS, strict=True):
        part = known[known["figure"] == name]
        told.append(
            f"{part['n_calibration'].max():.0f} calibration patients with {head}: "
            f"{part['smallest_alpha'].min():.3f}"
        )
    return f"Smallest alpha at which a class can leave a set: {'; '.join(told)}."


def plot_risk_coverage(table: pd.DataFrame, titles: Mapping[str, str]) -> dict[Place, Axes]:
    """Draw the share of errors among those kept, with its band."""
    panels = grid_of(table, titles)
    for place, ax in panels.items():
        part = rows_of(table, place).sort_values("coverage")
        last = part.iloc[-1]
        ax.axhline(last["risk"], color="0.6", linestyle=":", linewidth=0.8)
        ax.plot(part["coverage"], part["risk"], color=BAND, linewidth=1.3, marker=".", ms=3)
        if part["lower"].notna().all():
            ax.fill_between(
                part["coverage"], part["lower"], part["upper"], color=BAND, alpha=0.18, lw=0
            )
        ax.set(xlim=(0, 1.02), ylim=(-0.02, 1.02), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
    label_edges(panels, x="share kept", y="share wrong")
    return panels


def format_risk_coverage(
    areas: pd.DataFrame, curves: pd.DataFrame, titles: Mapping[str, str]
) -> pd.DataFrame:
    """Write the areas, and the errors among all and among the more certain half."""
    rows = []
    for row in ordered(areas, titles).to_dict("records"):
        split, dataset, model = (str(row[name]) for name in ("split", "dataset", "model"))
        part = rows_of(curves, (split, dataset, model)).sort_values("kept")
        half = part[part["coverage"] >= 0.5].iloc[0]
        rows.append(
            {
                "patients": set_name(split, dataset),
                "model": titles[model],
                "wrong of all": f"{part['errors'].iloc[-1]}/{part['kept'].iloc[-1]}",
                "wrong of the more certain half": f"{half['errors']:.0f}/{half['kept']:.0f}",
                "area": with_interval(row["area"], row["lower"], row["upper"], 2)
                if pd.notna(row["lower"])
                else decimal(row["area"], 2),
                "if certainty told nothing": decimal(row["at_random"], 2),
                "if it told all": decimal(row["at_best"], 2),
            }
        )
    return pd.DataFrame(rows)


def _is_uncalibrated(table: pd.DataFrame) -> pd.Series:
    """Whether a row is of an arm whose sets nobody could make: who is decided is of nobody."""
    nobody = table.loc[(table["figure"] == "decided") & (table["n"] == 0), list(SET)]
    places = pd.MultiIndex.from_frame(table[list(SET)])
    return pd.Series(places.isin(pd.MultiIndex.from_frame(nobody)), index=table.index)


def _cell(row: Mapping[Any, Any]) -> str:
    if row["n"] == 0:
        return str(row["note"])
    bounds = (row["value"], row["exact_lower"], row["exact_upper"])
    return f"{row['k']}/{row['n']}: {with_interval(*bounds, digits=2)}"


def _range(rows: pd.DataFrame) -> str:
    """Least and largest share over models and sets, each as k/n."""
    known = rows[rows["n"] > 0].sort_values("value")
    if known.empty:
        return NOT_KNOWN
    least, most = (f"{known['k'].iloc[i]}/{known['n'].iloc[i]}" for i in (0, -1))
    return least if least == most else f"{least} to {most}"
