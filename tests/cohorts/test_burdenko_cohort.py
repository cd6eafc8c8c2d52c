"""From table and images to the cohort: who stays, who leaves, and why."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from psp_core.acquisition.index import index_dicom
from psp_core.cohorts.burdenko import read_clinical_table, read_rt_end_dates
from psp_core.cohorts.burdenko_cohort import build_cohort, load_cohort
from psp_core.cohorts.flow import LoadedCohort


@pytest.fixture
def build(
    patient: Callable[..., dict[str, str]], write_clinical: Callable[..., Path], series_table
) -> Callable[..., LoadedCohort]:
    """Build a cohort of whole patients, and of those that leave for each reason."""

    def name(number: int) -> str:
        return f"Burdenko-GBM-{number:03d}"

    def make(**rules) -> LoadedCohort:
        distant = {"Response_2nd_fup": "distant progression"}
        rows = [
            patient(1),
            patient(2, {"Response_1st_fup": "pseudo progression", "Response_2nd_fup": "stable"}),
            patient(3, {"Response_2nd_fup": "stable"}),
            patient(4, distant),
            patient(5, {"AgeAtStudyDate": "8"}),
            patient(6),
            patient(7),
            patient(8),
            patient(9),
            patient(10),
            {"AnonymPatientID": name(11), "AnonymStudyDate": "5/6/04"},
        ]
        path = write_clinical(rows)
        for number in (1, 2, 3, 4, 5, 6, 7, 12):
            series_table.planning(name(number), "20040506").visit(name(number), 1, "20040708")
        for number in (1, 2, 3, 4, 5, 12):
            series_table.visit(name(number), 2, "20040816")
        series_table.visit(name(6), 2, "20040816", "MRCET1")
        series_table.visit(name(8), 2, "20040816")
        series_table.add(name(9), "Radiotherapy planning 00", "20040506", ("CT", "CT00CT"))
        series_table.visit(name(9), 2, "20040816")
        table = read_clinical_table(path)
        return build_cohort(table, read_rt_end_dates(path), series_table.table, **rules)

    return make


def test_every_patient_who_leaves_has_the_right_reason(build) -> None:
    dropped = build().flow.dropped.set_index("subject_id")["reason"]
    assert {subject[-3:]: reason for subject, reason in dropped.items()} == {
        "003": "no event",
        "004": "distant progression only",
        "005": "younger than 18 years",
        "006": "event visit without FLAIR",
        "007": "no images of the event visit",
        "008": "no planning study",
        "009": "no planning dose",
        "010": "no images",
        "011": "the row of the clinical table is blank",
        "012": "images without a row in the clinical table",
    }


def test_the_flow_counts_everyone(build) -> None:
    loaded = build()
    steps = loaded.flow.steps
    assert steps["n_remaining"].tolist() == [12, 9, 7, 6, 4, 2]
    assert steps["n_true_progression"].iloc[-1] == 1
    assert steps["n_pseudoprogression"].iloc[-1] == 1
    assert set(loaded.cohort["subject_id"]) == {"Burdenko-GBM-001", "Burdenko-GBM-002"}


def test_the_label_stands_at_the_event_visit_alone(build) -> None:
    cohort = build().cohort.set_index(["subject_id", "timepoint"])
    assert cohort.index.get_level_values("timepoint").tolist() == [0, 1, 2, 0, 1, 2]
    assert cohort["label"].tolist() == [
        "unlabelled", "unlabelled", "true_progression",
        "unlabelled", "pseudoprogression", "unlabelled",
    ]  # fmt: skip
    assert cohort["days_since_rt"].tolist() == [-52, 11, 50, -52, 11, 50]
    labelled = cohort[cohort["label"] != "unlabelled"]
    assert (labelled["label_rule"] == "first_non_distant").all()


def test_every_row_names_the_plan_and_its_own_images(build) -> None:
    cohort = build().cohort
    own = cohort[cohort["subject_id"] == "Burdenko-GBM-001"]
    assert len(set(own["dose_file"])) == 1
    assert len(set(own["t1ce_file"])) == 3
    assert (cohort[["ct_file", "structures_file", "plan_file"]] != "").all(axis=None)


def test_rules_move_patients_between_reasons(build) -> None:
    dropped = build(
        window_days=30, minimum_age_years=8, required_series=("t1ce",)
    ).flow.dropped.set_index("subject_id")["reason"]
    assert dropped["Burdenko-GBM-001"] == "the event is more than 30 days after radiotherapy"
    assert "Burdenko-GBM-002" not in dropped


def test_required_series_can_be_relaxed(build) -> None:
    dropped = build(required_series=("t1ce",)).flow.dropped["subject_id"].tolist()
    assert "Burdenko-GBM-006" not in dropped


def test_survival_ends_with_death_or_the_last_follow_up(
    patient, write_clinical, series_table
) -> None:
    path = write_clinical([patient(1, {"AnonymDeath": "6/27/05"}), patient(2)])
    for number in (1, 2):
        name = f"Burdenko-GBM-{number:03d}"
        series_table.planning(name, "20040506").visit(name, 2, "20040816")
    cohort = build_cohort(
        read_clinical_table(path), read_rt_end_dates(path), series_table.table
    ).cohort.drop_duplicates("subject_id")
    assert cohort["survival_days"].tolist() == [365, 50]
    assert cohort["survival_event"].tolist() == [1, 0]


def test_the_planning_day_is_that_of_the_table_and_a_disagreement_is_noted(
    patient, write_clinical, series_table
) -> None:
    path = write_clinical([patient(1), patient(2, {"AnonymStudyDate": " "})])
    for number in (1, 2):
        name = f"Burdenko-GBM-{number:03d}"
        series_table.planning(name, "20040206").visit(name, 2, "20040816")
    loaded = build_cohort(read_clinical_table(path), read_rt_end_dates(path), series_table.table)
    planned = loaded.cohort[loaded.cohort["timepoint"] == 0]
    assert planned["days_since_rt"].tolist() == [-52, -142]
    assert loaded.notes["check"].tolist() == ["planning dates of images and table disagree"]
    assert loaded.notes["days"].tolist() == [-90]


def test_a_name_in_place_of_a_study_id_is_never_repeated(
    patient, write_clinical, series_table
) -> None:
    path = write_clinical([patient(1)])
    series_table.planning("Doe^Jane", "20040506").add("Doe^Jane", "x", "20040506", ("MR", "y"))
    loaded = build_cohort(read_clinical_table(path), read_rt_end_dates(path), series_table.table)
    dropped = loaded.flow.dropped.set_index("subject_id")["reason"]
    assert dropped["not-a-study-ID"] == "images without a row in the clinical table"
    assert "Doe" not in loaded.flow.dropped.to_csv() + loaded.notes.to_csv()


def test_the_order_of_the_series_does_not_matter(patient, write_clinical, series_table) -> None:
    path = write_clinical([patient(1)])
    series_table.planning("Burdenko-GBM-001", "20040506").visit("Burdenko-GBM-001", 2, "20040816")
    arguments = (read_clinical_table(path), read_rt_end_dates(path))
    shuffled = series_table.table.sample(frac=1, random_state=0).reset_index(drop=True)
    pd.testing.assert_frame_equal(
        build_cohort(*arguments, shuffled).cohort,
        build_cohort(*arguments, series_table.table).cohort,
    )


def test_a_download_on_disk_is_read_and_a_series_with_a_lost_file_is_noted(
    patient, write_clinical, write_dicom, tmp_path: Path
) -> None:
    write_clinical([patient(1)])
    names = {"PatientID": "Burdenko-GBM-001", "StudyDate": "20040506"}
    planning = names | {"StudyDescription": "Radiotherapy planning 00"}
    visit = names | {"StudyDescription": "Control visit 2", "StudyDate": "20040816"}
    for kind in ("CT", "RTDOSE"):
        write_dicom(tmp_path / "0" / kind / "1.dcm", kind, **planning)
    for description in ("MRCET1", "MR0T2FLAIR"):
        write_dicom(tmp_path / "2" / description / "1.dcm", "MR", description, **visit)
    lost = write_dicom(tmp_path / "2" / "MRCET1" / "2.dcm", "MR", "MRCET1", **visit)
    lost.write_bytes(lost.read_bytes()[:-2])
    loaded = load_cohort(index_dicom(tmp_path), tmp_path)
    assert loaded.cohort["label"].tolist() == ["true_progression"]
    assert loaded.notes["check"].tolist() == ["series lacks files"]
    assert loaded.notes["detail"].tolist() == ["t1ce: 1 unusable"]
