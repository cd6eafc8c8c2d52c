"""Findings as a table."""

from __future__ import annotations

from psp_core.audit.findings import POSSIBLE, Finding, findings_table


def test_findings_keep_their_order_and_every_field() -> None:
    made = [
        Finding(paper="a", place="Table 1", row=row, figure="auc", printed="0.5", verdict=POSSIBLE)
        for row in ("second", "first")
    ]
    table = findings_table(made)
    assert table["row"].tolist() == ["second", "first"]
    assert tuple(table.columns) == tuple(Finding.__annotations__)


def test_no_finding_gives_an_empty_table_with_its_columns() -> None:
    assert tuple(findings_table([]).columns) == tuple(Finding.__annotations__)
