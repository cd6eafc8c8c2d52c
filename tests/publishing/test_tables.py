"""The tables of a page as a reader sees them."""

from __future__ import annotations

import pandas as pd
from nbformat.v4 import new_code_cell, new_notebook, new_output

from psp_core.evaluation.rates import RATES
from psp_core.evaluation.summary import FROZEN, rates_summary, results_summary
from psp_core.publishing.tables import lint_page, tables_of
from psp_core.report.results_table import format_rates, format_results
from tests.report.results import TITLES, make_predictions


def page_of(*shown: str) -> object:
    outputs = [new_output("display_data", data={"text/html": one}) for one in shown]
    return new_notebook(cells=[new_code_cell("n", outputs=outputs)])


def test_the_cells_of_a_styled_table_are_named_by_their_heads() -> None:
    table = pd.DataFrame({"model": ["proposed & more"], "ppv": ["8/10: 0.80"]})
    page = page_of(table.style.hide(axis="index").to_html())
    assert list(tables_of(page)) == [[{"model": "proposed & more", "ppv": "8/10: 0.80"}]]


def test_an_index_a_second_head_and_spans_do_not_lose_a_cell() -> None:
    table = pd.DataFrame(
        {("a", "x"): ["1/2: 0.9"], ("a", "y"): ["3/4: 0.75"]}, index=pd.Index(["one"], name="i")
    )
    (rows,) = tables_of(page_of(table.to_html()))
    assert {"1/2: 0.9", "3/4: 0.75"} <= set(rows[0].values())
    linted = lint_page(page_of(table.to_html()), "05")
    assert linted.checked == 2
    assert [fault[:18] for fault in linted.faults] == ["05, table 1, row 1"]


def test_a_page_without_tables_has_nothing_to_check() -> None:
    assert lint_page(page_of("<b>59</b>", "text"), "01").checked == 0


def test_a_head_that_stands_twice_loses_neither_cell() -> None:
    table = pd.DataFrame([["1/2: 0.50", "3/4: 0.75", "3"]], columns=["ppv", "ppv", "n"])
    page = page_of(table.style.hide(axis="index").to_html())
    assert list(tables_of(page)) == [[{"ppv": "1/2: 0.50", "ppv (1)": "3/4: 0.75", "n": "3"}]]


def test_the_linter_reads_the_tables_as_the_report_writes_them() -> None:
    predictions = make_predictions()
    summary = results_summary(predictions, bootstrap_samples=20, seed=0)
    rates = rates_summary(predictions)
    tables = (format_results(summary, TITLES), format_rates(rates, TITLES, at=FROZEN))
    linted = lint_page(page_of(*(table.to_html() for table in tables)), "08")
    votes = (summary["split"] == "test").sum()
    shares = ((rates["at"] == FROZEN) & rates["rate"].isin(RATES) & (rates["n"] > 0)).sum()
    assert linted.faults == ()
    assert linted.checked >= votes + shares == 2 + 4 * len(RATES)
