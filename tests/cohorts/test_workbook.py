"""Sheets as people leave them."""

import re
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from psp_core.cohorts.workbook import read_sheet
from psp_core.errors import MissingInputError, TableError


@pytest.fixture
def write(tmp_path: Path):
    def make(rows: list[list[object]], title: str = "Cinical info ") -> Path:
        book = Workbook()
        book.active.title = "Legend"
        book.active.append(["Meaning", None])
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        sheet.add_data_validation(DataValidation(type="list", formula1='"a,b"'))
        path = tmp_path / "t.xlsx"
        book.save(path)
        return path

    return make


def test_a_sheet_is_stripped_text_indexed_by_its_rows(write) -> None:
    path = write([[], [" ID ", "AGE  years", None], ["A\n1 ", 51.0, None], [], ["B", 2.5, " "]])
    table = read_sheet(path, sheet="cinical  info", known=["Age years"])
    assert table.to_dict("index") == {
        3: {"ID": "A 1", "Age years": "51"},
        5: {"ID": "B", "Age years": "2.5"},
    }


def test_the_first_spelling_that_there_is_names_the_sheet(write) -> None:
    path = write([["ID"], ["A"]], title="Clinical info")
    assert len(read_sheet(path, sheet=("Cinical info", "Clinical info"))) == 1


def test_without_a_name_the_first_sheet_is_read(write) -> None:
    assert read_sheet(write([["ID"]])).columns.tolist() == ["Meaning"]


def test_a_date_and_a_truth_are_text(write) -> None:
    path = write([["day", "is"], [datetime(2004, 5, 6), True]])
    assert read_sheet(path, sheet="Cinical info").to_numpy().tolist() == [["2004-05-06", "True"]]


def test_a_formula_without_a_stored_value_is_empty(write) -> None:
    path = write([["ID", "sum"], ["A", "=1+1"]])
    assert read_sheet(path, sheet="Cinical info")["sum"].tolist() == [""]


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(write) -> None:
    with pytest.raises(
        TableError, match="no sheet 'a' or 'b'; the workbook has 'Legend', 'Cinical info '"
    ):
        read_sheet(write([["ID"]]), sheet=("a", "b"))


def test_an_empty_sheet_raises(write) -> None:
    with pytest.raises(TableError, match="the sheet is empty; expected a header"):
        read_sheet(write([]), sheet="Cinical info")


def test_a_cell_without_a_header_is_passed_over(write) -> None:
    path = write([["ID", None, "age"], ["A", "x", 3, "y"]])
    assert read_sheet(path, sheet="Cinical info").to_dict("index") == {2: {"ID": "A", "age": "3"}}


def test_flipped_bytes_or_a_password_raise(write) -> None:
    path = write([["ID", "x"], *([f"A{n}", n * 1.1] for n in range(300))])
    whole = path.read_bytes()
    with ZipFile(path) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet2.xml")
    start = sheet.header_offset + 30 + len(sheet.filename) + 20
    torn = bytes(byte ^ 0xFF for byte in whole[start : start + 60])
    path.write_bytes(whole[:start] + torn + whole[start + 60 :])
    with pytest.raises(TableError, match=r"a damaged workbook \(error\); download it again"):
        read_sheet(path, sheet="Cinical info")
    locked = bytearray(whole)
    for entry in re.finditer(b"PK\x01\x02", whole):
        locked[entry.start() + 8] |= 1  # flags of the central directory
    path.write_bytes(locked)
    with pytest.raises(TableError, match=r"a damaged workbook \(RuntimeError\)"):
        read_sheet(path, sheet="Cinical info")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"ID,Dx\nA,PsP\n", "no Excel workbook; expected .xlsx"),
        (b"\xd0\xcf\x11\xe0rest", "old format or with a password"),
        (b"PK\x03\x04rest", "a damaged workbook .BadZipFile.; download it again"),
        (b"", "no Excel workbook"),
    ],
)
def test_what_is_no_workbook_raises(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "t.xlsx").write_bytes(content)
    with pytest.raises(TableError, match=message):
        read_sheet(tmp_path / "t.xlsx")


def test_another_kind_of_archive_raises(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "t.xlsx", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(TableError, match="a damaged workbook"):
        read_sheet(tmp_path / "t.xlsx")


def test_a_workbook_with_a_torn_sheet_raises(write) -> None:
    path = write([["ID"], ["A"]])
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content[:-40] if name.endswith("sheet2.xml") else content)
    with pytest.raises(TableError, match=r"a damaged workbook .*; download it again"):
        read_sheet(path, sheet="Cinical info")


def test_a_truncated_workbook_raises(write) -> None:
    path = write([["ID"], ["A"]])
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(TableError, match="a damaged workbook"):
        read_sheet(path)


def test_a_workbook_that_is_not_there_raises(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"t\.xlsx is not a file"):
        read_sheet(tmp_path / "t.xlsx")
