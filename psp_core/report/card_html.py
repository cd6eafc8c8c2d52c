"""Cards on a page: folded away, one under the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from html import escape
from typing import Any

from psp_core.report.cards import NO_PARAGRAPH, Card, columns_of, in_groups


def folded_cards(cards: Iterable[Card]) -> str:
    """HTML of cards of which only the titles show until a reader opens one."""
    return "\n".join(
        f"<details><summary>{escape(card.title)}</summary>\n{_body(card)}\n</details>"
        for card in cards
    )


def _body(card: Card) -> str:
    told = [one for one in fields(card) if one.name not in NO_PARAGRAPH]
    return "\n".join(
        f"<p><strong>{escape(one.metadata['head'])}</strong>{_told(getattr(card, one.name))}"
        for one in told
    )


def _told(value: Any) -> str:
    """What follows a heading: text on its line, else a list or a table below it."""
    if isinstance(value, str):
        return f": {_text(value)}</p>"
    if isinstance(value, Mapping):
        return _list(f"{key}: {item}" for key, item in value.items())
    if all(isinstance(one, Mapping) for one in value):
        columns = columns_of(value)
        lines = [[row.get(name, "") for name in columns] for row in value]
        rows = [_row(columns, "th"), *map(_row, lines)]
        return f"</p><table>{''.join(rows)}</table>"
    return _list(value)


def _list(items: Iterable[str]) -> str:
    return f"</p><ul>{''.join(f'<li>{_text(item)}</li>' for item in items)}</ul>"


def _row(cells: Iterable[str], tag: str = "td") -> str:
    style = ' style="text-align:left;vertical-align:top"'
    return f"<tr>{''.join(f'<{tag}{style}>{_text(cell)}</{tag}>' for cell in cells)}</tr>"


def _text(text: str) -> str:
    return escape(in_groups(text))
