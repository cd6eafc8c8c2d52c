"""The clinical workbook of UCSD-PTGBM: published headers, typed words, all faults at once."""

import math
from pathlib import Path

import pytest

from psp_core.cohorts.plugins.ucsd_clinical import read_clinical
from psp_core.errors import MissingInputError, TableError
from tests.cohorts.collections_on_disk import (
    LAST_RADIATION,
    UCSD_HEADER,
    UCSD_ROW,
    write_sheet,
    write_ucsd_clinical,
)


def test_the_days_of_the_workbook_count_backwards_from_the_scan(tmp_path: Path) -> None:
    path = write_ucsd_clinical(
        tmp_path, {}, {"ID": "UCSD-PTGBM-0149_02", LAST_RADIATION: None, "Sex at birth": "F"}
    )
    clinical, notes = read_clinical(path)
    first, second = clinical.to_dict("records")
    assert first == {
        "subject_id": "UCSD-PTGBM-0001",
        "timepoint": 1,
        "sex": "M",
        "idh_status": "wildtype",
        "mgmt_status": "unmethylated",
        "age_years": 61,
        "days_since_rt": 90,
    }
    assert math.isnan(second["days_since_rt"])
    assert clinical.index.tolist() == ["UCSD-PTGBM-0001_01", "UCSD-PTGBM-0149_02"]
    assert not notes


@pytest.mark.parametrize(
    ("idh", "mgmt", "read"),
    [
        ("IDH-wildtype", "MGMT unmethylated", ["wildtype", "unmethylated"]),
        ("IDH1/2 wild type", "methylated (15 %)", ["wildtype", "methylated"]),
        ("IDH1 mutant (R132H)", "Not methylated", ["mutant", "unmethylated"]),
        ("not tested", "n/a", ["unknown", "unknown"]),
        ("IDH1 R132H", "unmethylated, 3%", ["mutant", "unmethylated"]),
        ("R132H mutation", "MGMT methylated", ["mutant", "methylated"]),
    ],
)
def test_status_is_read_without_the_gene_and_what_is_in_brackets(
    tmp_path: Path, idh: str, mgmt: str, read: list[str]
) -> None:
    clinical, _ = read_clinical(write_ucsd_clinical(tmp_path, {"IDH": idh, "MGMT": mgmt}))
    assert clinical[["idh_status", "mgmt_status"]].iloc[0].tolist() == read


@pytest.mark.parametrize("sheet", ["Cinical info", "Clinical info", "clinical  INFO "])
def test_the_sheet_is_read_by_both_spellings(tmp_path: Path, sheet: str) -> None:
    path = write_sheet(tmp_path / "c_v3.xlsx", UCSD_HEADER, [UCSD_ROW], sheets=("A", sheet))
    assert len(read_clinical(path)[0]) == 1


def test_the_header_is_read_with_and_without_its_typo(tmp_path: Path) -> None:
    header = [name.strip().replace("Acquistion", "Acquisition") for name in UCSD_HEADER]
    row = {**UCSD_ROW, header[-1]: -7}
    path = write_sheet(tmp_path / "c_v3.xlsx", header, [row], sheets=("Cinical info",))
    assert read_clinical(path)[0]["days_since_rt"].tolist() == [7]


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("UCSD_PTGBM-clinical-information_v2.xlsx", "version 2; version 3 corrected patient IDs"),
        ("clinical.xlsx", "no version in its name; version 3 corrected patient IDs"),
    ],
)
def test_an_older_version_is_noted(tmp_path: Path, name: str, detail: str) -> None:
    _, notes = read_clinical(write_ucsd_clinical(tmp_path, {}, name=name))
    (note,) = notes
    assert note["check"] == "older clinical workbook"
    assert str(note["detail"]).startswith(detail)


def test_a_text_instead_of_a_number_and_a_later_radiation_are_noted(tmp_path: Path) -> None:
    path = write_ucsd_clinical(
        tmp_path, {"Patient's Age": ">89"}, {"ID": "UCSD-PTGBM-0002_01", LAST_RADIATION: 12}
    )
    clinical, notes = read_clinical(path)
    assert clinical["days_since_rt"].tolist() == [90, -12]
    assert [(note["subject_id"], note["check"]) for note in notes] == [
        ("UCSD-PTGBM-0001", "Patient's Age could not be read, taken as unknown"),
        ("UCSD-PTGBM-0002", "last radiation after the scan"),
    ]


