"""Header rows to tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from psp_core.acquisition.files import Candidate, FileRef
from psp_core.acquisition.header import COLUMNS
from psp_core.acquisition.scan import FAULT, IGNORED
from psp_core.acquisition.tables import build_tables

ROOT = Path("data")


Row = dict[str, str | int | None]


def row(path: str, sop: str, **changes: str | int | None) -> Row:
    values: Row = {
        "path": path,
        "sop_uid": sop,
        "series_uid": "1.1",
        "study_uid": "1",
        "patient_id": "Case-001",
        "modality": "MR",
    }
    return values | changes


def build(
    rows: list[Row], unreadable: Sequence[tuple[FileRef, str]] = ()
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    candidates = [Candidate(FileRef(ROOT, str(row["path"])), 10) for row in rows]
    columns = {name: [row.get(name) for row in rows] for name in COLUMNS}
    nothing = dict.fromkeys((FAULT, IGNORED), [""] * len(rows))
    return build_tables(candidates, columns | nothing, unreadable)


def test_unknown_numbers_and_texts_stay_unknown() -> None:
    instances, series, excluded = build([row("a", "1.1.1")])
    assert instances["rows"].isna().all()
    assert instances["rows"].dtype == "Int64"
    assert instances["study_date"].tolist() == [""]
    assert series["series_number"].isna().all()
    assert len(excluded) == 0


def test_instances_are_sorted_by_number_whatever_their_paths() -> None:
    rows = [row(path, f"1.1.{n}", instance_number=n) for path, n in [("a", 10), ("b", 9)]]
    instances, _, _ = build(rows)
    assert instances["path"].tolist() == ["b", "a"]


def test_the_first_path_of_three_copies_is_kept() -> None:
    rows = [row(path, "1.1.1") for path in ("a", "b", "c")]
    instances, _, excluded = build(rows)
    assert instances["path"].tolist() == ["a"]
    assert excluded["reason"].tolist() == ["duplicate of a", "duplicate of a"]


def test_ties_between_values_take_the_smallest() -> None:
    rows = [row("a", "1.1.1", rows=256), row("b", "1.1.2", rows=128)]
    for order in (rows, rows[::-1]):
        _, series, _ = build(order)
        assert series["rows"].tolist() == [128]


def test_files_that_could_not_be_listed_are_excluded() -> None:
    unreadable = [(FileRef(ROOT, "s.zip"), "unreadable archive (BadZipFile)")]
    instances, series, excluded = build([], unreadable)
    assert len(instances) == len(series) == 0
    expected = pd.DataFrame(
        [["s.zip", "", "unreadable archive (BadZipFile)", *[""] * 5]], columns=excluded.columns
    )
    pd.testing.assert_frame_equal(excluded, expected)
