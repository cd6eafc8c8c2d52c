"""The clinical table against the published one."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from psp_core.errors import TableError
from psp_core.phantom.clinical_csv import COLUMNS, clinical_record, write_clinical_csv
from psp_core.phantom.identity import shifted_date
from psp_core.phantom.patient import PhantomPatient

# The header of the real table, as published.
REAL_HEADER = (
    "AnonymPatientID,AnonymStudyDate,Sex,IDH1/2,MGMT,Response_1st_fup,Response_2nd_fup,"
    "Response_3rd_fup,Response_4th_fup,Response_5th_fup,Response_6th_fup,Response_7th_fup,"
    "Response_8th_fup,Response_9th_fup,Response_10th_fup,AnonymDate of surgery,AnonymStart of RT,"
    "AnonymEnd of RT,AnonymDate of topometric MRI,Anonym1st_fup,Anonym2nd_fup,Anonym3rd_fup,"
    "Anonym4th_fup,Anonym5th_fup,Anonym6th_fup,Anonym7th_fup,Anonym8th_fup,Anonym9th_fup,"
    "Anonym10th_fup,AnonymDeath,AgeAtStudyDate"
)


def test_columns_are_the_real_ones_in_the_real_order(
    patient: PhantomPatient, tmp_path: Path
) -> None:
    path = write_clinical_csv([(1, patient.clinical)], tmp_path, 3)
    assert path.name == "Burdenko-GBM-clinical-data.csv"
    assert path.read_text().splitlines()[0] == REAL_HEADER


def test_header_equals_that_of_the_real_file(reference_dir: Path) -> None:
    real = reference_dir / "burdenko_clinical" / "burdenko_clinical.csv"
    with real.open(newline="") as file:
        assert tuple(next(csv.reader(file))) == COLUMNS


def test_row_is_spelled_as_in_the_real_table(patient: PhantomPatient) -> None:
    cells = dict(zip(COLUMNS, clinical_record(7, patient.clinical, 3), strict=True))

    def spelled(day: int) -> str:
        date = shifted_date(3, 7, day)
        return f"{date.month}/{date.day}/{date:%y}"

    assert cells["AnonymPatientID"] == "Burdenko-GBM-007"
    assert (cells["Sex"], cells["IDH1/2"], cells["MGMT"]) == ("F", "negative", "positive")
    assert cells["AgeAtStudyDate"] == "57"
    assert cells["Response_2nd_fup"] == "response, pseudo progression"
    assert cells["Response_3rd_fup"] == ""
    assert cells["Anonym3rd_fup"] == spelled(180)
    assert cells["Anonym4th_fup"] == cells["AnonymDeath"] == " "
    assert cells["AnonymStudyDate"] == cells["AnonymDate of topometric MRI"] == spelled(-51)
    assert cells["AnonymDate of surgery"] == spelled(-80)
    assert (cells["AnonymStart of RT"], cells["AnonymEnd of RT"]) == (spelled(-42), spelled(0))


def test_unknown_is_an_empty_string(patient: PhantomPatient) -> None:
    row = replace(
        patient.clinical, sex=None, idh_status="unknown", mgmt_status="unmethylated", death_day=400
    )
    cells = dict(zip(COLUMNS, clinical_record(7, row, 3), strict=True))
    assert (cells["Sex"], cells["IDH1/2"], cells["MGMT"]) == ("", "", "negative")
    assert cells["AnonymDeath"].count("/") == 2


def test_rows_are_in_patient_order_and_ten_follow_ups_fit(
    patient: PhantomPatient, tmp_path: Path
) -> None:
    ten = replace(
        patient.clinical, responses=("stable",) * 10, visit_days=tuple(range(10, 110, 10))
    )
    path = write_clinical_csv([(12, ten), (2, patient.clinical)], tmp_path, 3)
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows[1:]] == ["Burdenko-GBM-002", "Burdenko-GBM-012"]
    assert {len(row) for row in rows} == {31}
    assert rows[2][5:15] == ["stable"] * 10
    assert " " not in rows[2][19:29]


def test_same_seed_same_bytes(patient: PhantomPatient, tmp_path: Path) -> None:
    first, second = (
        write_clinical_csv([(1, patient.clinical)], tmp_path / name, 3).read_bytes()
        for name in ("a", "b")
    )
    assert first == second
    assert b"\r" not in first


def test_all_faults_are_reported_at_once(patient: PhantomPatient, tmp_path: Path) -> None:
    row = patient.clinical
    rows = [
        (1, row),
        (1, row),
        (2, replace(row, visit_days=tuple(range(11)))),
        (3, replace(row, responses=("pseudoprogression",))),
    ]
    with pytest.raises(TableError, match="3 faults") as caught:
        write_clinical_csv(rows, tmp_path, 3)
    assert "Burdenko-GBM-001 occurs 2 times" in caught.value.faults[0]
    assert "11 follow-up dates" in caught.value.faults[1]
    assert "'pseudoprogression' is none of stable" in caught.value.faults[2]
    assert list(tmp_path.iterdir()) == []
