"""Tables of the reporting checklists: counts, open items, and every answer with its proof."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from html import escape
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from psp_core.errors import TableError
from psp_core.report.checklists import COMPENDIUM, NOT_APPLICABLE, STUDIES, Answer, Checklist

_COLUMNS = {
    "yes, reported": ("yes", "reported"),
    "partly": ("partly",),
    "no, not reported": ("no", "not reported"),
    "no information": ("no information",),
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
        ``study, score, partly as yes``: shares of the weight that can be reached, as text in
        percent. The guideline knows yes and no alone: *partly* counts as no in the first.

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
        reached = dict.fromkeys(("yes", "partly"), 0.0)
        answers = [(item.answers[study].answer, item.weight) for item in checklist.items]
        whole = sum(weight for answer, weight in answers if answer != NOT_APPLICABLE)
        for answer, weight in answers:
            if answer in reached:
                reached[answer] += weight
        shares = (reached["yes"] / whole, sum(reached.values()) / whole)
        rows.append(
            {"study": title, "score": f"{shares[0]:.0%}", "partly as yes": f"{shares[1]:.0%}"}
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
