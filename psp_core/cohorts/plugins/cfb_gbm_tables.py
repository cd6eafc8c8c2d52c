"""The tables of CFB-GBM: tab-separated, and in several versions of which the newest counts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from psp_core.cohorts.cleaning import is_missing, normalise_header, read_text_table, shown
from psp_core.cohorts.plugins.cells import Faults
from psp_core.errors import AmbiguousInputError, MissingInputError, TableError

PATIENT = re.compile(r"\d{3}")
TIMES = ("t0", "t1", "t2")
RESPONSES = ("CR", "PR", "MR", "SD", "PD")
HUMAN, AUTOMATIC = "humanSegmentation", "genSegmentation"
_TIMES = {time: time for time in TIMES}
_DEPTHS = ("*", "*/*", "*/*/*")  # at most two folder levels down, as the packages unpack
_GENDER = {"f": "F", "m": "M"}
_GTV_TYPE = {HUMAN.lower(): HUMAN, AUTOMATIC.lower(): AUTOMATIC}
_VERSION = re.compile(r"(?:_v(\d+))?(?:_(\d{8}))?.*\.(tsv|xlsx?)", re.IGNORECASE)
_RESPONSE = re.compile(r"[A-Za-z ]*\(([A-Z]{2})\)")
_ID = "id_patient"
_SURVIVAL, _AGE = "survival (weeks)", "age_at_t0 (years)"
_DELAY, _DOSE = "delay_t0_to_radiotherapy (weeks)", "dose (Gy)"
_FRACTIONS, _AFTER_T0 = "fractions_number", "time_diff_t0 (weeks)"


def newest_table(root: Path, name: str) -> tuple[Path, list[str]]:
    """Find the newest version of a table, at most two folder levels below a root.

    Returns
    -------
    path : Path
    older : list of str
        The other versions, as "v02".

    Raises
    ------
    MissingInputError
        If there is none.
    AmbiguousInputError
        If the newest version is there more than once.
    """
    found: dict[tuple[bool, int, str], list[Path]] = {}
    start = f"cfb-gbm_{name}"
    files = [file for depth in _DEPTHS for file in sorted(root.glob(depth))]
    for file in files:
        if not file.name.lower().startswith(start) or not file.is_file():
            continue
        if version := _VERSION.fullmatch(file.name[len(start) :]):
            number, date, suffix = version.groups()
            key = (suffix.lower() == "tsv", int(number or 0), date or "")
            found.setdefault(key, []).append(file)
    if not found:
        raise MissingInputError(
            f"no table CFB-GBM_{name}_v*.tsv in the folder {root.name}; "
            "download it from the page of the collection"
        )
    *older, newest = sorted(found)
    if len(found[newest]) > 1:
        names = ", ".join(file.relative_to(root).as_posix() for file in found[newest])
        raise AmbiguousInputError(
            f"{len(found[newest])} tables of one version: {names}; keep one of them"
        )
    return found[newest][0], [f"v{number:02d}" for _, number, _ in older]


def read_clinical(path: Path) -> dict[str, dict[str, Any]]:
    """Read sex, age and survival, as columns of the cohort table by patient.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong row of it.
    """
    patients: dict[str, dict[str, Any]] = {}
    faults = Faults(path.name)
    for patient, cells in _rows(path, (_SURVIVAL, _AGE, "gender"), faults):
        weeks = faults.number(_SURVIVAL, cells[_SURVIVAL], 0, 2000)
        known = not math.isnan(weeks)
        patients[patient] = {
            "sex": faults.word("gender", cells["gender"], _GENDER, "unknown"),
            "age_years": faults.number(_AGE, cells[_AGE], 0, 120),
            "survival_days": round(7 * weeks) if known else math.nan,
            "survival_event": 1.0 if known else math.nan,
        }
    faults.check()
    return patients


def read_treatment(path: Path) -> dict[str, dict[str, float]]:
    """Read dose, fractions and the estimated end of radiotherapy by patient.

    Returns
    -------
    dict of str to dict
        ``total_dose_gy``, ``fractions``, and ``end_days``: days from t0 to the last
        fraction, if five fractions are given a week from the start on; NaN if unknown.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong row of it.
    """
    schedules: dict[str, dict[str, float]] = {}
    faults = Faults(path.name)
    for patient, cells in _rows(path, (_DELAY, _DOSE, _FRACTIONS), faults):
        delay = faults.number(_DELAY, cells[_DELAY], -52, 260)
        fractions = faults.number(_FRACTIONS, cells[_FRACTIONS], 1, 100)
        if fractions % 1 > 0:
            faults.add(_FRACTIONS, shown(cells[_FRACTIONS]), "a whole number")
        end = 7 * delay + 7 / 5 * (fractions - 1)
        schedules[patient] = {
            "total_dose_gy": faults.number(_DOSE, cells[_DOSE], 1, 150),
            "fractions": fractions,
            "end_days": end if math.isnan(end) else round(end),
        }
    faults.check()
    return schedules


def read_scan_weeks(path: Path) -> dict[tuple[str, str], float]:
    """Read the weeks from t0 to each scan, by patient and time.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong row of it.
    """
    weeks: dict[tuple[str, str], float] = {}
    faults = Faults(path.name)
    for patient, cells in _rows(path, ("temporality", _AFTER_T0), faults):
        time = faults.word("temporality", cells["temporality"], _TIMES, "")
        weeks[patient, time] = faults.number(_AFTER_T0, cells[_AFTER_T0], 0, 2000)
    faults.check()
    return weeks


def read_gtv_types(path: Path) -> dict[tuple[str, str], str]:
    """Read who drew each mask, by patient and time; nothing from a version without it.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong row of it.
    """
    types: dict[tuple[str, str], str] = {}
    faults = Faults(path.name)
    for patient, cells in _rows(path, ("temporality",), faults):
        time = faults.word("temporality", cells["temporality"], _TIMES, "")
        types[patient, time] = faults.word("gtv_type", cells.get("gtv_type", ""), _GTV_TYPE, "")
    faults.check()
    return types


def read_responses(path: Path) -> dict[str, tuple[str, str]]:
    """Read the responses by volume from t0 to t1 and from t0 to t2, by patient.

    Returns
    -------
    dict of str to (str, str)
        Of `RESPONSES`, empty when missing.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong row of it.
    """
    responses: dict[str, tuple[str, str]] = {}
    faults = Faults(path.name)
    columns = ("rano_t0_to_t1", "rano_t0_to_t2")
    for patient, cells in _rows(path, columns, faults):
        first, second = (_response(faults, name, cells[name]) for name in columns)
        responses[patient] = (first, second)
    faults.check()
    return responses


def _response(faults: Faults, column: str, cell: str) -> str:
    """Letters in brackets of ``Progressive Disease (PD)``."""
    if is_missing(cell):
        return ""
    found = _RESPONSE.fullmatch(cell)
    if found is None or found[1] not in RESPONSES:
        faults.add(column, shown(cell), f"one that ends in ({'), ('.join(RESPONSES)})")
        return ""
    return found[1]


def _rows(
    path: Path, columns: tuple[str, ...], faults: Faults
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the padded study ID and the cells of each row, repeated ones as faults."""
    table = read_text_table(path, known=(_ID, *columns, "gtv_type"), separator="\t")
    wrong = [f"column {name!r} is missing" for name in (_ID, *columns) if name not in table]
    headers = [normalise_header(name) for name in table.columns]
    wrong += [
        f"column {name!r} appears more than once"
        for name in (_ID, *columns, "gtv_type")
        if headers.count(normalise_header(name)) > 1
    ]
    if wrong:
        raise TableError(path.name, wrong)
    keys = []
    for row, record in table.to_dict("index").items():
        cells = {str(name): str(cell) for name, cell in record.items()}
        number = cells[_ID]
        known = re.fullmatch(r"\d{1,3}", number, re.ASCII) is not None
        patient = number.zfill(3) if known else ""
        faults.at(row, patient)
        if not known:
            faults.add(_ID, "no study ID", "a number from 1 to 999")
        else:
            time = f" at {cells['temporality']}" if "temporality" in columns else ""
            keys.append((row, f"patient {patient}{time}"))
        yield patient, cells
    faults.repeated(keys)