def test_a_covariate_never_stops_the_load_and_is_noted_once(tmp_path: Path) -> None:
    odd = {"IDH": "0", "MGMT": "0.08", "Sex at birth": "3", LAST_RADIATION: -12.5}
    path = write_ucsd_clinical(tmp_path, odd, {**odd, "ID": "UCSD-PTGBM-0001_02"})
    clinical, notes = read_clinical(path)
    covariates = clinical[["sex", "idh_status", "mgmt_status"]]
    assert (covariates == "unknown").all(axis=None)
    assert clinical["days_since_rt"].isna().all()
    assert [note["detail"] for note in notes] == ["'3'", "'0'", "'0.08'", "'-12.5'"]
    assert {note["subject_id"] for note in notes} == {"UCSD-PTGBM-0001"}


def test_the_range_of_days_is_that_after_the_sign_is_turned(tmp_path: Path) -> None:
    path = write_ucsd_clinical(
        tmp_path,
        {LAST_RADIATION: -4000},
        {"ID": "UCSD-PTGBM-0001_02", LAST_RADIATION: 4000},
    )
    clinical, notes = read_clinical(path)
    assert clinical["days_since_rt"].iloc[0] == 4000
    assert math.isnan(clinical["days_since_rt"].iloc[1])
    assert [note["detail"] for note in notes] == ["'4000'"]


def test_a_footnote_is_passed_over_with_a_note(tmp_path: Path) -> None:
    nothing = dict.fromkeys(UCSD_HEADER)
    path = write_ucsd_clinical(
        tmp_path,
        {},
        {**nothing, "ID": "Note: Jane Doe wrote this, 1.2.2003"},
    )
    clinical, notes = read_clinical(path)
    assert len(clinical) == 1
    assert notes == [
        {
            "subject_id": "",
            "check": "row without a scan ID and without data, passed over",
            "detail": "row 3",
        }
    ]
    path = write_ucsd_clinical(tmp_path, {**nothing, "ID": "ucsd_ptgbm_1"})
    with pytest.raises(TableError, match="row 2, ID: no study ID"):
        read_clinical(path)


def test_every_fault_of_the_clinical_workbook_is_told_at_once(tmp_path: Path) -> None:
    path = write_ucsd_clinical(
        tmp_path,
        {"MGMT": "maybe"},
        {"ID": "Jane Doe"},
        {"Sex at birth": "Female"},
        {"ID": "UCSD-PTGBM-12_1"},
        {"ID": None},
    )
    with pytest.raises(TableError, match="5 faults") as caught:
        read_clinical(path)
    message = str(caught.value)
    for fault in (
        "row 3, ID: no study ID; expected one like UCSD-PTGBM-0001_01",
        "row 5, ID: 'UCSD-PTGBM-12_1'; expected one like",
        "row 6, ID: empty; expected one like",
        "rows 2 and 4: subject UCSD-PTGBM-0001 has time point 1 more than once",
        "rows 2 and 4: subject UCSD-PTGBM-0001 is both F and M; two patients with one ID?",
    ):
        assert fault in message
    assert "Doe" not in message


def test_a_missing_column_is_told(tmp_path: Path) -> None:
    header = [name for name in UCSD_HEADER if name not in ("MGMT", LAST_RADIATION)]
    path = write_sheet(tmp_path / "c_v3.xlsx", header, [UCSD_ROW], sheets=("Cinical info",))
    with pytest.raises(TableError, match="2 faults") as caught:
        read_clinical(path)
    assert "column 'MGMT' is missing" in str(caught.value)
    assert f"column '{LAST_RADIATION}' is missing; is it" in str(caught.value)


def test_a_table_of_text_called_a_workbook_raises(tmp_path: Path) -> None:
    (tmp_path / "c_v3.xlsx").write_text("ID,IDH\n")
    with pytest.raises(TableError, match="no Excel workbook"):
        read_clinical(tmp_path / "c_v3.xlsx")
    with pytest.raises(MissingInputError, match=r"n\.xlsx is not a file"):
        read_clinical(tmp_path / "n.xlsx")
