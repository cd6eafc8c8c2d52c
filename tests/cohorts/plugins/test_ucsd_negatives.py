"""The workbook of negative cases: diagnoses by their words, all faults at once."""

from pathlib import Path

import pytest

from psp_core.cohorts.plugins.ucsd_negatives import read_negatives
from psp_core.errors import MissingInputError, TableError
from tests.cohorts.collections_on_disk import write_ucsd_negatives


@pytest.mark.parametrize(
    ("diagnosis", "effects"),
    [
        ("PsP", "psp"),
        ("Pseudoprogression (early)", "psp"),
        ("radiation  Necrosis", "radiation_necrosis"),
        ("RN", "radiation_necrosis"),
        ("NS", "non_specific"),
        ("non-specific", "non_specific"),
        ("PsP / necrosis", "psp+radiation_necrosis"),
        ("", ""),
    ],
)
@pytest.mark.parametrize(
    "header", [("Acquisition ID", "Dx"), ("ID", "diagnosis "), ("id", "Category")]
)
def test_a_treatment_effect_is_told_by_its_words(
    tmp_path: Path, diagnosis: str, effects: str, header: tuple[str, str]
) -> None:
    path = write_ucsd_negatives(tmp_path, [("UCSD-PTGBM-0001_01", diagnosis)], header=header)
    cases, notes = read_negatives(path)
    assert not notes
    assert cases["effects"].to_dict() == {"UCSD-PTGBM-0001_01": effects}


@pytest.mark.parametrize(
    ("proof", "standard"),
    [
        ("Yes", "histology"),
        ("pathology proven", "histology"),
        ("no", "follow_up"),
        ("clinical follow-up", "follow_up"),
        ("not proven", "unknown"),
        ("pending", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_reference_standard_is_histology_only_where_the_workbook_says_so(
    tmp_path: Path, proof: str, standard: str
) -> None:
    path = write_ucsd_negatives(
        tmp_path,
        [("UCSD-PTGBM-0001_01", "PsP", proof)],
        header=("Acquisition ID", "Dx", "Pathology proven"),
    )
    assert read_negatives(path)[0]["reference_standard"].tolist() == [standard]


@pytest.mark.parametrize(
    "diagnosis",
    [
        "treatment effect",
        "no tumor",
        "not PsP",
        "no pseudoprogression",
        "recurrent tumor + necrosis",
        "true progression with necrosis",
        "PsP and residual tumour",
    ],
)
def test_a_diagnosis_that_denies_or_names_tumour_is_no_effect_and_noted(
    tmp_path: Path, diagnosis: str
) -> None:
    path = write_ucsd_negatives(tmp_path, [("UCSD-PTGBM-0001_01", diagnosis)])
    cases, notes = read_negatives(path)
    assert cases["effects"].to_dict() == {"UCSD-PTGBM-0001_01": ""}
    assert notes == [
        {
            "subject_id": "UCSD-PTGBM-0001",
            "check": "Dx could not be read, taken as unknown",
            "detail": repr(diagnosis),
        }
    ]


def test_a_footnote_is_passed_over_with_a_note(tmp_path: Path) -> None:
    rows = [("UCSD-PTGBM-0001_01", "PsP"), ("", ""), ("* PsP = pseudoprogression", "")]
    cases, notes = read_negatives(write_ucsd_negatives(tmp_path, rows))
    assert cases.index.tolist() == ["UCSD-PTGBM-0001_01"]
    assert [note["detail"] for note in notes] == ["row 4"]


def test_every_fault_of_the_negative_cases_is_told_at_once(tmp_path: Path) -> None:
    path = write_ucsd_negatives(
        tmp_path,
        [
            ("UCSD-PTGBM-0001_01", "PsP"),
            ("UCSD-PTGBM-0001_01", "tumour"),
            ("5/6/2004", "NS"),
        ],
    )
    with pytest.raises(TableError, match="2 faults") as caught:
        read_negatives(path)
    assert caught.value.faults == (
        "row 4, Acquisition ID: no study ID; expected one like UCSD-PTGBM-0001_01",
        "rows 2 and 3: UCSD-PTGBM-0001_01 more than once; two patients with one ID, or one "
        "entered twice?",
    )


def test_negative_cases_without_a_diagnosis_column_list_what_was_found(tmp_path: Path) -> None:
    path = write_ucsd_negatives(tmp_path, [("UCSD-PTGBM-0001_01", "x")], header=("ID", "Comment"))
    with pytest.raises(TableError, match="column 'Dx' is missing; found 'ID', 'Comment'"):
        read_negatives(path)


def test_a_workbook_that_is_not_there_raises(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"n\.xlsx is not a file"):
        read_negatives(tmp_path / "n.xlsx")
