"""Your own models: one line each, see the book's page on it."""

from __future__ import annotations

from psp_core.study.entry import Entry

ROWS: dict[str, Entry] = {}
