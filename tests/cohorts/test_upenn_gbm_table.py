"""Clinical table of UPENN-GBM: what passes, and every fault by its row."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from psp_core.cohorts.upenn_gbm_table import read_clinical_table
from psp_core.errors import TableError

BASELINE = {
    "ID": "UPENN-GBM-00001_11",
    "Gender": "F",
    "Age_at_scan_years": "57.25",
    "Survival_from_surgery_days_UPDATED": "420",
    "Survival_Status": "Deceased",
    "Survival_Censor": "1",
    "IDH1": "Wildtype",
    "MGMT": "Methylated",
    "KPS": "Not Available",
    "GTR_over90percent": "Y",
    "Time_since_baseline_preop": "0",
    "PsP_TP_score": "",
}
FOLLOW_UP = {
    **BASELINE,
    "ID": "UPENN-GBM-00001_21",
    "Age_at_scan_years": "58.0",
    "Survival_from_surgery_days_UPDATED": "120",
    "GTR_over90percent": "Not Applicable",
    "Time_since_baseline_preop": "300",
    "PsP_TP_score": "5",
}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(*rows: dict[str, str], columns: tuple[str, ...] = tuple(BASELINE)) -> Path:
        path = tmp_path / "UPENN-GBM_clinical_info_v2.1.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return make


def test_a_scan_is_a_row_and_the_tokens_mean_unknown(write: Write) -> None:
    changes = {"MGMT": "Indeterminate", "IDH1": "NOS/NEC", "Gender": "Not Available"}
    table, notes = read_clinical_table(write(BASELINE, {**FOLLOW_UP, **changes}))
    first, later = table.to_dict("records")
    assert (first["subject_id"], first["timepoint"]) == ("UPENN-GBM-00001", 0)
    assert (first["resection"], first["survival_event"]) == ("gross_total", 1)
    assert np.isnan(first["psp_tp_score"])
    assert (later["timepoint"], later["psp_tp_score"], later["days_since_baseline"]) == (1, 5, 300)
    assert {later[name] for name in ("sex", "mgmt_status", "idh_status", "resection")} == {
        "unknown"
    }
    assert notes == []


def test_the_header_of_version_1_is_read_too(write: Write) -> None:
    old = {**BASELINE, "Survival_from_surgery_days": "99"}
    gone = {"Survival_from_surgery_days_UPDATED", "Survival_Status", "Survival_Censor"}
    table, _ = read_clinical_table(write(old, columns=tuple(old.keys() - gone)))
    assert table["survival_days"].tolist() == [99]
    assert table["survival_event"].isna().all()


@pytest.mark.parametrize(
    ("status", "event"),
    [("Alive", 0), ("Lost to Follow-up", 0), ("Deceased - uncertain date of death", np.nan)],
)
def test_the_event_is_that_of_the_status(status: str, event: float, write: Write) -> None:
    table, _ = read_clinical_table(write({**BASELINE, "Survival_Status": status}))
    np.testing.assert_equal(table["survival_event"].tolist(), [event])


def test_a_censor_against_the_status_is_noted(write: Write) -> None:
    rows = [{**BASELINE, "ID": f"UPENN-GBM-{n:05d}_11"} for n in range(5)]
    rows[3]["Survival_Censor"] = "0"
    _, notes = read_clinical_table(write(*rows))
    assert [note["subject_id"] for note in notes] == ["UPENN-GBM-00003"]
    assert "Survival_Censor contradicts Survival_Status" in str(notes[0]["check"])


def test_a_censor_of_the_other_polarity_is_told_once(write: Write) -> None:
    rows = [{**BASELINE, "ID": f"UPENN-GBM-{n:05d}_11", "Survival_Censor": "0"} for n in range(5)]
    rows[3]["Survival_Censor"] = "1"
    table, notes = read_clinical_table(write(*rows))
    assert (table["survival_event"] == 1).all()
    assert [note["subject_id"] for note in notes] == ["", "UPENN-GBM-00003"]
    assert "0 for most of the deceased" in str(notes[0]["check"])


def test_oddities_of_a_patient_are_noted(write: Write) -> None:
    odd = {**BASELINE, "Time_since_baseline_preop": "9", "PsP_TP_score": "3"}
    _, notes = read_clinical_table(write(odd, {**FOLLOW_UP, "MGMT": "Unmethylated"}))
    assert [note["check"] for note in notes] == [
        "score of a baseline scan, not used",
        "baseline scan with days since the baseline",
        "two MGMT values of one patient",
    ]


def test_text_where_a_number_belongs_is_unknown_and_noted(write: Write) -> None:
    table, notes = read_clinical_table(write({**BASELINE, "Age_at_scan_years": "over 89"}))
    assert table["age_years"].isna().all()
    assert notes[0]["subject_id"] == "UPENN-GBM-00001"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ID": "Jane Doe"}, "row 2, ID: no study ID; expected one like UPENN-GBM-00001_11"),
        ({"ID": ""}, "row 2, ID: empty"),
        (
            {"PsP_TP_score": "7"},
            r"row 2 \(UPENN-GBM-00001_11\), PsP_TP_score: '7'; expected 1, 2",
        ),
    ],
)
def test_a_fault_names_its_row_and_column(
    changes: dict[str, str], message: str, write: Write
) -> None:
    with pytest.raises(TableError, match=message) as caught:
        read_clinical_table(write({**BASELINE, **changes}))
    assert len(caught.value.faults) == 1
    assert "Doe" not in str(caught.value)


def test_a_covariate_that_cannot_be_read_is_unknown_and_noted(write: Write) -> None:
    odd = {
        "Gender": "female",
        "IDH1": "R132H",
        "Survival_Status": "Gone",
        "Age_at_scan_years": "300",
        "Survival_from_surgery_days_UPDATED": "-4",
    }
    table, notes = read_clinical_table(write({**BASELINE, **odd}))
    assert table.loc[0, ["sex", "idh_status"]].tolist() == ["unknown", "unknown"]
    numbers = ["age_years", "survival_days", "survival_event"]
    assert table[numbers].isna().all(axis=None)
    told = {str(note["check"]).split()[0]: note["detail"] for note in notes}
    assert told == {column: repr(cell) for column, cell in odd.items()}
    assert {note["subject_id"] for note in notes} == {"UPENN-GBM-00001"}


def test_all_faults_come_at_once(write: Write) -> None:
    rows = [{**BASELINE, "Gender": "x"}, BASELINE, {**FOLLOW_UP, "MGMT": "+", "Gender": "M"}]
    with pytest.raises(TableError, match="2 faults") as caught:
        read_clinical_table(write(*rows))
    message = str(caught.value)
    assert "rows 2 and 3: subject UPENN-GBM-00001 has time point 0 more than once" in message
    assert "is both F and M" in message


def test_a_missing_column_names_the_nearest_and_a_further_one_passes(write: Write) -> None:
    misspelt = tuple("Sex" if name == "Gender" else name for name in BASELINE)
    with pytest.raises(TableError, match="column 'Gender' is missing"):
        read_clinical_table(write(BASELINE, columns=misspelt))
    table, _ = read_clinical_table(write(BASELINE, columns=(*BASELINE, "Further")))
    assert len(table) == 1
