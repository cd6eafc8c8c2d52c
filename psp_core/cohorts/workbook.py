"""Excel workbooks that a collection ships: one sheet as stripped text."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import load_workbook

from psp_core.acquisition.files import ARCHIVE_ERRORS
from psp_core.cohorts.cleaning import normalise_header, shown
from psp_core.errors import MissingInputError, TableError

_XLSX_MAGIC = b"PK\x03\x04"
_XLS_MAGIC = b"\xd0\xcf\x11\xe0"


def read_sheet(
    path: Path, *, sheet: str | Sequence[str] | None = None, known: Iterable[str] = ()
) -> pd.DataFrame:
    """Read one sheet of a workbook as stripped text; a formula as the value last stored.

    Parameters
    ----------
    path : Path
        The workbook (.xlsx).
    sheet : str or sequence of str, optional
        Name of the sheet, or its spellings in order of preference; capitals and stray
        spaces do not count. The first sheet if not given.
    known : iterable of str
        A header that differs from one of these in case and spaces alone becomes it.

    Returns
    -------
    DataFrame of str
        One row per filled row below the header, which is the first filled row; the
        index is the row number of the sheet, so that a fault can name it. Whole
        numbers have no decimals. A column without a header is passed over.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        If it is no workbook or a damaged one, has no such sheet, or the sheet is empty.
    """
    if not path.is_file():
        raise MissingInputError(f"{path.name} is not a file; expected an Excel workbook")
    filled = _filled_rows(path, sheet)
    if not filled:
        fault = "the sheet is empty; expected a header and one row per patient or scan"
        raise TableError(path.name, [fault])
    first, *numbers = filled
    width = max(len(cells) for cells in filled.values())
    padded = {number: cells + [""] * (width - len(cells)) for number, cells in filled.items()}
    header = padded[first]
    used = [column for column in range(width) if header[column]]
    spelled = {normalise_header(name): name for name in known}
    names = [spelled.get(normalise_header(header[column]), header[column]) for column in used]
    rows = [[padded[number][column] for column in used] for number in numbers]
    return pd.DataFrame(rows, columns=names, index=pd.Index(numbers, name="row"), dtype=object)


def _filled_rows(path: Path, sheet: str | Sequence[str] | None) -> dict[int, list[str]]:
    """Return the cells of a sheet as text by row number; empty rows are left out."""
    with path.open("rb") as file:
        start = file.read(len(_XLSX_MAGIC))
        if start == _XLS_MAGIC:
            fault = "a workbook of the old format or with a password; save it as .xlsx without one"
            raise TableError(path.name, [fault])
        if start != _XLSX_MAGIC:
            fault = "no Excel workbook; expected .xlsx as downloaded, not a renamed table of text"
            raise TableError(path.name, [fault])
        try:
            with warnings.catch_warnings():
                # Of what openpyxl does not keep when it writes; nothing is written here.
                warnings.filterwarnings("ignore", module="openpyxl")
                book = load_workbook(file, read_only=True, data_only=True)
                chosen = _sheet(book.worksheets, sheet, path.name)
                chosen.reset_dimensions()  # the size that some programs store is wrong
                texts = {
                    number: [_text(value) for value in values]
                    for number, values in enumerate(chosen.iter_rows(values_only=True), start=1)
                }
        except TableError:
            raise
        # Of a damaged file or another kind of zip archive; that of XML is a SyntaxError.
        except (*ARCHIVE_ERRORS, KeyError, ValueError, TypeError, SyntaxError) as error:
            fault = f"a damaged workbook ({type(error).__name__}); download it again"
            raise TableError(path.name, [fault]) from error
    return {number: cells for number, cells in texts.items() if any(cells)}


def _sheet(sheets: Sequence[Any], wanted: str | Sequence[str] | None, source: str) -> Any:
    """Choose a sheet by its normalised name."""
    by_name = {normalise_header(sheet.title): sheet for sheet in reversed(sheets)}
    spellings = [wanted] if isinstance(wanted, str) else wanted
    if spellings is None and sheets:
        return sheets[0]
    for name in spellings or ():
        if normalise_header(name) in by_name:
            return by_name[normalise_header(name)]
    there = ", ".join(shown(sheet.title) for sheet in sheets) or "no sheet with cells"
    expected = " or ".join(map(repr, spellings or ("one with cells",)))
    raise TableError(source, [f"no sheet {expected}; the workbook has {there}"])


def _text(value: object) -> str:
    """One cell as stripped text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())
