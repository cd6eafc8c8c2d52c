"""Tables of the checklists: what is counted, what is open, and where the proof stands."""

from __future__ import annotations

import math

import pytest

from psp_core.errors import TableError
from psp_core.report.checklist_tables import (
    answer_counts,
    checklist_table,
    describe_checklist,
    open_items,
    sentences,
    weighted_scores,
)
from psp_core.report.checklists import Answer, Checklist, Item


def item(name: str, ours: str, theirs: str, weight: float = math.nan, where: str = "") -> Item:
    answers = {
        "compendium": Answer(ours, "a < b", (where,) if where else ()),
        "gomaa2025": Answer(theirs, "So.", ("text:it is so", "table:Table 1")),
    }
    return Item(name, "Is it?", answers, weight)


def checklist(*items: Item) -> Checklist:
    return Checklist("one", "G", "R et al", "W", "judgement", items)


def test_answers_are_counted_by_study() -> None:
    one = checklist(
        item("1", "yes", "no information"), item("2", "partly", "no"), item("3", "yes", "yes")
    )
    counted = answer_counts([one]).set_index("study")
    ours, theirs = counted.loc["this compendium"], counted.loc["Gomaa 2025 as printed"]
    assert ours.drop("guideline").to_list() == [3, 2, 1, 0, 0, 0]
    assert theirs.drop("guideline").to_list() == [3, 1, 0, 1, 1, 0]


def test_what_is_answered_with_no_is_listed() -> None:
    found = open_items([checklist(item("1", "yes", "no"), item("2", "no", "yes"))])
    assert found.to_dict("records") == [
        {"guideline": "G", "item": "2", "asks": "Is it?", "why": "a &lt; b"}
    ]
    assert list(open_items([]).columns) == ["guideline", "item", "asks", "why"]


@pytest.mark.parametrize(
    ("pointer", "shown"),
    [
        ("page:01_cohort#flow-of-patients",
         '<a href="01_cohort.html#flow-of-patients">page 01: flow of patients</a>'),
        ("page:15_power", '<a href="15_power.html">page 15: power</a>'),
        ("page:own_model#one-file",
         '<a href="own_model.html#one-file">page own model: one file</a>'),
        ("test:tests/a.py::test_it_holds", "test it holds"),
        ("params:demo.yaml#label.event", "setting label.event in demo.yaml"),
        ("file:README.md", "README.md"),
    ],
)  # fmt: skip
def test_a_pointer_is_shown_with_the_answer(pointer: str, shown: str) -> None:
    table = checklist_table(checklist(item("1", "yes", "yes", where=pointer)))
    assert table.loc[0, "this compendium"] == f"<b>yes</b>. a &lt; b <small>[{shown}]</small>"
    assert table.loc[0, "Gomaa 2025 as printed"] == (
        "<b>yes</b>. So. <small>[“it is so”; Table 1]</small>"
    )


def test_an_answer_without_proof_has_no_brackets() -> None:
    table = checklist_table(checklist(item("1", "no", "yes")))
    assert table.loc[0, "this compendium"] == "<b>no</b>. a &lt; b"


def test_a_score_by_hand() -> None:
    scores = weighted_scores(
        checklist(
            item("1", "yes", "no", 0.5),
            item("2", "partly", "yes", 0.25),
            item("3", "no", "not applicable", 0.25),
        )
    )
    assert scores["score"].to_list() == ["50%", "33%"]
    assert scores["partly as yes"].to_list() == ["75%", "33%"]


def test_what_is_not_told_is_left_out_of_a_score_beside_the_guidelines_own() -> None:
    scores = weighted_scores(
        checklist(
            item("1", "yes", "yes", 0.3),
            item("2", "no", "no information", 0.4),
            item("3", "partly", "partly", 0.2),
            item("4", "no", "no", 0.1),
        )
    )
    assert scores["score"].to_list() == ["30%", "30%"]
    assert scores["partly as yes"].to_list() == ["50%", "50%"]
    assert scores["of what is told"].to_list() == ["30%", "50%"]
    assert scores["of what is told, partly as yes"].to_list() == ["50%", "83%"]
    silent = weighted_scores(checklist(item("1", "yes", "no information", 1.0)))
    assert silent["score"].to_list() == ["100%", "0%"]
    assert silent["of what is told"].to_list() == ["100%", "–"]


def test_a_guideline_without_weights_has_no_score() -> None:
    with pytest.raises(TableError, match="2: no weight, so there is no score"):
        weighted_scores(checklist(item("1", "yes", "no", 0.5), item("2", "yes", "no")))


def test_the_line_under_a_heading_says_source_and_kind() -> None:
    said = describe_checklist(checklist(item("1", "yes", "yes")))
    assert said.startswith("R et al. It asks whether something is so;")
    assert said.endswith(" W.")


def test_sentences_start_at_the_left() -> None:
    page = sentences(open_items([checklist(item("2", "no", "yes"))])).to_html()
    assert "text-align: left" in page
    assert "vertical-align: top" in page
