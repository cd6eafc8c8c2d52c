"""The tables of a page as a reader sees them: cells of text by the head of their column."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import nbformat

from psp_core.audit.linter import Linted, lint_rows

LINTED = "printed figures were held against their counts"


def lint_page(page: nbformat.NotebookNode, name: str) -> Linted:
    """Hold every printed rate and AUC of a page's tables against its counts.

    See `audit.linter.lint_rows`; a fault names the page and the number of the table on it.
    """
    linted = Linted(0, ())
    for number, rows in enumerate(tables_of(page), start=1):
        linted += lint_rows(rows, place=f"{name}, table {number}")
    return linted


def tables_of(page: nbformat.NotebookNode) -> Iterator[list[dict[str, str]]]:
    """Rows of each HTML table of a page, in its order.

    A row's cells are named by the last row of the head, a head that stands twice with its place;
    where heads and cells do not pair, by their place.
    """
    for cell in page.cells:
        for output in cell.get("outputs", []):
            text = output.get("data", {}).get("text/html")
            if text:
                reader = _Reader()
                reader.feed("".join(text))
                yield from (_rows(table) for table in reader.tables)


def _rows(table: list[list[tuple[str, str]]]) -> list[dict[str, str]]:
    heads: list[str] = []
    rows = []
    for cells in table:
        texts = [text for _, text in cells]
        if all(tag == "th" for tag, _ in cells):
            heads = [
                text if text not in texts[:place] else f"{text} ({place})"
                for place, text in enumerate(texts)
            ]
        elif len(heads) == len(texts):
            rows.append(dict(zip(heads, texts, strict=True)))
        else:
            rows.append({str(place): text for place, text in enumerate(texts)})
    return rows


class _Reader(HTMLParser):
    """Collects (tag, text) of each cell, row by row, table by table."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[tuple[str, str]]]] = []
        self._cell: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self._cell = (tag, [])

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            kind, parts = self._cell
            self.tables[-1][-1].append((kind, "".join(parts).strip()))
            self._cell = None
