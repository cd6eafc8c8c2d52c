"""Every item of a checklist is answered, with a proof, for both studies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from psp_core.errors import MissingInputError, PublishingError, TableError
from psp_core.report import checklists
from psp_core.report.checklists import (
    CHECKLISTS,
    LONGEST_QUOTATION,
    SIZES,
    check_pointers,
    read_checklists,
)

ROOT = Path(__file__).parents[2]
OURS = {"answer": "yes", "says": "It is.", "where": ["file:README.md"]}
PAPERS = {"answer": "reported", "says": "It does.", "where": ["text:it is so", "table:Table 1"]}
ITEM: dict[str, Any] = {"id": "1", "asks": "Is it?", "compendium": OURS, "gomaa2025": PAPERS}
HEAD = {"guideline": "G", "reference": "R", "wording": "W", "asks_for": "reporting"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the one guideline, of one item, that there is."""
    monkeypatch.setattr(checklists, "SIZES", {"one": 1})
    path = tmp_path / "book" / "reporting"
    path.mkdir(parents=True)
    return path


def write(folder: Path, *items: Any, **changes: Any) -> None:
    entry = {**HEAD, "items": list(items), **changes}
    (folder / "one.yaml").write_text(yaml.safe_dump(entry), encoding="utf-8")


def answering(study: str, **changes: Any) -> dict[str, Any]:
    return ITEM | {study: ITEM[study] | changes}


def test_the_checklists_of_the_book_are_whole() -> None:
    read = read_checklists()
    sizes = {one.name: len(one.items) for one in read}
    assert sizes == SIZES
    assert list(SIZES.values()) == [52, 44, 34, 30, 32]
    numbers = {one.name: [item.id for item in one.items] for one in read}
    assert numbers["claim_2024"] == [str(number) for number in range(1, 45)]
    assert numbers["metrics"] == [str(number) for number in range(1, 31)]
    assert [one[0] for one in numbers["probast_ai"]].count("D") == 16
    assert {one.rstrip("abcdefg") for one in numbers["tripod_ai"]} == {
        str(number) for number in range(1, 28)
    }
    assert {one[0] for one in numbers["reforms"]} == set("12345678")


def test_the_weights_of_metrics_add_up_to_one() -> None:
    metrics = {one.name: one for one in read_checklists()}["metrics"]
    assert sum(item.weight for item in metrics.items) == pytest.approx(1.0, abs=1e-12)


def test_every_pointer_of_the_book_leads_somewhere() -> None:
    assert check_pointers(ROOT / "book", ROOT / "notebooks") > 300


def test_a_whole_file_is_read(folder: Path) -> None:
    write(folder, ITEM)
    (read,) = read_checklists(folder)
    (item,) = read.items
    assert (read.guideline, item.id, item.answers["gomaa2025"].where) == (
        "G", "1", ("text:it is so", "table:Table 1"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        (ITEM | {"asks": " "}, "1: 'asks' misses, is empty or is no text"),
        (ITEM | {"asked": "twice"}, "1: 'asked' is no field"),
        (ITEM | {"weight": "much"}, "1: weight 'much' is no number"),
        (ITEM | {"compendium": "yes"}, "1: compendium gives no answer"),
        (answering("compendium", answer=True), "compendium answers True; expected yes, partly, no"),
        (answering("compendium", answer="reported"), "compendium answers 'reported'"),
        (answering("compendium", where=[]), "compendium answers 'yes' and points nowhere"),
        (answering("compendium", where="file:README.md"), "compendium: 'where' is no list"),
        (answering("compendium", says=""), "compendium: 'says' misses"),
        (answering("compendium", proof="x"), "compendium: 'proof' is no field"),
        (answering("gomaa2025", answer="no information"), "answers 'no information'; expected rep"),
        (answering("gomaa2025", where=["file:README.md"]), "is neither text: nor table:"),
        (answering("gomaa2025", where=["text:" + "x" * (LONGEST_QUOTATION + 1)]),
         "a quotation of more than 200 characters"),
    ],
)  # fmt: skip
def test_a_fault_of_an_item_is_named(folder: Path, item: Any, fault: str) -> None:
    write(folder, item)
    with pytest.raises(TableError, match="the reporting checklists: ") as raised:
        read_checklists(folder)
    assert fault in str(raised.value)


def test_all_faults_are_named_at_once(folder: Path) -> None:
    write(folder, ITEM, ITEM | {"asks": ""}, "no item", guideline="")
    with pytest.raises(TableError) as raised:
        read_checklists(folder)
    assert raised.value.faults == (
        "one.yaml: 'guideline' misses, is empty or is no text",
        "one.yaml: 3 items; the guideline has 1",
        "one.yaml: an item that is no mapping",
        "one.yaml: 1: stands 2 times",
        "one.yaml: 1: 'asks' misses, is empty or is no text",
    )


def test_what_a_guideline_asks_for_decides_the_answers(folder: Path) -> None:
    write(folder, answering("gomaa2025", answer="no information", where=[]), asks_for="judgement")
    assert read_checklists(folder)[0].items[0].answers["gomaa2025"].answer == "no information"
    write(folder, ITEM, asks_for="opinion")
    with pytest.raises(TableError, match="asks_for is 'opinion'; expected reporting or judgement"):
        read_checklists(folder)


def test_a_file_without_items_or_no_file_raises(folder: Path) -> None:
    with pytest.raises(MissingInputError, match=r"no checklist one\.yaml"):
        read_checklists(folder)
    (folder / "one.yaml").write_text("- 1\n", encoding="utf-8")
    with pytest.raises(TableError, match="expected a mapping with a list of items"):
        read_checklists(folder)


def test_dead_pointers_stop_and_are_all_named(folder: Path, tmp_path: Path) -> None:
    write(folder, answering("compendium", where=["file:README.md", "page:01_cohort"]))
    with pytest.raises(PublishingError, match="2 of 2 pointers") as raised:
        check_pointers(folder.parent, tmp_path / "notebooks")
    assert "one 1: file:README.md: there is no file 'README.md'" in str(raised.value)
    assert "one 1: page:01_cohort: there is no page '01_cohort'" in str(raised.value)
    (tmp_path / "README.md").touch()
    write(folder, ITEM)
    assert check_pointers(folder.parent, tmp_path / "notebooks") == 1


def test_the_folder_of_the_book_is_the_one_that_is_read_by_default() -> None:
    assert CHECKLISTS == ROOT / "book" / "reporting"
