"""A card without a required field is refused, with every fault of every card."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from psp_core.errors import TableError
from psp_core.report.card_html import folded_cards
from psp_core.report.cards import Card, Lines, Rows, as_markdown, as_plain, check_cards, head
from psp_core.report.cards import write_cards as write
from psp_core.runs import open_run

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


@dataclass(frozen=True)
class Made(Card):
    FOLDER: ClassVar[str] = "made"

    origin: Lines = field(metadata=head("where from", "place", "year"))
    table: Rows = field(metadata=head("figures"))
    limits: tuple[str, ...] = field(metadata=head("limits"))


CARD = Made(
    name="one",
    title="One <model>",
    origin={"place": "r + c*r", "year": "2018"},
    table=({"n": "3 | 4", "note": "few"}, {"n": "5"}),
    limits=("small",),
)


def with_value(name: str, value: Any) -> Made:
    return replace(CARD, **{name: value})


def test_a_whole_card_is_accepted() -> None:
    check_cards([CARD, with_value("name", "two")])


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        (with_value("title", " "), "made/one: title is empty"),
        (with_value("limits", ()), "made/one: limits is empty"),
        (with_value("origin", {"place": "here"}), "made/one: origin lacks 'year'"),
        (with_value("origin", CARD.origin | {"year": ""}), "origin, year is empty"),
        (with_value("table", ({"n": 3},)), "table, 1, n is 3; expected text"),
        (with_value("table", ({"n": float("nan")},)), "table, 1, n is not a number"),
        (with_value("limits", ("small", None)), "limits, 2 is None; expected text"),
    ],
)
def test_what_misses_on_a_card_is_told(card: Made, fault: str) -> None:
    with pytest.raises(TableError, match=fault):
        check_cards([card])


def test_every_fault_of_every_card_is_told_at_once() -> None:
    with pytest.raises(TableError, match="made/one: stands 2 times") as caught:
        check_cards([with_value("title", ""), with_value("limits", ())])
    assert len(caught.value.faults) == 3


def test_a_card_in_markdown_has_lists_and_tables_and_no_stray_markup() -> None:
    lines = as_markdown(CARD).splitlines()
    assert lines[0] == "# One <model>"
    assert "- place: r + c\\*r" in lines
    assert "| n | note |" in lines
    assert "| 3 \\| 4 | few |" in lines
    assert "| 5 |  |" in lines


def test_on_a_page_only_titles_show() -> None:
    page = folded_cards([CARD, with_value("name", "two")])
    assert page.count("<details><summary>One &lt;model&gt;</summary>") == 2
    assert "<li>year: 2018</li>" in page
    assert page.count("<table>") == page.count("</table>") == 2
    assert page.count("<p>") == page.count("</p>") == 6


def test_cards_are_written_once_as_yaml_and_markdown(tmp_path: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run")
    assert write(run, [CARD], []) == ["made/one.md", "made/one.yaml"]
    written = run.finished("cards").folder / "made" / "one.yaml"
    assert yaml.safe_load(written.read_text(encoding="utf-8")) == as_plain(CARD)
    before = written.stat().st_mtime_ns
    write(run, [CARD])
    assert written.stat().st_mtime_ns == before


def test_a_faulty_card_writes_nothing(tmp_path: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run")
    with pytest.raises(TableError, match="limits is empty"):
        write(run, [with_value("limits", ())])
    assert not (run.folder / "cards").exists()
