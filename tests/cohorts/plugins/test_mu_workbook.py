"""The workbook of MU-Glioma-Post: codes, free text, and all faults at once."""

import math
from pathlib import Path

import pytest

from psp_core.cohorts.plugins.mu_workbook import read_clinical
from psp_core.errors import TableError
from tests.cohorts.collections_on_disk import (
    MU_DOSE,
    MU_FRACTIONS,
    MU_HEADER,
    MU_MRI,
    MU_PROGRESSION,
    MU_ROW,
    MU_RT_END,
    write_mu_clinical,
    write_sheet,
)


def test_a_row_of_the_second_sheet_is_read(tmp_path: Path) -> None:
    clinical, notes = read_clinical(write_mu_clinical(tmp_path, {}))
    assert clinical.loc["PatientID_0003"].dropna().to_dict() == {
        "sex": "F",
        "mgmt_status": "methylated",
        "age_at_diagnosis": 54,
        "rt_end_day": 80,
        "first_progression_day": 160,
        "mri_1_day": 20,
        "mri_2_day": 150,
        "total_dose_gy": 60,
        "fractions": 30,
        "idh_status": "wildtype",
    }
    assert not notes


@pytest.mark.parametrize(
    ("idh1", "idh2", "status"),
    [
        (0, 0, "wildtype"),
        (0, 1, "mutant"),
        (1, 2, "mutant"),
        (0, 2, "wildtype"),
        (2, 0, "unknown"),
        ("N/A", None, "unknown"),
        ("0.0", "1.0", "mutant"),
        ("Not tested", 3, "unknown"),
    ],
)
def test_idh_is_mutant_by_either_gene(
    tmp_path: Path, idh1: object, idh2: object, status: str
) -> None:
    path = write_mu_clinical(tmp_path, {"IDH1 mutation": idh1, "IDH2 mutation": idh2})
    assert read_clinical(path)[0]["idh_status"].tolist() == [status]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (0, "unmethylated"),
        (1, "methylated"),
        (2, "unknown"),
        (3, "unknown"),
        ("4", "unknown"),
        (9, "unknown"),
    ],
)
def test_mgmt_codes_are_those_of_the_dictionary(tmp_path: Path, code: object, status: str) -> None:
    path = write_mu_clinical(tmp_path, {"MGMT methylation ": code})
    assert read_clinical(path)[0]["mgmt_status"].tolist() == [status]


@pytest.mark.parametrize(
    ("text", "dose_gy"),
    [("60 Gy", 60), ("60Gy", 60), ("59.4", 59.4), (60, 60), ("6000 cGy", 60), ("LTF", math.nan)],
)
def test_a_dose_is_read_from_its_text(tmp_path: Path, text: object, dose_gy: float) -> None:
    clinical, notes = read_clinical(write_mu_clinical(tmp_path, {MU_DOSE: text}))
    assert clinical["total_dose_gy"].tolist() == pytest.approx([dose_gy], nan_ok=True)
    assert not notes


@pytest.mark.parametrize("text", ["60 Gy, then 35 Gy", "6000", "boost", "59,4 Gy", "0 Gy"])
def test_a_dose_that_cannot_be_read_is_unknown_and_noted(tmp_path: Path, text: str) -> None:
    clinical, notes = read_clinical(
        write_mu_clinical(tmp_path, {MU_DOSE: text, MU_FRACTIONS: "30 + 10"})
    )
    assert clinical[["total_dose_gy", "fractions"]].isna().all(axis=None)
    assert [(note["check"], note["detail"]) for note in notes] == [
        ("Dose could not be read, taken as unknown", repr(text)),
        ("Number of Fractions could not be read, taken as unknown", "'30 + 10'"),
    ]


def test_a_day_in_words_is_unknown_and_noted(tmp_path: Path) -> None:
    path = write_mu_clinical(tmp_path, {MU_RT_END: "ongoing", MU_PROGRESSION: "LTF"})
    clinical, notes = read_clinical(path)
    assert clinical[["rt_end_day", "first_progression_day"]].isna().all(axis=None)
    (note,) = notes
    assert (note["subject_id"], note["detail"]) == ("PatientID_0003", "'ongoing'")


def test_a_typo_in_a_header_is_read(tmp_path: Path) -> None:
    header = [name.replace("Diagnosis", "Diagnois") for name in MU_HEADER]
    row = {name.replace("Diagnosis", "Diagnois"): value for name, value in MU_ROW.items()}
    path = write_sheet(tmp_path / "m.xlsx", header, [row], sheets=("A", "MU Glioma Post"))
    clinical, _ = read_clinical(path)
    assert clinical[["rt_end_day", "mri_1_day", "mri_2_day"]].iloc[0].tolist() == [80, 20, 150]


def test_a_covariate_never_stops_the_load(tmp_path: Path) -> None:
    odd = {
        "IDH1 mutation": 7,
        "Sex at Birth": "Woman",
        "Age at diagnosis": 200,
        MU_MRI[0]: 20.5,
        "MGMT methylation ": "0 %",
    }
    clinical, notes = read_clinical(write_mu_clinical(tmp_path, odd))
    (row,) = clinical.to_dict("records")
    assert [row[name] for name in ("sex", "idh_status", "mgmt_status")] == ["unknown"] * 3
    assert math.isnan(row["age_at_diagnosis"])
    assert math.isnan(row["mri_1_day"])
    assert sorted(str(note["detail"]) for note in notes) == [
        "'0 %'", "'20.5'", "'200'", "'7'", "'Woman'",
    ]  # fmt: skip


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    header = [name for name in MU_HEADER if name != MU_DOSE]
    path = write_mu_clinical(
        tmp_path,
        {},
        {},
        {"Patient_ID": "Jane Doe"},
        {"Patient_ID": None},
        header=header,
    )
    with pytest.raises(TableError, match="4 faults") as caught:
        read_clinical(path)
    message = str(caught.value)
    for fault in (
        "column 'Dose' is missing; found 'Patient_ID'",
        "row 4, Patient_ID: no study ID; expected one like PatientID_0003",
        "row 5, Patient_ID: empty",
        "rows 2 and 3: PatientID_0003 more than once; two patients with one ID, or one ent",
    ):
        assert fault in message
    assert "Doe" not in message


def test_another_workbook_raises(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "m.xlsx", MU_HEADER, [MU_ROW], sheets=("Volumes",))
    with pytest.raises(TableError, match="no sheet 'MU Glioma Post'; the workbook has 'Volumes'"):
        read_clinical(path)
