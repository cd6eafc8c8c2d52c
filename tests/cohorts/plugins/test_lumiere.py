"""LUMIERE from its own layout to the cohort table."""

from pathlib import Path

import pytest

from psp_core.cohorts.plugins import lumiere
from psp_core.errors import AmbiguousInputError, MissingInputError, TableError
from tests.cohorts.weak_collections import (
    COMPLETENESS,
    MASK,
    write_lumiere,
    write_ratings,
    write_table,
    write_week,
)

ONE = {"Patient-001": [("week-000-1", "", "Pre-Op"), ("week-000-2", "", "Post-Op ")]}
COPY = "copy/Imaging/Patient-001/week-000-1"
LABELLED = {
    "Patient-001": [("week-000-1", "", "Pre-Op"), ("week-016", "x", "PD"), ("week-024", "", "SD")],
    "Patient-002": [("week-016", "", "PD"), ("week-024", "", "PD")],
    "Patient-003": [("week-016", "x", "PD"), ("week-024", "", "Post-Op")],
}


def test_one_row_per_scan_in_the_order_of_weeks(tmp_path: Path) -> None:
    weeks = [("week-040", "", "SD"), *ONE["Patient-001"], ("week-040-2", "", "PD")]
    loaded = lumiere.load_cohort(write_lumiere(tmp_path, {"Patient-001": weeks}))
    cohort = loaded.cohort
    assert cohort["timepoint"].tolist() == [0, 1, 2, 3]
    assert cohort["t1ce_file"].tolist() == [
        f"Imaging/Patient-001/week-{week}/CT1.nii.gz" for week in ("000-1", "000-2", "040", "040-2")
    ]
    assert cohort["lesion_mask_file"][0] == f"Imaging/Patient-001/week-000-1/{MASK}"
    assert set(cohort["label"]) == {"unlabelled"}
    assert cohort["days_since_rt"].isna().all()
    assert set(cohort["idh_status"]) == {"wildtype"}
    assert loaded.flow.dropped.empty


def test_time_since_radiotherapy_is_known_only_under_an_assumption(tmp_path: Path) -> None:
    weeks = [("week-008", "", "SD"), ("week-016", "", "SD")]
    root = write_lumiere(tmp_path, {"Patient-001": weeks})
    cohort = lumiere.load_cohort(root, rt_end_week=10).cohort
    assert cohort["days_since_rt"].tolist() == [-14, 42]


def test_weak_labels_mark_the_scan_of_the_early_progression(tmp_path: Path) -> None:
    loaded = lumiere.load_cohort(write_lumiere(tmp_path, LABELLED), weak_labels=True)
    labelled = loaded.cohort[loaded.cohort["label"] != "unlabelled"]
    assert labelled[["subject_id", "timepoint", "label", "reference_standard"]].values.tolist() == [
        ["Patient-001", 1, "pseudoprogression", "follow_up"]
    ]
    assert set(labelled["label_rule"]) == {"weak_next_rating"}
    assert loaded.flow.dropped["reason"].tolist() == [
        "no label: no early progression",
        "no label: operated before the next rating",
    ]
    last = loaded.flow.steps.iloc[-1]
    assert (last["n_remaining"], last["n_pseudoprogression"]) == (1, 1)


def test_an_assumed_end_and_window_find_more_labels(tmp_path: Path) -> None:
    root = write_lumiere(tmp_path, LABELLED)
    for window, label in ((6, "true_progression"), (5, "unlabelled")):
        loaded = lumiere.load_cohort(root, rt_end_week=10, window_weeks=window, weak_labels=True)
        second = loaded.cohort[loaded.cohort["subject_id"] == "Patient-002"]
        assert second["label"].tolist() == [label, "unlabelled"]


def test_a_label_without_its_scan_is_explained(tmp_path: Path) -> None:
    root = write_lumiere(tmp_path, {"Patient-001": LABELLED["Patient-001"]})
    (root / "Imaging/Patient-001/week-016/FLAIR.nii.gz").unlink()
    loaded = lumiere.load_cohort(root, weak_labels=True)
    assert set(loaded.cohort["label"]) == {"unlabelled"}
    assert loaded.cohort["timepoint"].tolist() == [0, 2]
    assert loaded.flow.dropped["reason"].tolist() == [
        "no label: no scan with T1CE and FLAIR of the early progression"
    ]


