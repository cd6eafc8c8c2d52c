"""The tables of a page as a reader sees them."""

from __future__ import annotations

import pandas as pd
from nbformat.v4 import new_code_cell, new_notebook, new_output

from psp_core.publishing.tables import lint_page, tables_of


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
