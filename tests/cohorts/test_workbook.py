"""Sheets as people leave them, and tables as people put them."""

from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from psp_core.cohorts.workbook import find_table, read_sheet
from psp_core.errors import AmbiguousInputError, MissingInputError, TableError


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


def test_a_cell_without_a_header_raises(write) -> None:
    with pytest.raises(TableError, match="row 2: a cell in column 2, which has no header"):
        read_sheet(write([["ID"], ["A", "x"]]), sheet="Cinical info")


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


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_a_table_is_found_whatever_its_capitals_and_before_deeper_ones(tmp_path: Path) -> None:
    touch(tmp_path, "a/Clinical-DATA.xlsx", "a/b/clinical-data.xlsx")
    touch(tmp_path, "._clinical.xlsx", "~$clinical.xlsx")
    assert find_table(tmp_path, ["*.csv", "clinical*.xlsx"]) == tmp_path / "a/Clinical-DATA.xlsx"


def test_two_levels_are_searched_and_no_folder_of_a_scan(tmp_path: Path) -> None:
    touch(tmp_path, "a/b/c/t.csv", "UCSD-PTGBM-0001_01/t.csv", "PatientID_0003/t.csv", "001/t.csv")
    with pytest.raises(MissingInputError, match=r"no file named like t\.csv or u\.csv in the fol"):
        find_table(tmp_path, ["t.csv", "u.csv"])
    touch(tmp_path, "a/export-2024/t.csv")
    assert find_table(tmp_path, ["t.csv"]).parent.name == "export-2024"


def test_a_folder_that_is_not_there_has_no_table(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="no file named like"):
        find_table(tmp_path / "none", ["t.csv"])


def test_several_tables_of_one_level_raise(tmp_path: Path) -> None:
    touch(tmp_path, "a/t1.csv", "b/t2.csv")
    with pytest.raises(AmbiguousInputError, match=r"2 tables fit: a/t1\.csv, b/t2\.csv; give the"):
        find_table(tmp_path, ["t*.csv"])
