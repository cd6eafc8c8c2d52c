"""The file of printed figures is read wholly, with every fault at once."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from psp_core.audit.printed_tables import FIELDS, read_printed
from psp_core.errors import MissingInputError, TableError

RATES: dict[str, Any] = {
    "id": "one", "paper": "gomaa2025", "place": "Table 2", "row": "a", "kind": "rates",
    "n_positive": 11, "n_negative": 9, "figures": {"accuracy": "0.750"},
}  # fmt: skip
HEAD = {name: RATES[name] for name in ("id", "paper", "place", "row")}
SAID = {**HEAD, "kind": "statement"}
FOLDS = {**HEAD, "kind": "fold_rates", "folds": 2, "figures": {"auc": ["0.7", "0.1"]}}
TESTED = {
    **HEAD, "kind": "contingency", "division": "label", "groups": {"a": "3", "b": "4"},
    "cells": {"x": [["1", "33"], ["2", "50"]]}, "totals": {"x": "3"}, "p": "0.5", "test": "Fisher",
}  # fmt: skip
REPORT = {
    **HEAD, "kind": "class_report", "n_positive": 1, "n_negative": 1, "positive": "PD",
    "classes": {"PD": {"f1": "1.0"}, "PsPD": {"f1": "1.0"}},
}  # fmt: skip


def written(folder: Path, *entries: object) -> Path:
    path = folder / "printed.yaml"
    path.write_text(yaml.safe_dump(list(entries)), encoding="utf-8")
    return path


def test_the_file_of_the_book_is_whole() -> None:
    entries = read_printed()
    assert len(entries) >= 60
    assert {one.kind for one in entries} == set(FIELDS)


def test_an_entry_of_each_form_is_accepted(tmp_path: Path) -> None:
    said = {**SAID, "figures": [{"figure": "n", "printed": "3", "sum_of": ["1", "2"]}]}
    kinds = [RATES, {**FOLDS, "fold_classes": [[2, 2], [2, 1]]}, TESTED, REPORT, said]
    entries = [{**one, "id": str(place)} for place, one in enumerate(kinds)]
    assert len(read_printed(written(tmp_path, *entries))) == len(kinds)


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({**RATES, "paper": 2020}, "one: paper 2020 is no text"),
        ({**RATES, "kind": "rate"}, "one: kind 'rate'; expected one of rates"),
        ({**RATES, "place": ""}, "one: 'place' misses or is empty"),
        ({key: RATES[key] for key in RATES if key != "figures"}, "one: 'figures' misses"),
        ({**RATES, "folds": 5}, "one: 'folds' is no field of a rates entry"),
        ({**RATES, "figures": {"auc": 0.7}}, "figures, auc: 0.7 is no text"),
        ({**RATES, "figures": {"auc": ".7a"}}, "'.7a' is no number"),
        (FOLDS, "expected same_patients with n_positive and n_negative, or fold_classes"),
        ({**FOLDS, "fold_classes": [[2, 2]]}, "fold_classes has 1 folds, 'folds' says 2"),
        ({**REPORT, "positive": "TP"}, "positive is 'TP'; expected one of PD, PsPD"),
        ({**TESTED, "groups": {"a": "3"}}, "x has 2 cells; expected 1"),
        ({**TESTED, "totals": {"y": "3"}}, "cells and totals name different categories"),
        ({**SAID, "figures": [{"figure": "n", "printed": "3"}]}, "figure 'n' with nothing"),
        (
            {**SAID, "figures": [{"figure": "n", "printed": "3", "row": "a", "reason": "b"}]},
            "figure 'n' with row, reason",
        ),
        (
            {**SAID, "figures": [{"figure": "n", "printed": "3", "auc": [2, 2], "labels": "x"}]},
            "'x' is no class report of this file",
        ),
        (
            {**SAID, "figures": [{"figure": "n", "printed": "3", "same_as": ["one", "m"]}]},
            "same_as ['one', 'm'] is no figure of a statement here",
        ),
    ],
)
def test_a_fault_is_named(tmp_path: Path, entry: dict[str, Any], fault: str) -> None:
    with pytest.raises(TableError) as caught:
        read_printed(written(tmp_path, entry))
    assert fault in str(caught.value)


def test_any_paper_may_be_read(tmp_path: Path) -> None:
    (only,) = read_printed(written(tmp_path, {**RATES, "paper": "smith2020"}))
    assert only.paper == "smith2020"


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="3 faults") as caught:
        read_printed(written(tmp_path, {**RATES, "paper": 1}, {**RATES, "folds": 5}))
    assert "one: stands 2 times" in str(caught.value)


def test_a_file_that_is_no_list_raises(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="expected a list of printed figures"):
        read_printed(written(tmp_path, "text"))


def test_a_missing_file_raises(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="no file of printed figures"):
        read_printed(tmp_path / "printed.yaml")
