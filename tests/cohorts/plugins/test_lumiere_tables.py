"""The tables of LUMIERE as they are: dirty ratings, free text, and rows that cannot be."""

import math
from pathlib import Path

import pytest

from psp_core.cohorts.plugins.lumiere_tables import (
    Rating,
    parse_week,
    read_completeness,
    read_patients,
    read_ratings,
)
from psp_core.errors import MissingInputError, TableError
from tests.cohorts.weak_collections import (
    COMPLETENESS,
    DEMOGRAPHICS,
    write_ratings,
    write_table,
)


def patients_file(folder: Path, *rows: tuple[str, ...]) -> Path:
    return write_table(folder / "LUMIERE-Demographics_Pathology.csv", DEMOGRAPHICS, rows)


def test_weeks_are_ordered_by_number_and_scan() -> None:
    names = ["week-040-2", "week-000-1", "week-040", "week-000-2"]
    assert sorted(names, key=lambda name: parse_week(name) or ()) == [
        "week-000-1", "week-000-2", "week-040", "week-040-2",
    ]  # fmt: skip
    assert [parse_week(name) for name in ("week-40", "week-040-", "040")] == [None] * 3


@pytest.mark.parametrize("date", ["Date", "Timepoint", " date "])
def test_dirty_ratings_are_read_under_either_name_of_the_week(tmp_path: Path, date: str) -> None:
    path = write_ratings(
        tmp_path,
        [
            ("Patient-001", "week-012", "x", "PD"),
            ("Patient-001", "week-000-2", "", "Post-Op "),
            ("Patient-001", "week-000-1", "", "Pre-Op"),
            ("Patient-001", "week-030", "", "Post-Op/PD"),
            ("Patient-001", "week-040", "", "None"),
            ("Patient-001", "week-050", "", ""),
        ],
        date=date,
    )
    ratings, notes = read_ratings(path)
    assert ratings == {
        "Patient-001": [
            Rating((0, 1), frozenset({"Pre-Op"}), False),
            Rating((0, 2), frozenset({"Post-Op"}), False),
            Rating((12, 0), frozenset({"PD"}), True),
            Rating((30, 0), frozenset({"Post-Op", "PD"}), False),
            Rating((40, 0), frozenset(), False),
            Rating((50, 0), frozenset(), False),
        ]
    }
    assert notes == []


def test_two_ratings_of_one_date_are_both_kept_and_noted(tmp_path: Path) -> None:
    rows = [("Patient-001", "week-012", mark, code) for mark, code in (("", "SD"), ("x", "PD"))]
    ratings, notes = read_ratings(write_ratings(tmp_path, rows))
    assert ratings == {"Patient-001": [Rating((12, 0), frozenset({"PD", "SD"}), True)]}
    assert notes == [
        {
            "subject_id": "Patient-001",
            "check": "date rated more than once",
            "detail": "week 12: PD and SD",
        }
    ]


def test_wrong_ratings_come_all_at_once(tmp_path: Path) -> None:
    path = write_ratings(
        tmp_path,
        [
            ("Patient-001", "week-012", "", "PDD"),
            ("A Name", "week-012", "", "PD"),
            ("Patient-002", "2004-05-06", "y", "PD"),
        ],
    )
    with pytest.raises(TableError, match="4 faults") as caught:
        read_ratings(path)
    message = str(caught.value)
    assert "row 2 (Patient-001), Rating: 'PDD'; expected pd, sd, pr, cr" in message
    assert "row 3, Patient: no study ID" in message
    assert "row 4 (Patient-002), Date: a date; expected a week like week-040" in message
    assert "row 4 (Patient-002), LessThan3Months: 'y'; expected x or nothing" in message
    assert "Name" not in message
    assert "2004" not in message


def test_wrong_columns_come_all_at_once(tmp_path: Path) -> None:
    columns = ["Patient", "Date", "Rating (according to RANO, a)", "Patient"]
    path = write_table(tmp_path / "t.csv", columns, [])
    with pytest.raises(TableError, match="2 faults") as caught:
        read_ratings(path)
    assert caught.value.faults == (
        "column 'Patient' appears more than once",
        "column 'LessThan3Months' is missing; found 'Patient', 'Date', "
        "'Rating (according to RANO, a)', 'Patient'",
    )


def test_a_patient_is_described_as_far_as_the_table_goes(tmp_path: Path) -> None:
    path = patients_file(
        tmp_path,
        ("Patient-001", "60", "male", "61", "WT", "", "not methylated"),
        ("Patient-002", "na", "female", "n/a", "R132H mut", "", "methylated"),
        ("Patient-003", "1.5", "", "50", "IDH1 neg, Sequencing required", "", "N-A"),
        ("Patient-004", "sixty", "woman", "161", "IDH wildtype", "", "partly"),
        ("Patient-005", "60", "m", "61", "neg", "", "Unmethylated"),
    )
    patients, notes = read_patients(path)
    assert patients["Patient-001"] == {
        "sex": "M",
        "age_years": 61.0,
        "idh_status": "wildtype",
        "mgmt_status": "unmethylated",
        "survival_days": 420,
    }
    assert patients["Patient-002"]["idh_status"] == "mutant"
    assert math.isnan(patients["Patient-002"]["survival_days"])
    assert patients["Patient-003"]["idh_status"] == "unknown"
    assert [patients[f"Patient-00{n}"]["idh_status"] for n in (4, 5)] == ["wildtype", "wildtype"]
    assert patients["Patient-005"]["mgmt_status"] == "unmethylated"
    assert [(note["subject_id"], note["detail"]) for note in notes] == [
        ("Patient-004", "'woman'"),
        ("Patient-004", "'161'"),
        ("Patient-003", "'IDH1 neg, Sequencing required'"),
        ("Patient-004", "'sixty'"),
    ]


def test_wrong_patients_come_all_at_once(tmp_path: Path) -> None:
    path = patients_file(
        tmp_path,
        ("Patient-001", "60", "male", "161", "WT", "", "methylated"),
        ("A Name", "60", "male", "61", "WT", "", "methylated"),
        ("Patient-001", "60", "male", "61", "WT", "", "methylated"),
    )
    with pytest.raises(TableError, match="2 faults") as caught:
        read_patients(path)
    assert "rows 2 and 4: Patient-001 more than once" in caught.value.faults[-1]


def test_completeness_says_which_sequences_there_should_be(tmp_path: Path) -> None:
    rows = [("Patient-001", "week-012", "x", "", "x", "x"), ("Patient-001", "week-020", "y")]
    path = write_table(tmp_path / "good.csv", COMPLETENESS, rows[:1])
    assert read_completeness(path) == {
        ("Patient-001", (12, 0)): {"t1ce_file", "t2_file", "flair_file"}
    }
    with pytest.raises(TableError, match=r"row 3 \(Patient-001\), CT1: 'y'"):
        read_completeness(write_table(tmp_path / "bad.csv", COMPLETENESS, rows))


def test_no_table_of_commas_raises(tmp_path: Path) -> None:
    (tmp_path / "excel.csv").write_bytes(b"PK\x03\x04")
    with pytest.raises(TableError, match="Excel workbook"):
        read_ratings(tmp_path / "excel.csv")
    with pytest.raises(TableError, match="separated by tabs"):
        read_completeness(write_table(tmp_path / "tabs.csv", COMPLETENESS, [], separator="\t"))
    with pytest.raises(MissingInputError, match="is not a file"):
        read_patients(tmp_path / "none.csv")
