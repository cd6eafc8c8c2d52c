"""The tables of LUMIERE: ratings by week, patients, and which sequences there should be."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.cohorts.cleaning import is_missing, normalise_header, read_text_table, shown
from psp_core.cohorts.plugins.cells import Faults
from psp_core.errors import TableError

Week = tuple[int, int]  # week number, and which scan of that week (0 when not said)

PATIENT = re.compile(r"Patient-\d{3}")
RESPONSES = ("PD", "SD", "PR", "CR")
STAGES = ("Pre-Op", "Post-Op")
_WEEK = re.compile(r"week-(\d{3})(?:-([1-9]\d*))?")
_CODES = {code.lower(): code for code in (*RESPONSES, *STAGES)}
_SEX = {"male": "M", "female": "F", "m": "M", "f": "F"}
_IDH = {"wt": "wildtype", "r132h mut": "mutant"}
_MGMT = {"methylated": "methylated", "not methylated": "unmethylated"}
_PATIENT_COLUMN = {"patient": ("patient",)}
_WEEK_COLUMN = {"week": ("date", "timepoint")}
_SEQUENCES = {"ct1": "t1ce_file", "t1": "t1_file", "t2": "t2_file", "flair": "flair_file"}


@dataclass(frozen=True)
class Rating:
    """What the expert wrote about one date.

    Attributes
    ----------
    week : Week
        When.
    codes : frozenset of str
        Of `RESPONSES` and `STAGES`; empty when not rated, several when rated twice.
    is_early : bool
        Marked as less than three months after radiotherapy.
    """

    week: Week
    codes: frozenset[str]
    is_early: bool


def parse_week(name: str) -> Week | None:
    """Read the name of a week, ``week-040-2``; None if it is none."""
    found = _WEEK.fullmatch(name)
    return (int(found[1]), int(found[2] or 0)) if found else None


def read_ratings(path: Path) -> tuple[dict[str, list[Rating]], list[dict[str, object]]]:
    """Read the expert ratings.

    Returns
    -------
    ratings : dict of str to list of Rating
        By patient, in the order of weeks.
    notes : list of mappings
        Dates that were rated twice.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong row of it.
    """
    columns = {
        **_PATIENT_COLUMN,
        **_WEEK_COLUMN,
        "lessthan3months": ("lessthan3months",),
        "rating": ("rating (according to rano",),
    }
    table = _read(path, columns)
    faults = Faults(path.name)
    by_week: dict[tuple[str, Week], list[Rating]] = {}
    for row, cells in table.to_dict("index").items():
        patient, week = _key(faults, row, cells)
        mark = faults.word("LessThan3Months", cells["lessthan3months"], {"x": "x"}, "")
        codes = set()
        for word in cells["rating"].split("/"):
            codes.add(faults.word("Rating", word.strip(), _CODES, ""))
        one = Rating(week, frozenset(codes - {""}), bool(mark))
        by_week.setdefault((patient, week), []).append(one)
    faults.check()
    ratings: dict[str, list[Rating]] = {}
    notes: list[dict[str, object]] = []
    for (patient, week), several in sorted(by_week.items()):
        codes = {code for one in several for code in one.codes}
        if len(several) > 1:
            detail = f"week {week[0]}: {' and '.join(sorted(codes)) or 'no rating'}"
            notes.append(
                {"subject_id": patient, "check": "date rated more than once", "detail": detail}
            )
        is_early = any(one.is_early for one in several)
        ratings.setdefault(patient, []).append(Rating(week, frozenset(codes), is_early))
    return ratings, notes


def read_patients(path: Path) -> tuple[dict[str, dict[str, Any]], list[dict[str, object]]]:
    """Read sex, age, IDH, MGMT and survival of the patients.

    Returns
    -------
    patients : dict of str to dict
        Columns of the cohort table by patient.
    notes : list of mappings
        IDH texts that say neither mutant nor wild type.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong row of it.
    """
    columns = {
        **_PATIENT_COLUMN,
        "survival": ("survival time",),
        "sex": ("sex",),
        "age": ("age at surgery",),
        "idh": ("idh (",),
        "mgmt": ("mgmt qualitative",),
    }
    table = _read(path, columns)
    faults = Faults(path.name)
    patients: dict[str, dict[str, Any]] = {}
    rows: list[tuple[object, str]] = []
    notes: list[dict[str, object]] = []
    for row, cells in table.to_dict("index").items():
        patient = _patient(faults, row, cells)
        rows.append((row, patient))
        idh = cells["idh"]
        if not is_missing(idh) and idh.lower() not in _IDH:
            notes.append({"subject_id": patient, "check": "IDH not decided", "detail": shown(idh)})
        weeks = faults.number("Survival time (weeks)", cells["survival"], 0, 2000)
        patients[patient] = {
            "sex": faults.word("Sex", cells["sex"], _SEX, "unknown"),
            "age_years": faults.number("Age at surgery (years)", cells["age"], 0, 120),
            "idh_status": _IDH.get(idh.lower(), "unknown"),
            "mgmt_status": faults.word("MGMT qualitative", cells["mgmt"], _MGMT, "unknown"),
            "survival_days": weeks if math.isnan(weeks) else round(7 * weeks),
        }
    faults.repeated((row, patient) for row, patient in rows if patient)
    faults.check()
    return patients, notes


def read_completeness(path: Path) -> dict[tuple[str, Week], set[str]]:
    """Read which sequences the makers shipped, as file columns by patient and week.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong row of it.
    """
    table = _read(path, {**_PATIENT_COLUMN, **_WEEK_COLUMN, **{n: (n,) for n in _SEQUENCES}})
    faults = Faults(path.name)
    shipped: dict[tuple[str, Week], set[str]] = {}
    for row, cells in table.to_dict("index").items():
        key = _key(faults, row, cells)
        marked = [n for n in _SEQUENCES if faults.word(n.upper(), cells[n], {"x": "x"}, "")]
        shipped.setdefault(key, set()).update(_SEQUENCES[name] for name in marked)
    faults.check()
    return shipped


def _read(path: Path, columns: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Read a table and keep the columns that begin like one of their prefixes."""
    table = read_text_table(path)
    headers = [normalise_header(name) for name in table.columns]
    faults = []
    kept = {}
    for name, prefixes in columns.items():
        exact = [at for at, header in enumerate(headers) if header in prefixes]
        found = exact or [at for at, h in enumerate(headers) if h.startswith(tuple(prefixes))]
        if len(found) != 1:
            wanted = " or ".join(map(repr, prefixes))
            faults.append(f"{len(found)} columns begin with {wanted}; expected one")
        else:
            kept[name] = table.iloc[:, found[0]]
    if faults:
        raise TableError(path.name, faults)
    return pd.DataFrame(kept)


def _patient(faults: Faults, row: object, cells: Mapping[Any, str]) -> str:
    """Study ID of a row."""
    patient = cells["patient"]
    if PATIENT.fullmatch(patient):
        faults.at(row, patient)
        return patient
    faults.at(row)
    faults.add("Patient", "no study ID", "one like Patient-001")
    return ""


def _key(faults: Faults, row: object, cells: Mapping[Any, str]) -> tuple[str, Week]:
    """Study ID and week of a row."""
    patient = _patient(faults, row, cells)
    week = parse_week(cells["week"])
    if week is None:
        faults.add("Date", shown(cells["week"]), "a week like week-040 or week-040-2")
    return patient, week or (0, 0)