def test_what_misses_is_noted_and_never_stops_the_others(tmp_path: Path) -> None:
    root = write_lumiere(tmp_path, {**ONE, "Patient-002": [("week-001", "", "SD")]})
    write_week(root, "Patient-002", "week-001", empty=("FLAIR.nii.gz",))
    write_week(root, "Patient-001", "week-000-2", empty=("T2.nii.gz", MASK))
    write_week(root, "Patient-003", "week-001")
    (root / "Imaging/Patient-001/extra").mkdir()
    write_week(root / "copy", "Patient-001", "week-000-1")
    rows = [("Patient-001", "week-000-1", "x", "x", "x", "x")]
    write_table(root / "LUMIERE-datacompleteness.csv", COMPLETENESS, rows)
    (root / "Imaging/Patient-001/week-000-1/T1.nii.gz").unlink()
    rows = [(one, week, "", rating) for one, weeks in ONE.items() for week, _, rating in weeks]
    write_ratings(root, [*rows, ("Patient-009", "week-001", "", "SD")])
    (root / "Imaging/Patient-004/week 12").mkdir(parents=True)
    loaded = lumiere.load_cohort(root)
    assert loaded.flow.dropped[["subject_id", "reason"]].values.tolist() == [
        ["Patient-009", "in the clinical table alone"],
        ["Patient-002", "without FLAIR (file of zero bytes: FLAIR.nii.gz)"],
        ["Patient-004", "without T1 after contrast and FLAIR"],
    ]
    assert loaded.cohort["subject_id"].tolist() == ["Patient-001", "Patient-001", "Patient-003"]
    assert loaded.cohort["t2_file"].tolist()[1] == ""
    assert loaded.cohort["lesion_mask_file"].tolist()[1] == ""
    notes = loaded.notes[["subject_id", "check", "detail"]].values.tolist()
    for note in [
        ["Patient-001", "further copy of a time point, not used", COPY],
        ["Patient-001", "folder of no week, passed over", "'extra'"],
        ["Patient-001", "sequence of the table is not there", "T1"],
        ["Patient-001", "file of zero bytes", "T2.nii.gz"],
        ["Patient-001", "file of zero bytes", "ct1_seg_mask.nii.gz"],
        ["Patient-002", "file of zero bytes", "FLAIR.nii.gz"],
        ["Patient-003", "no row in the table of patients", ""],
        ["Patient-004", "folder of no week, passed over", "'week 12'"],
    ]:
        assert notes.count(note) == 1


def test_a_download_without_one_complete_scan_is_an_explained_empty_cohort(tmp_path: Path) -> None:
    root = write_lumiere(tmp_path, {"Patient-001": [("week-001", "", "SD")]})
    (root / "Imaging/Patient-001/week-001/CT1.nii.gz").unlink()
    loaded = lumiere.load_cohort(root)
    assert loaded.cohort.empty
    assert loaded.flow.steps["n_remaining"].tolist() == [1, 1, 0]


@pytest.mark.parametrize("mark", ["0", "1", "yes"])
def test_a_table_that_no_result_needs_stops_nothing(tmp_path: Path, mark: str) -> None:
    root = write_lumiere(tmp_path, ONE)
    rows = [("Patient-001", "week-000-1", mark), ("Patient-001", "week-000-2", mark)]
    write_table(root / "LUMIERE-datacompleteness.csv", COMPLETENESS, rows)
    loaded = lumiere.load_cohort(root)
    assert len(loaded.cohort) == 2
    told = loaded.notes["check"] == "table of the sequences could not be read, not used"
    assert told.sum() == 1
    assert f"CT1: '{mark}'; expected x" in loaded.notes["detail"][told].iloc[0]


def test_two_copies_of_a_table_raise(tmp_path: Path) -> None:
    root = write_lumiere(tmp_path, ONE)
    table = root / "LUMIERE-ExpertRating-v202211.csv"
    (root / "LUMIERE-ExpertRating-v202211 (1).csv").write_bytes(table.read_bytes())
    with pytest.raises(AmbiguousInputError, match="2 tables fit"):
        lumiere.load_cohort(root)


def test_a_missing_or_wrong_table_raises(tmp_path: Path) -> None:
    root = write_lumiere(tmp_path, ONE)
    table = root / "LUMIERE-Demographics_Pathology.csv"
    table.write_bytes(b"PK\x03\x04")
    with pytest.raises(TableError, match="Excel workbook"):
        lumiere.load_cohort(root)
    table.unlink()
    with pytest.raises(MissingInputError, match="LUMIERE-Demographics_Pathology"):
        lumiere.load_cohort(root)


def test_no_patient_raises(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="no folder named like Patient-001"):
        lumiere.load_cohort(tmp_path)


def test_the_licence_says_that_its_sources_disagree() -> None:
    assert "non-commercial" in lumiere.LICENCE
    assert "disagree" in lumiere.LICENCE
