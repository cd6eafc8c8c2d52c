"""Readers are told which rows are reduced, and which are not run yet."""

from __future__ import annotations

from pathlib import Path

from psp_core.params.reading import read_params
from psp_core.report.rows import reduced_table, row_titles, tell_waiting
from psp_core.study.catalogue import CATALOGUE

ENTRIES = {name: CATALOGUE[name] for name in ("cnn_lstm_code", "clinical_logistic", "scratch")}
DEMO = read_params(Path(__file__).parents[2] / "params" / "demo.yaml", "")


def test_a_reduced_row_says_so_in_its_title() -> None:
    assert row_titles(DEMO, ENTRIES) == {
        "cnn_lstm_code": "Jang CNN-LSTM, Model 1, as its code (reduced)",
        "clinical_logistic": "clinical only, logistic regression",
        "scratch": "ViT end to end from scratch (reduced)",
    }


def test_the_table_of_reduced_rows_names_their_settings() -> None:
    table = reduced_table(DEMO, ENTRIES).set_index("model")["reduced settings"]
    assert list(table.index) == [ENTRIES["cnn_lstm_code"].title, ENTRIES["scratch"].title]
    assert table.iloc[0].startswith("cnn_lstm.side, cnn_lstm.filters")
    assert reduced_table(DEMO, {"majority": CATALOGUE["majority"]}).empty


def test_rows_that_wait_are_counted_and_named() -> None:
    assert tell_waiting((), ENTRIES) == ""
    told = tell_waiting(("scratch",), ENTRIES)
    assert told.startswith("**Not run yet** (1 of 3 rows;")
    assert told.endswith(": ViT end to end from scratch.")
