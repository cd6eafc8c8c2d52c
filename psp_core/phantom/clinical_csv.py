"""The clinical table of Burdenko-GBM-Progression, with its real columns and quirks.

An empty date is a single space, an empty label an empty string; dates are m/d/yy.

References
----------
Burdenko-GBM-Progression, clinical data, TCIA, DOI 10.7937/E1QP-D183, CC BY 4.0.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from psp_core.errors import TableError
from psp_core.phantom.identity import patient_id, shifted_date
from psp_core.phantom.patient import ClinicalRow
from psp_core.runs import atomic_path

FILE_NAME = "Burdenko-GBM-clinical-data.csv"
MOST_FOLLOW_UPS = 10
RESPONSES = ("stable", "response", "progression", "pseudo progression", "distant progression")

_VISITS = ("1st", "2nd", "3rd", *(f"{n}th" for n in range(4, MOST_FOLLOW_UPS + 1)))
COLUMNS = (
    "AnonymPatientID",
    "AnonymStudyDate",
    "Sex",
    "IDH1/2",
    "MGMT",
    *(f"Response_{visit}_fup" for visit in _VISITS),
    "AnonymDate of surgery",
    "AnonymStart of RT",
    "AnonymEnd of RT",
    "AnonymDate of topometric MRI",
    *(f"Anonym{visit}_fup" for visit in _VISITS),
    "AnonymDeath",
    "AgeAtStudyDate",
)
_NO_DATE = " "
_STATUS = {"mutant": "positive", "methylated": "positive", "unknown": ""}


def clinical_record(number: int, row: ClinicalRow, seed: int) -> list[str]:
    """Cells of one patient in the order of `COLUMNS`; `seed` decides the shift of the dates."""

    def date(day: int | None) -> str:
        return _NO_DATE if day is None else _spelled(shifted_date(seed, number, day))

    missing = MOST_FOLLOW_UPS - len(row.visit_days)
    return [
        patient_id(number),
        date(row.topometric_mri_day),
        row.sex or "",
        _STATUS.get(row.idh_status, "negative"),
        _STATUS.get(row.mgmt_status, "negative"),
        *row.responses,
        *[""] * (MOST_FOLLOW_UPS - len(row.responses)),
        date(row.surgery_day),
        date(row.rt_start_day),
        date(0),
        date(row.topometric_mri_day),
        *(date(day) for day in row.visit_days),
        *[_NO_DATE] * missing,
        date(row.death_day),
        str(row.age_years),
    ]


def write_clinical_csv(rows: Iterable[tuple[int, ClinicalRow]], root: Path, seed: int) -> Path:
    """Write the clinical table of a collection in the order of the patients' numbers.

    Raises
    ------
    TableError
        If a number occurs twice, a patient has more than ten follow-ups, or a
        response is not in the vocabulary; all faults at once.
    """
    ordered = sorted(rows, key=lambda numbered: numbered[0])
    if faults := _faults(ordered):
        raise TableError(FILE_NAME, faults)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(clinical_record(number, row, seed) for number, row in ordered)
    with atomic_path(root / FILE_NAME) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8", newline="")
    return root / FILE_NAME


def _faults(ordered: list[tuple[int, ClinicalRow]]) -> list[str]:
    counts = Counter(number for number, _ in ordered)
    faults = [f"{patient_id(n)} occurs {count} times" for n, count in counts.items() if count > 1]
    for number, row in ordered:
        if max(len(row.visit_days), len(row.responses)) > MOST_FOLLOW_UPS:
            faults.append(
                f"{patient_id(number)} has {len(row.visit_days)} follow-up dates and "
                f"{len(row.responses)} responses; the table holds {MOST_FOLLOW_UPS}"
            )
        unknown = sorted(
            {
                token
                for response in row.responses
                if response
                for token in response.split(", ")
                if token not in RESPONSES
            }
        )
        faults += [
            f"{patient_id(number)}: response {token!r} is none of {', '.join(RESPONSES)}"
            for token in unknown
        ]
    return faults


def _spelled(date: dt.date) -> str:
    return f"{date.month}/{date.day}/{date.year % 100:02d}"
