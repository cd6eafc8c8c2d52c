"""Header rows to tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from psp_core.acquisition.files import Candidate, FileRef
from psp_core.acquisition.header import Header
from psp_core.acquisition.tables import build_tables

ROOT = Path("data")


def row(path: str, sop: str, **changes: str | int | None) -> tuple[Candidate, Header]:
    values: dict[str, str | int | None] = {
        "sop_uid": sop,
        "series_uid": "1.1",
        "study_uid": "1",
        "patient_id": "Case-001",
        "modality": "MR",
    }
    return Candidate(FileRef(ROOT, path), 10), Header(values | changes)


def test_unknown_numbers_and_texts_stay_unknown() -> None:
    instances, series, excluded = build_tables([row("a", "1.1.1")], [], source="data")
    assert instances["rows"].isna().all()
    assert instances["rows"].dtype == "Int64"
    assert instances["study_date"].tolist() == [""]
    assert series["series_number"].isna().all()
    assert len(excluded) == 0


def test_instances_are_sorted_by_number_whatever_their_paths() -> None:
    rows = [row(path, f"1.1.{n}", instance_number=n) for path, n in [("a", 10), ("b", 9)]]
    instances, _, _ = build_tables(rows, [], source="data")
    assert instances["path"].tolist() == ["b", "a"]


def test_the_first_path_of_three_copies_is_kept() -> None:
    rows = [row(path, "1.1.1") for path in ("a", "b", "c")]
    instances, _, excluded = build_tables(rows, [], source="data")
    assert instances["path"].tolist() == ["a"]
    assert excluded["reason"].tolist() == ["duplicate of a", "duplicate of a"]


def test_ties_between_values_take_the_smallest() -> None:
    rows = [row("a", "1.1.1", rows=256), row("b", "1.1.2", rows=128)]
    for order in (rows, rows[::-1]):
        _, series, _ = build_tables(order, [], source="data")
        assert series["rows"].tolist() == [128]


def test_files_that_could_not_be_listed_are_excluded() -> None:
    unreadable = [(FileRef(ROOT, "s.zip"), "unreadable archive (BadZipFile)")]
    instances, series, excluded = build_tables([], unreadable, source="data")
    assert len(instances) == len(series) == 0
    expected = pd.DataFrame(
        [["s.zip", "", "unreadable archive (BadZipFile)", "", ""]], columns=excluded.columns
    )
    pd.testing.assert_frame_equal(excluded, expected)
