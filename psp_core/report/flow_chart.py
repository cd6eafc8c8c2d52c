"""The flow of patients as a chart: who remains on the left, who left on the right."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from psp_core.cohorts.flow import Flow
from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.report.formatting import words

# The vertical unit is one line of text; a new figure is as high as its lines.
_INCHES_PER_LINE = 0.19
_FONT_SIZE = 9
_MAIN = (0.0, 0.47)  # left and right edge of the boxes, in parts of the width
_SIDE = (0.54, 1.0)
_CENTRE = (_MAIN[0] + _MAIN[1]) / 2
_WRAP = 44  # characters that fit into a box of a figure 8 inches wide


def plot_flow_chart(flow: Flow, *, ax: Axes | None = None) -> Axes:
    """Draw the steps of a flow with counts, and the reasons of everyone left out.

    Axes that are given must be at least 8 inches wide and `chart_height_inches` high.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(8, chart_height_inches(flow)), layout="constrained")
    top = previous_bottom = 0.0
    for position, step in enumerate(flow.steps.to_dict("records")):
        reasons = _reason_lines(flow.dropped, str(step["step"]))
        if position:
            top = previous_bottom + _gap(reasons)
            ax.annotate(
                "",
                xy=(_CENTRE, top),
                xytext=(_CENTRE, previous_bottom),
                arrowprops={"arrowstyle": "-|>", "color": "0.3", "shrinkA": 0, "shrinkB": 0},
            )
        if reasons:
            middle = (previous_bottom + top) / 2
            height = len(reasons) + 1
            _box(ax, _SIDE, middle - height / 2, reasons, "#f6f1e7", is_list=True)
            ax.plot([_CENTRE, _SIDE[0]], [middle, middle], color="0.3", linewidth=1)
        lines = _step_lines(step)
        _box(ax, _MAIN, top, lines, "#e8eef5")
        previous_bottom = top + len(lines) + 1
    ax.set(xlim=(-0.01, 1.01), ylim=(previous_bottom + 0.3, -0.3))
    ax.set_axis_off()
    return ax


def chart_height_inches(flow: Flow) -> float:
    """Height that a chart needs for its lines of text."""
    lines = 0.6
    for position, step in enumerate(flow.steps.to_dict("records")):
        reasons = _reason_lines(flow.dropped, str(step["step"]))
        lines += len(_step_lines(step)) + 1 + (_gap(reasons) if position else 0)
    return float(lines * _INCHES_PER_LINE)


def _gap(reasons: list[str]) -> float:
    """Lines between two boxes: room for the box of those who left."""
    return len(reasons) + 2 if reasons else 1.5


def _step_lines(step: Mapping[Any, Any]) -> list[str]:
    """Text of a main box."""
    lines = textwrap.wrap(str(step["step"]), _WRAP)
    lines.append(f"n = {step['n_remaining']}")
    counts = {name: step[f"n_{name}"] for name in (POSITIVE_CLASS, NEGATIVE_CLASS)}
    if not any(pd.isna(value) for value in counts.values()):
        lines.append(", ".join(f"{words(name)} {value:.0f}" for name, value in counts.items()))
    return lines


def _reason_lines(dropped: pd.DataFrame, step: str) -> list[str]:
    """Text of a side box: how many left, and why."""
    reasons = dropped.loc[dropped["step"] == step, "reason"].value_counts(sort=False)
    if reasons.empty:
        return []
    ordered = sorted(reasons.items(), key=lambda item: (-int(item[1]), str(item[0])))
    lines = [f"left out: {reasons.sum()}"]
    for reason, number in ordered:
        lines += textwrap.wrap(f"{number}  {reason}", _WRAP, subsequent_indent="     ")
    return lines


def _box(
    ax: Axes,
    edges: tuple[float, float],
    top: float,
    lines: list[str],
    colour: str,
    *,
    is_list: bool = False,
) -> None:
    """One box of text; `top` and its height are counted in lines."""
    left, right = edges
    height = len(lines) + 1
    ax.add_patch(
        Rectangle(
            (left, top), right - left, height, facecolor=colour, edgecolor="0.4", linewidth=0.8
        )
    )
    ax.text(
        left + 0.015 if is_list else (left + right) / 2,
        top + height / 2,
        "\n".join(lines),
        ha="left" if is_list else "center",
        va="center",
        fontsize=_FONT_SIZE,
        linespacing=1.25,
    )
