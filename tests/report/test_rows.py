"""Readers are told which rows are reduced, and which are not run yet."""

from __future__ import annotations

from pathlib import Path

from psp_core.params.reading import read_params
from psp_core.report.rows import (
    reduced_table,
    row_titles,
    tell_protocol,
    tell_waiting,
    titles_of_study,
)
from psp_core.study.catalogue import CATALOGUE

ENTRIES = {name: CATALOGUE[name] for name in ("cnn_lstm_code", "clinical_logistic", "scratch")}
PARAMS = Path(__file__).parents[2] / "params"
DEMO = read_params(PARAMS / "demo.yaml", "")


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


def test_models_of_all_pages_have_a_title_once_in_the_order_of_the_pages() -> None:
    there = {"visit_only", "cnn_lstm_code", "days_only", "scratch", "of another study"}
    titles = titles_of_study(DEMO, there)
    assert list(titles) == ["days_only", "scratch", "cnn_lstm_code", "visit_only"]
    assert titles["cnn_lstm_code"] == "Jang CNN-LSTM, Model 1, as its code (reduced)"
    own = titles_of_study(DEMO, there, experiments=("controls",))
    assert own == {
        "days_only": "days since radiotherapy only",
        "visit_only": "number of the visit only",
    }
    assert titles_of_study(DEMO, ()) == {}


def test_readers_are_told_who_decides() -> None:
    assert "Held-out patients decide nothing." in tell_protocol(DEMO)
    published = read_params(PARAMS / "demo.yaml", "classification.protocol: published")
    told = tell_protocol(published)
    assert "held-out fold decides" in told
    assert "their intervals do not hold" in told
    assert "decide nothing" not in told
