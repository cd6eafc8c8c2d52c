"""Oddities of the real clinical table (DOI 10.7937/E1QP-D183) by patient."""

from collections.abc import Callable
from pathlib import Path

import pytest

from psp_core.cohorts.burdenko import read_clinical_table
from psp_core.cohorts.burdenko_checks import check_clinical_table

NO_FOLLOW_UP = ("Response_1st_fup", "Response_2nd_fup", "Anonym1st_fup", "Anonym2nd_fup")


def numbers(notes, check: str) -> list[str]:
    return notes.loc[notes["check"] == check, "subject_id"].str[-3:].tolist()


@pytest.mark.parametrize(
    ("check", "patients"),
    [
        ("surgery after start of radiotherapy", ["008", "027"]),
        ("topometric MRI after start of radiotherapy", ["083", "147"]),
        (
            "study date is not that of the topometric MRI",
            ["092", "097", "101", "110", "118", "123", "130", "147", "153"],
        ),
        ("follow-up without response", ["008", "010", "010", "022", "140", "165"]),
        ("row without clinical data", ["045", "063"]),
        ("response without date", []),
        ("follow-up not after the one before", []),
        ("follow-up after death", []),
    ],
)
def test_patients_of_each_oddity(clinical_csv: Path, check: str, patients: list[str]) -> None:
    assert numbers(check_clinical_table(read_clinical_table(clinical_csv)), check) == patients


def test_differences_are_days(clinical_csv: Path) -> None:
    notes = check_clinical_table(read_clinical_table(clinical_csv))
    shifts = notes[notes["check"] == "study date is not that of the topometric MRI"]
    assert shifts.set_index("subject_id")["days"]["Burdenko-GBM-147"] == -148
    early = notes[notes["check"] == "follow-up before end of radiotherapy"]
    first = early[early["visit_number"] == 1].set_index("subject_id")["days"]
    published = {"002": -77, "111": -50, "041": -28, "116": -28, "095": -27, "113": -24}
    published |= {"031": -18, "097": -16, "157": -15, "023": -13}
    assert {number: first[f"Burdenko-GBM-{number}"] for number in published} == published
    assert len(first) == 23


def test_short_courses_are_listed_with_their_length(clinical_csv: Path) -> None:
    notes = check_clinical_table(read_clinical_table(clinical_csv))
    short = notes[notes["check"] == "radiotherapy of 25 days or fewer"]
    assert len(short) == 11
    assert (short["days"].min(), short["days"].max() <= 25) == (17, True)


def test_counts_of_labels_and_dates_that_differ(clinical_csv: Path) -> None:
    clinical = read_clinical_table(clinical_csv).set_index("subject_id")
    n_labels = (clinical.filter(regex=r"^response_\d+$") != "").sum(axis=1)
    n_dates = clinical.filter(regex=r"^visit_\d+_day$").notna().sum(axis=1)
    differing = n_labels.index[n_labels != n_dates]
    found = {subject[-3:]: (n_labels[subject], n_dates[subject]) for subject in differing}
    expected = {"008": (1, 2), "010": (1, 3), "022": (1, 2), "165": (2, 3)}
    assert {subject: found[subject] for subject in expected} == expected
    assert set(found) - set(expected) == {"140"}
    assert clinical.loc["Burdenko-GBM-140", "response_2"] == ""


def test_what_does_not_occur_in_the_real_table_is_found_too(
    patient: Callable[..., dict[str, str]], write_clinical: Callable[..., Path]
) -> None:
    rows = [
        patient(1, {"Anonym2nd_fup": " "}),
        patient(2, {"Anonym2nd_fup": "7/1/04"}),
        patient(3, {"AnonymDeath": "8/1/04"}),
        patient(4, {"AnonymDeath": "6/20/04", **dict.fromkeys(NO_FOLLOW_UP, "")}),
    ]
    notes = check_clinical_table(read_clinical_table(write_clinical(rows)))
    assert numbers(notes, "response without date") == ["001"]
    assert numbers(notes, "follow-up not after the one before") == ["002"]
    assert numbers(notes, "follow-up after death") == ["003"]
    assert numbers(notes, "death before end of radiotherapy") == ["004"]
    assert notes["days"].dropna().tolist() == [-7, 15, -7]
