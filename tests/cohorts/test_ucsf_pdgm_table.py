"""Metadata of UCSF-PDGM."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from psp_core.cohorts.ucsf_pdgm_table import read_metadata
from psp_core.errors import TableError

EXAM = {
    "ID": "UCSF-PDGM-004",
    "Sex": "M",
    "Age at MRI": "66",
    "WHO CNS Grade": "4",
    "Final pathologic diagnosis (WHO 2021)": "Glioblastoma, IDH-wildtype",
    "MGMT status": "negative",
    "MGMT index": "",
    "1p/19q": "unknown",
    "IDH": "wildtype",
    "1-dead 0-alive": "1",
    "OS": "1303",
    "EOR": "STR",
    "Biopsy prior to imaging": "No",
    "BraTS21 ID": "BraTS2021_00097",
}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(*rows: dict[str, str], columns: tuple[str, ...] = tuple(EXAM)) -> Path:
        path = tmp_path / "UCSF-PDGM-metadata_v5.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return make


def test_three_digits_become_four_and_follow_ups_keep_their_day(write: Write) -> None:
    table, notes = read_metadata(write(EXAM, {**EXAM, "ID": "UCSF-PDGM-0429_FU003d"}))
    assert table["subject_id"].tolist() == ["UCSF-PDGM-0004", "UCSF-PDGM-0429"]
    assert table["follow_up_day"].tolist() == [0, 3]
    assert table.loc[0, ["sex", "mgmt_status", "resection"]].tolist() == [
        "M", "unmethylated", "subtotal",
    ]  # fmt: skip
    assert table.loc[0, ["age_years", "survival_days", "survival_event"]].tolist() == [66, 1303, 1]
    assert notes == []


@pytest.mark.parametrize(
    ("idh", "status"),
    [
        ("wildtype", "wildtype"),
        ("mutated (NOS)", "mutant"),
        ("IDH1 p.R132H", "mutant"),
        ("", "unknown"),
        ("unknown", "unknown"),
        ("IDH-wildtype", "wildtype"),
        ("wild-type", "wildtype"),
        ("indeterminate", "unknown"),
        ("not tested", "unknown"),
    ],
)
def test_idh_is_mutant_only_where_the_text_says_so(idh: str, status: str, write: Write) -> None:
    table, _ = read_metadata(write({**EXAM, "IDH": idh, "MGMT status": "indeterminate"}))
    assert table["idh_status"].tolist() == [status]
    assert table["mgmt_status"].tolist() == ["unknown"]


def test_a_covariate_that_cannot_be_read_is_unknown_and_noted(write: Write) -> None:
    odd = {"IDH": "see report", "EOR": "total", "OS": "-3", "1-dead 0-alive": "2", "Sex": "1"}
    table, notes = read_metadata(write({**EXAM, **odd}))
    assert table.loc[0, ["idh_status", "resection", "sex"]].tolist() == ["unknown"] * 3
    assert table[["survival_days", "survival_event"]].isna().all(axis=None)
    assert [(note["check"], note["detail"]) for note in notes] == [
        (f"{column} could not be read, taken as unknown", repr(odd[column]))
        for column in ("Sex", "IDH", "EOR", "OS", "1-dead 0-alive")
    ]


def test_unknown_survival_is_nan_and_text_is_noted(write: Write) -> None:
    table, notes = read_metadata(write({**EXAM, "OS": "ongoing", "1-dead 0-alive": ""}))
    assert np.isnan(table["survival_days"][0])
    assert np.isnan(table["survival_event"][0])
    assert notes[0]["subject_id"] == "UCSF-PDGM-0004"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ID": "UCSF-PDGM-4"}, "row 2, ID: no study ID; expected one like UCSF-PDGM-004"),
        ({"ID": ""}, "row 2, ID: empty"),
    ],
)
def test_a_fault_names_its_row_and_column(
    changes: dict[str, str], message: str, write: Write
) -> None:
    with pytest.raises(TableError, match=message) as caught:
        read_metadata(write({**EXAM, **changes}))
    assert len(caught.value.faults) == 1


def test_one_exam_spelt_twice_is_a_fault(write: Write) -> None:
    with pytest.raises(TableError, match="rows 2 and 3: exam UCSF-PDGM-0004 of day 0 more than"):
        read_metadata(write(EXAM, {**EXAM, "ID": "UCSF-PDGM-0004"}))


def test_a_missing_column_names_the_nearest(write: Write) -> None:
    misspelt = tuple("EORs" if name == "EOR" else name for name in EXAM)
    with pytest.raises(TableError, match="column 'EOR' is missing; is it 'EORs'"):
        read_metadata(write(EXAM, columns=misspelt))
