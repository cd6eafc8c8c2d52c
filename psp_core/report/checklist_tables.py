"""Tables of the reporting checklists: counts, open items, and every answer with its proof."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from html import escape
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from psp_core.errors import TableError
from psp_core.report.checklists import (
    COMPENDIUM,
    NO_INFORMATION,
    NOT_APPLICABLE,
    STUDIES,
    Answer,
    Checklist,
)
from psp_core.report.formatting import NOT_KNOWN

_COLUMNS = {
    "yes, reported": ("yes", "reported"),
    "partly": ("partly",),
    "no, not reported": ("no", "not reported"),
    NO_INFORMATION: (NO_INFORMATION,),
    NOT_APPLICABLE: (NOT_APPLICABLE,),
}

_TO_THE_LEFT = [("text-align", "left"), ("vertical-align", "top"), ("white-space", "normal")]


def answer_counts(checklists: Iterable[Checklist]) -> pd.DataFrame:
    """Count the answers by guideline and study.

    Returns
    -------
    DataFrame
        ``guideline, study, items`` and one column per group of answers.
    """
    rows = []
    for one in checklists:
        for study, title in STUDIES.items():
            counted = Counter(item.answers[study].answer for item in one.items)
            groups = {name: sum(counted[one] for one in group) for name, group in _COLUMNS.items()}
            rows.append(
                {"guideline": one.guideline, "study": title, "items": len(one.items), **groups}
            )
    return pd.DataFrame(rows)


def checklist_table(checklist: Checklist) -> pd.DataFrame:
    """Write one checklist as a table of HTML texts: item, question, and both studies' answers."""
    rows = []
    for item in checklist.items:
        row = {"item": escape(item.id), "asks": escape(item.asks)}
        for study, title in STUDIES.items():
            given = item.answers[study]
            row[title] = f"<b>{escape(given.answer)}</b>. {_said(given)}"
        rows.append(row)
    return pd.DataFrame(rows)


def sentences(table: pd.DataFrame) -> Styler:
    """Style a table of sentences: to the left, from the top, without the row numbers."""
    styles: list[Any] = [{"selector": "th, td", "props": _TO_THE_LEFT}]
    return table.style.hide(axis="index").set_table_styles(styles)


def open_items(checklists: Iterable[Checklist]) -> pd.DataFrame:
    """What this compendium answers with no: ``guideline, item, asks, why`` as HTML texts."""
    return pd.DataFrame(
        [
            {
                "guideline": one.guideline,
                "item": item.id,
                "asks": escape(item.asks),
                "why": escape(item.answers[COMPENDIUM].says),
            }
            for one in checklists
            for item in one.items
            if item.answers[COMPENDIUM].answer == "no"
        ],
        columns=["guideline", "item", "asks", "why"],
    )


def weighted_scores(checklist: Checklist) -> pd.DataFrame:
    """Score a guideline that weighs its items, items that do not apply left out.

    Returns
    -------
    DataFrame
        ``study`` and four shares of the weight that can be reached, as text in percent. The
        guideline knows yes and no alone: *partly* counts as no in ``score``, as yes beside it;
        *no information* counts as no in both, and is left out of both *of what is told*.

    Raises
    ------
    TableError
        If an item has no weight.
    """
    if bare := [item.id for item in checklist.items if math.isnan(item.weight)]:
        raise TableError(
            checklist.name, [f"{one}: no weight, so there is no score" for one in bare]
        )
    rows = []
    for study, title in STUDIES.items():
        weights: dict[str, float] = defaultdict(float)
        for item in checklist.items:
            weights[item.answers[study].answer] += item.weight
        whole = sum(weights.values()) - weights[NOT_APPLICABLE]
        told = whole - weights[NO_INFORMATION]
        yes, at_best = weights["yes"], weights["yes"] + weights["partly"]
        rows.append(
            {
                "study": title,
                "score": _share(yes, whole),
                "partly as yes": _share(at_best, whole),
                "of what is told": _share(yes, told),
                "of what is told, partly as yes": _share(at_best, told),
            }
        )
    return pd.DataFrame(rows)


def describe_checklist(checklist: Checklist) -> str:
    """One line of Markdown under a checklist's heading: source, wording, and what is asked."""
    asked = {
        "reporting": "It asks what is told.",
        "judgement": "It asks whether something is so; where a text does not tell, there is no "
        "information.",
    }[checklist.asks_for]
    return f"{checklist.reference}. {asked} {checklist.wording}."


def _share(reached: float, whole: float) -> str:
    return f"{reached / whole:.0%}" if whole > 0 else NOT_KNOWN


def _said(given: Answer) -> str:
    proof = "; ".join(_shown(pointer) for pointer in given.where)
    return f"{escape(given.says)}{f' <small>[{proof}]</small>' if proof else ''}"


def _shown(pointer: str) -> str:
    kind, _, target = pointer.partition(":")
    if kind == "page":
        name, _, slug = target.partition("#")
        link = f"{name}.html{f'#{slug}' if slug else ''}"
        number, _, rest = name.partition("_")
        page = number if number.isdigit() else name.replace("_", " ")
        said = (slug or rest).replace("-", " ").replace("_", " ")
        return f'<a href="{escape(link)}">page {escape(page)}: {escape(said)}</a>'
    if kind == "text":
        return f"“{escape(target)}”"
    if kind == "table":
        return escape(target)
    if kind == "test":
        return escape(target.rpartition("::")[2].replace("_", " "))
    if kind == "params":
        return escape("setting {2} in {0}".format(*target.partition("#")))
    return escape(target)
