"""The file of studies is whole, and all its faults are told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from psp_core.audit.literature import EVIDENCE, TARGETS, literature_table, read_literature
from psp_core.audit.power import implied_interval
from psp_core.errors import MissingInputError, TableError

ENTRY: dict[str, Any] = {
    "id": "one", "work": "One 2020", "year": 2020, "data": "a hospital", "task": "TP / PsP",
    "target": "psp", "test": "external", "result": "AUC 0.8", "source": "doi", "evidence": ["A"],
    "n": 20, "n_positive": 11, "n_negative": 9, "auc": 0.8,
}  # fmt: skip


def written(folder: Path, *entries: Any) -> Path:
    path = folder / "literature.yaml"
    path.write_text(yaml.safe_dump(list(entries)), encoding="utf-8")
    return path


def without(*names: str, **changes: Any) -> dict[str, Any]:
    return {key: value for key, value in ENTRY.items() if key not in names} | changes


def test_the_studies_of_the_book_can_be_read() -> None:
    studies = read_literature()
    assert len(studies) >= 20
    assert {mark for one in studies for mark in one.evidence} == set(EVIDENCE)
    assert {one.target for one in studies} == set(TARGETS)
    failed = next(one for one in studies if one.id == "krog2020_external")
    assert (failed.n, failed.auc, failed.test) == (104, None, "external")
    gomaa = next(one for one in studies if one.id == "gomaa2025")
    assert (gomaa.n_positive, gomaa.n_negative, gomaa.auc) == (11, 9, 0.753)


def test_the_table_is_sorted_by_size_and_has_the_implied_interval(tmp_path: Path) -> None:
    half = without("n_positive", "n_negative", id="half", n=15)
    bare = without("n", "n_positive", "n_negative", "auc", id="bare")
    table = literature_table(read_literature(written(tmp_path, bare, ENTRY, half)))
    assert list(table["id"]) == ["half", "one", "bare"]
    assert list(table["classes_assumed"]) == [True, False, False]
    assert table["lower"].isna().tolist() == [False, False, True]
    for row, counts in ((0, (7, 8)), (1, (11, 9))):
        found = implied_interval(0.8, n_positive=counts[0], n_negative=counts[1])
        assert table.loc[row, "lower"] == pytest.approx(found.logit_lower)
        assert table.loc[row, "upper"] == pytest.approx(found.logit_upper)


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (without("id"), "study 1: 'id' misses or is empty"),
        (without("source"), "one: 'source' misses or is empty"),
        (ENTRY | {"pages": 3}, "one: 'pages' is no field of a study"),
        (ENTRY | {"result": 0.8}, "one: 'result' is 0.8; expected text"),
        (ENTRY | {"n": "20"}, "one: 'n' is '20'; expected a whole number above 0"),
        (without("target"), "one: 'target' misses or is empty"),
        (ENTRY | {"target": "glioma"}, "one: target 'glioma'; expected one of psp, neighbour"),
        (ENTRY | {"data": 7}, "one: 'data' is 7; expected text"),
        (ENTRY | {"test": "inside"}, "one: test 'inside'; expected one of external"),
        (ENTRY | {"evidence": ["Z"]}, "expected a list of S, A, C, D, T, M"),
        (without("n_negative"), "only one class is counted"),
        (ENTRY | {"n": 21}, "11 and 9 patients are not n = 21"),
        (ENTRY | {"auc": 80.0}, "'auc' is 80.0; expected a number between 0 and 1"),
        (without("n", "n_positive", "n_negative"), "an AUC or class counts without n"),
    ],
)
def test_a_fault_of_an_entry_raises(tmp_path: Path, entry: dict[str, Any], fault: str) -> None:
    with pytest.raises(TableError, match=fault):
        read_literature(written(tmp_path, entry))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="one: stands 2 times") as caught:
        read_literature(written(tmp_path, ENTRY, without("work")))
    assert len(caught.value.faults) == 2


def test_a_file_that_is_no_list_or_is_not_there_raises(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="expected a list of studies"):
        read_literature(written(tmp_path, "text"))
    with pytest.raises(MissingInputError, match="no file of studies"):
        read_literature(tmp_path / "none.yaml")
