"""Reading the clinical CSV: the real one, and every fault it could have."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from psp_core.cohorts.burdenko import (
    COLUMNS,
    find_clinical_table,
    read_clinical_table,
    read_rt_end_dates,
)
from psp_core.errors import AmbiguousInputError, MissingInputError, TableError

Rows = Callable[..., dict[str, str]]
Write = Callable[..., Path]


def test_the_real_table_has_its_counts(clinical_csv: Path) -> None:
    table = read_clinical_table(clinical_csv)
    assert len(table) == 180
    assert len(COLUMNS) == 31
    assert table["sex"].value_counts().to_dict() == {"M": 97, "F": 81, "unknown": 2}
    assert table["idh_status"].value_counts()[["mutant", "wildtype"]].tolist() == [13, 101]
    mgmt = table["mgmt_status"].value_counts()
    assert mgmt.to_dict() == {"unknown": 86, "unmethylated": 57, "methylated": 37}
    assert table["death_day"].notna().sum() == 78
    assert (table["age_years"].min(), table["age_years"].max()) == (8, 85)
    rt_days = -table["rt_start_day"]
    assert (rt_days.min(), rt_days.max(), rt_days.median()) == (17, 62, 42)
    assert (rt_days <= 25).sum() == 11


def test_no_absolute_date_is_in_the_table(clinical_csv: Path) -> None:
    text = read_clinical_table(clinical_csv).to_csv()
    assert not re.search(r"\d{4}-\d{2}-\d{2}|\d+/\d+/\d+", text)


def test_the_private_dates_place_the_follow_ups(clinical_csv: Path) -> None:
    ends = read_rt_end_dates(clinical_csv)
    assert ends["Burdenko-GBM-001"] == pd.Timestamp(2004, 6, 27)
    assert ends.isna().sum() == 2


def test_days_count_from_the_end_of_radiotherapy(patient: Rows, write_clinical: Write) -> None:
    row = read_clinical_table(write_clinical([patient()])).iloc[0]
    assert row["visit_1_day"] == 11
    assert row["rt_start_day"] == -43
    assert pd.isna(row["visit_3_day"])
    assert row["response_2"] == "progression"
    assert (row["idh_status"], row["mgmt_status"]) == ("wildtype", "methylated")


@pytest.mark.parametrize("date", ["6/27/04", "06/27/2004", "2004-06-27", " 6/27/04 "])
def test_a_date_may_have_passed_a_spreadsheet(
    date: str, patient: Rows, write_clinical: Write
) -> None:
    path = write_clinical([patient(1, {"AnonymEnd of RT": date})])
    assert read_clinical_table(path)["visit_1_day"][0] == 11


def test_missing_is_unknown_and_a_blank_row_is_kept(patient: Rows, write_clinical: Write) -> None:
    unknown = patient(2, {"MGMT": "?", "Sex": " ", "IDH1/2": "N/A", "AgeAtStudyDate": ""})
    blank = {"AnonymPatientID": "Burdenko-GBM-003", "AnonymStudyDate": "5/6/04"}
    table = read_clinical_table(write_clinical([unknown, blank]))
    assert table.loc[0, ["sex", "idh_status", "mgmt_status"]].tolist() == ["unknown"] * 3
    assert pd.isna(table.loc[0, "age_years"])
    assert pd.isna(table.loc[1, "study_day"])


def test_headers_may_differ_in_case_spaces_and_order(patient: Rows, write_clinical: Write) -> None:
    path = write_clinical([patient()], columns=list(reversed(COLUMNS)))
    text = path.read_text().replace("AnonymEnd of RT", " anonymend  OF rt ")
    path.write_text(text)
    assert read_clinical_table(path)["visit_1_day"][0] == 11


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Sex": "W"}, r"row 2 \(Burdenko-GBM-001\), Sex: 'W'; expected f, m or nothing"),
        ({"IDH1/2": "mutant"}, "IDH1/2: 'mutant'; expected positive, negative"),
        ({"MGMT": "++"}, "MGMT: '\\+\\+'; expected positive, negative"),
        ({"AgeAtStudyDate": "300"}, "AgeAtStudyDate: '300'; expected 0 to 120 years"),
        ({"AgeAtStudyDate": "-4"}, "AgeAtStudyDate: '-4'"),
        ({"AgeAtStudyDate": "old"}, "AgeAtStudyDate: 'old'"),
        ({"Anonym1st_fup": "2/30/04"}, "Anonym1st_fup: not a date; expected month/day/year"),
        ({"Anonym1st_fup": "27.8.2004"}, "Anonym1st_fup: not a date"),
        ({"Anonym1st_fup": "8/16/2064"}, "Anonym1st_fup: 21965 days from the end of radiotherapy"),
        ({"Response_1st_fup": "cured"}, "Response_1st_fup: 'cured' is no response"),
        (
            {"Response_1st_fup": "progression, pseudo progression"},
            "Response_1st_fup: 'progression' and 'pseudo progression' at one visit",
        ),
        ({"AnonymPatientID": ""}, "row 2, AnonymPatientID: empty"),
        ({"AnonymPatientID": "Jane Doe"}, "row 2, AnonymPatientID: an ID with blanks or signs"),
    ],
)
def test_an_impossible_cell_is_a_fault_with_its_row(
    changes: dict[str, str], message: str, patient: Rows, write_clinical: Write
) -> None:
    with pytest.raises(TableError, match=message) as caught:
        read_clinical_table(write_clinical([patient(1, changes)]))
    assert len(caught.value.faults) == 1
    assert "Doe" not in str(caught.value)
    assert not re.search(r"\d+[/.]\d+[/.]\d+", str(caught.value))


def test_every_fault_is_told_at_once(patient: Rows, write_clinical: Write) -> None:
    rows = [patient(1), patient(2, {"Sex": "W", "Anonym1st_fup": "2/30/04"}), patient(1)]
    columns = [name if name != "MGMT" else "MGMTT" for name in COLUMNS]
    with pytest.raises(TableError, match="5 faults") as caught:
        read_clinical_table(write_clinical(rows, columns=columns))
    message = str(caught.value)
    assert "column 'MGMT' is missing" in message
    assert "column 'MGMTT' is unexpected; did you mean 'MGMT'?" in message
    assert "rows 2 and 4 share the patient ID Burdenko-GBM-001" in message
    assert "row 3 (Burdenko-GBM-002), Sex: 'W'" in message


@pytest.mark.parametrize(
    "name",
    ["Burdenko-GBM-clinical-data.csv", "Burdenko GBM clinical data.csv", "burdenko_clinical.csv"],
)
def test_the_table_is_found_under_each_of_its_names(
    name: str, patient: Rows, write_clinical: Write, tmp_path: Path
) -> None:
    below = tmp_path / "download" / "tables"
    below.mkdir(parents=True)
    path = write_clinical([patient()], name=name)
    (tmp_path / f"._{name}").write_bytes(b"\0")
    assert find_clinical_table(tmp_path) == (path, [])
    moved = path.rename(below / name)
    assert find_clinical_table(tmp_path / "download")[0] == moved
    assert len(read_clinical_table(below)) == 1


def test_no_table_or_several_raise(patient: Rows, write_clinical: Write, tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"no file named like \*burdenko\*clinical\*\.csv"):
        find_clinical_table(tmp_path)
    write_clinical([patient()])
    write_clinical([patient()], name="burdenko_clinical.csv")
    with pytest.raises(AmbiguousInputError, match="2 tables fit: Burdenko-GBM-") as caught:
        find_clinical_table(tmp_path)
    assert str(tmp_path) not in str(caught.value)
