"""A CSV of one's own: what passes, and every fault by its row."""

import csv
from pathlib import Path

import numpy as np
import pytest

from psp_core.cohorts.own import data_dictionary, load_cohort
from psp_core.cohorts.own_dictionary import COLUMNS
from psp_core.cohorts.schema import COLUMNS as COHORT_COLUMNS
from psp_core.errors import MissingInputError, TableError

ROW = {
    "subject_id": "A-1",
    "timepoint": "1",
    "label": "true_progression",
    "days_since_rt": "90",
    "age_years": "51.5",
    "sex": "F",
    "t1ce_file": "A-1/t1ce.nii.gz",
    "flair_file": "A-1/flair.nii",
}


@pytest.fixture
def write(tmp_path: Path):
    (tmp_path / "A-1").mkdir()
    for name in ("t1ce.nii.gz", "flair.nii"):
        (tmp_path / "A-1" / name).write_bytes(b"x")
    (tmp_path / "A-1" / "empty.nii").touch()

    def make(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
        path = tmp_path / "cohort.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return make


def test_a_row_becomes_a_row_of_the_cohort(write) -> None:
    loaded = load_cohort(write(ROW, {**ROW, "timepoint": "2", "label": ""}), dataset="external")
    cohort = loaded.cohort
    assert tuple(cohort.columns) == COHORT_COLUMNS
    assert cohort["label"].tolist() == ["true_progression", "unlabelled"]
    assert cohort["visit_number"].tolist() == [1, 2]
    assert cohort["mgmt_status"].tolist() == ["unknown", "unknown"]
    assert np.isnan(cohort["total_dose_gy"]).all()
    assert cohort["dataset"].unique().tolist() == ["external"]
    assert loaded.flow.dropped.empty


def test_optional_columns_may_be_absent(write) -> None:
    path = write(ROW, columns=("subject_id", "timepoint", "label", "t1ce_file", "flair_file"))
    assert load_cohort(path).cohort["age_years"].isna().all()


def test_a_patient_without_label_leaves_the_flow_and_stays_in_the_cohort(write) -> None:
    loaded = load_cohort(write({**ROW, "label": "unknown"}))
    assert loaded.flow.dropped["reason"].tolist() == ["no label: predictions only"]
    assert len(loaded.cohort) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"label": "progression"},
            r"row 2 \(A-1\), label: 'progression'; expected one of true_pro",
        ),
        ({"sex": "female"}, "sex: 'female'; expected one of F, M, unknown"),
        ({"mgmt_status": "+"}, "mgmt_status: '\\+'; expected one of methylated"),
        ({"age_years": "300"}, "age_years: '300'; expected number, 0 to 120"),
        ({"age_years": "51,5"}, r"age_years: '51,5'; .* \(decimal point, not comma\)"),
        ({"age_years": "inf"}, "age_years: 'inf'"),
        ({"age_years": "12.3.1961"}, "age_years: a date; expected number"),
        ({"fractions": "-30"}, "fractions: '-30'; expected whole number, 1 to 100"),
        ({"n_lesions": "1.5"}, "n_lesions: '1.5'; expected whole number"),
        ({"survival_event": "2"}, "survival_event: '2'; expected whole number, 0 to 1"),
        ({"timepoint": ""}, "timepoint: ''; expected whole number, 0 to 100"),
        ({"timepoint": "1.5"}, "timepoint: '1.5'"),
        ({"subject_id": "Jane Doe"}, "row 2, subject_id: no study ID; expected letters"),
        ({"t1ce_file": "A-1/no.nii"}, "t1ce_file: 'A-1/no.nii' is no file in the folder"),
        ({"t1ce_file": "A-1/empty.nii"}, r"'A-1/empty.nii' is empty \(0 bytes\)"),
        ({"dose_file": "A-1/dose.dcm"}, "dose_file: 'A-1/dose.dcm'; expected a NIfTI file"),
        ({"t1ce_file": "/data/t1ce.nii"}, "t1ce_file: expected a path relative to the folder"),
        ({"t1ce_file": "A-1\\t1ce.nii"}, "t1ce_file: expected a path relative to the folder"),
        ({"t1ce_file": "../other/t1ce.nii"}, "leads out of the folder of the table"),
        ({"flair_file": ""}, "names no images; expected t1ce_file and flair_file"),
        ({"dicom_folder": "A-1"}, "names both NIfTI files and a dicom_folder"),
        (
            {"t1ce_file": "", "flair_file": "", "dicom_folder": "A-9"},
            "dicom_folder: 'A-9' is no folder beside the table",
        ),
        (
            {"t1ce_file": "", "flair_file": "", "dicom_folder": "A-1"},
            "dicom_folder: 'A-1' holds no usable DICOM file",
        ),
    ],
)
def test_a_fault_names_its_row_and_column(changes: dict[str, str], message: str, write) -> None:
    with pytest.raises(TableError, match=message) as caught:
        load_cohort(write({**ROW, **changes}))
    assert len(caught.value.faults) == 1
    assert "Doe" not in str(caught.value)
    assert "1961" not in str(caught.value)


def test_every_fault_of_every_row_is_told_at_once(write) -> None:
    rows = [{**ROW, "sex": "female", "t1ce_file": "no.nii"}, {**ROW, "age_years": "x"}]
    columns = tuple("age_year" if name == "age_years" else name for name in COLUMNS)
    with pytest.raises(TableError, match="4 faults") as caught:
        load_cohort(write(*rows, columns=columns))
    message = str(caught.value)
    assert "column 'age_year' is unexpected; did you mean 'age_years'?" in message
    assert "rows 2 and 3: subject A-1 has time point 1 more than once" in message


def test_two_patients_with_one_id_are_a_fault(write) -> None:
    with pytest.raises(TableError, match="rows 2 and 3: subject A-1 is both F and M"):
        load_cohort(write(ROW, {**ROW, "timepoint": "2", "sex": "M"}))


def test_a_table_without_rows_or_without_required_columns_raises(write) -> None:
    with pytest.raises(TableError, match="no row below the header"):
        load_cohort(write())
    with pytest.raises(TableError, match="column 'label' is missing"):
        load_cohort(write(ROW, columns=("subject_id", "timepoint", "t1ce_file", "flair_file")))


def test_a_workbook_and_semicolons_are_told(tmp_path: Path) -> None:
    (tmp_path / "cohort.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(TableError, match="Excel workbook; save the sheet as 'CSV UTF-8"):
        load_cohort(tmp_path / "cohort.xlsx")
    (tmp_path / "cohort.csv").write_text("subject_id;timepoint\nA;1\n")
    with pytest.raises(TableError, match="separated by semicolons"):
        load_cohort(tmp_path / "cohort.csv")
    with pytest.raises(MissingInputError, match=r"none\.csv is not a file"):
        load_cohort(tmp_path / "none.csv")


def test_the_data_dictionary_lists_every_column() -> None:
    table = data_dictionary()
    assert table["column"].tolist() == list(COLUMNS)
    assert (table != "").all(axis=None)
    required = table.loc[table["required"] == "yes", "column"].tolist()
    assert required == ["subject_id", "timepoint", "label"]


def test_every_column_of_the_dictionary_has_a_place_in_the_cohort() -> None:
    assert set(COLUMNS) - {"dicom_folder"} <= set(COHORT_COLUMNS)
