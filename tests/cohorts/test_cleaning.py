"""Cells and headers as people type them."""

import math
from pathlib import Path

import pytest

from psp_core.cohorts.cleaning import (
    column_faults,
    is_missing,
    nearest_name,
    normalise_header,
    number_or_nan,
    read_text_table,
    shown,
)
from psp_core.errors import MissingInputError, TableError


@pytest.mark.parametrize(
    "cell",
    ["", " ", "?", "NA", "N/A", "N-A", "na", "LTF", "Not Available", "not  applicable", "None"],
)
def test_every_missing_token_of_the_collections_is_missing(cell: str) -> None:
    assert is_missing(cell)


def test_a_zero_is_not_missing() -> None:
    assert not is_missing("0")


def test_headers_lose_stray_spaces_and_capitals() -> None:
    assert normalise_header("  Patient\u00a0 ID ") == "patient id"


def test_a_misspelled_name_finds_the_nearest_valid_one() -> None:
    assert nearest_name("Age_Year", ["age_years", "sex"]) == "age_years"
    assert nearest_name("zzz", ["age_years", "sex"]) is None


def test_columns_are_missing_unexpected_or_repeated_all_at_once() -> None:
    faults = column_faults(["sexx", "a", "a", "zzz"], ["sex", "a"])
    assert faults == [
        "column 'sex' is missing",
        "column 'sexx' is unexpected; did you mean 'sex'?",
        "column 'zzz' is unexpected; it is no column of this table",
        "column 'a' appears more than once",
    ]


def test_a_table_is_stripped_text_indexed_by_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('\ufeff a ,b\n\n1," x,  y "\n , \n2,\n', encoding="utf-8")
    table = read_text_table(path)
    assert table.to_dict("index") == {3: {"a": "1", "b": "x, y"}, 5: {"a": "2", "b": ""}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "Excel workbook"),
        (b"a;b\n1;2\n", "separated by semicolons"),
        (b"a\tb\n1\t2\n", "separated by tabs"),
        (b"a,b\n\xff,2\n", "byte 4 is not UTF-8"),
        (b"", "the file is empty"),
        (b" , \n", "the file is empty"),
        (b"a,b\n1,2,3\n4\n", r"2 faults(.|\n)*row 2: 3 cells(.|\n)*row 3: 1 cells"),
        (b'a,b\n"' + b"x" * 200_000 + b"\n", "field larger than field limit"),
    ],
)
def test_what_is_no_comma_separated_table_raises(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=message):
        read_text_table(path)


def test_a_tab_separated_table_with_any_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_bytes(b"a (x)\tb\r\n1,5\t\r\n\t\r\n2\ty z\r\n")
    table = read_text_table(path, separator="\t")
    assert table.to_dict("index") == {2: {"a (x)": "1,5", "b": ""}, 4: {"a (x)": "2", "b": "y z"}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04rest", r"Excel workbook; save the sheet as 'Text \(tab delimited\)'"),
        (b"a,b\n1,2\n", "separated by commas; save with tabs"),
        (b"a\tb\n1\n", "row 2: 1 cells, the header has 2; a cell with a tab inside"),
    ],
)
def test_what_is_no_tab_separated_table_raises(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "t.tsv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=message):
        read_text_table(path, separator="\t")
    with pytest.raises(MissingInputError, match="expected a tab-separated table"):
        read_text_table(tmp_path / "none.tsv", separator="\t")


def test_a_table_that_is_not_there_raises(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"t\.csv is not a file"):
        read_text_table(tmp_path / "t.csv")


@pytest.mark.parametrize("cell", ["5/6/04", "2004-05-06", "6.5.2004", "20040506"])
def test_a_message_never_repeats_a_date(cell: str) -> None:
    assert shown(cell) == "a date"
    assert shown("51,5") == "'51,5'"


def test_a_cell_is_a_finite_number_or_none() -> None:
    assert number_or_nan(" 51.5 ") == 51.5
    assert all(math.isnan(number_or_nan(cell)) for cell in ("", "old", "51,5", "inf", "nan"))


def test_a_known_header_gets_its_own_spelling(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("AGE  years,other\n1,2\n")
    table = read_text_table(tmp_path / "t.csv", known=["age years", "sex"])
    assert table.columns.tolist() == ["age years", "other"]
