"""Every pointer of the ledger of deviations is alive, and every fault of a ledger is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from psp_core.errors import MissingInputError, TableError
from psp_core.report.claims import PAPERS
from psp_core.report.deviations import (
    Deviation,
    deviation_counts,
    format_deviations,
    read_deviations,
)

ENTRY = {
    "id": "one", "paper": "gomaa2025", "topic": "width", "said": "wide", "place": "Methods",
    "did": "narrow", "why": "few patients", "where": ["psp_core/errors.py::TableError"],
    "settings": {"classification.network.width": 768},
}  # fmt: skip


def written(folder: Path, *entries: dict[str, Any]) -> Path:
    path = folder / "deviations.yaml"
    path.write_text(yaml.safe_dump(list(entries)), encoding="utf-8")
    return path


def without(name: str, **changes: Any) -> dict[str, Any]:
    return {key: value for key, value in ENTRY.items() if key != name} | changes


@pytest.fixture(scope="module")
def ledger() -> tuple[Deviation, ...]:
    return read_deviations()


def test_the_ledger_of_the_book_is_whole_and_its_pointers_live(
    ledger: tuple[Deviation, ...],
) -> None:
    assert {one.paper for one in ledger} == set(PAPERS)
    assert len(ledger) >= 60
    assert all(bool(one.settings) + bool(one.models) + bool(one.cannot) == 1 for one in ledger)


def test_the_page_shows_what_was_said_done_and_why(ledger: tuple[Deviation, ...]) -> None:
    tables = [format_deviations(ledger, paper) for paper in PAPERS]
    assert sum(map(len, tables)) == len(ledger)
    table = tables[0].set_index("topic")
    assert (
        table.loc["width after the fusion", "as the paper"] == "classification.network.width: 768"
    )
    assert table.loc["who draws the lesion", "as the paper"] == "lesion.sources: [nnunet]"
    assert table.loc["attention heads", "as the paper"] == "models: proposed, proposed_eight_heads"
    assert table.loc["collinear features", "as the paper"] == "no: the limit is not told"
    assert not (tables[0] == "").any(axis=None)


def test_where_a_paper_tells_nothing_no_setting_is_called_the_papers(
    ledger: tuple[Deviation, ...],
) -> None:
    assert [one.id for one in ledger if one.settings and one.said.startswith("Not told")] == []
    there = {one.id: one for one in ledger}
    assert {"g_class_weights", "g_optimiser", "g_layers", "g_unseen"} <= set(there)
    assert "supersample" in there["g_dose"].did


def test_counts_add_up_by_paper(ledger: tuple[Deviation, ...]) -> None:
    counts = deviation_counts(ledger).set_index("paper")
    ways = counts.drop(columns="deviations").sum(axis=1)
    assert (ways == counts["deviations"]).all()
    assert list(counts.index) == list(PAPERS.values())


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (without("id"), "deviation 1: 'id' misses or is empty"),
        (without("where"), "one: 'where' misses or is empty"),
        (ENTRY | {"did": 3}, "one: 'did' is 3; expected text"),
        (ENTRY | {"mark": "ours"}, "one: 'mark' is no field of a deviation"),
        (ENTRY | {"paper": "other"}, "paper 'other'; expected gomaa2025 or jang2018"),
        (without("settings"), "found none of them; expected one of settings, models, cannot"),
        (ENTRY | {"cannot": "so"}, "found settings and cannot; expected one of"),
        (ENTRY | {"where": ["psp_core/gone.py"]}, "one: there is no file 'psp_core/gone.py'"),
        (ENTRY | {"where": ["psp_core/errors.py::Gone"]}, "errors.py' has no 'Gone' at its top"),
        (without("settings", models=["gone"]), "one: the catalogue has no model 'gone'"),
        (ENTRY | {"settings": "width"}, "'settings' is 'width'; expected dotted keys"),
        (ENTRY | {"settings": {"encoder.gone": 3}}, "one: .*gone"),
        (ENTRY | {"settings": {"encoder.patch": 7}}, "one: encoder.patch: patches of 7"),
    ],
)
def test_a_fault_of_the_ledger_raises(tmp_path: Path, entry: dict[str, Any], fault: str) -> None:
    with pytest.raises(TableError, match=fault):
        read_deviations(written(tmp_path, entry))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="one: stands 2 times") as caught:
        read_deviations(written(tmp_path, ENTRY, without("why")))
    assert len(caught.value.faults) == 2


def test_a_constant_with_and_without_a_type_is_found(tmp_path: Path) -> None:
    (tmp_path / "params").mkdir()
    params = Path(__file__).parents[2] / "params" / "full.yaml"
    (tmp_path / "params" / "full.yaml").write_bytes(params.read_bytes())
    (tmp_path / "one.py").write_text("A = 1\nB: int = 2\n", encoding="utf-8")
    path = written(tmp_path, ENTRY | {"where": ["one.py::A", "one.py::B"]})
    assert read_deviations(path, sources=tmp_path)[0].where == ("one.py::A", "one.py::B")


def test_what_is_no_list_is_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "deviations.yaml"
    path.write_text("one: two\n", encoding="utf-8")
    with pytest.raises(TableError, match="expected a list of deviations"):
        read_deviations(path)
    with pytest.raises(MissingInputError, match=r"no file of deviations gone\.yaml"):
        read_deviations(tmp_path / "gone.yaml")
