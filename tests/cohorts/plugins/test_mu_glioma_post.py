"""MU-Glioma-Post as downloaded: days and status, no label unless a weak one is asked for."""

from pathlib import Path

import pytest

from psp_core.cohorts.plugins.mu_glioma_post import load_cohort
from psp_core.errors import ConfigError, MissingInputError, TableError
from tests.cohorts.collections_on_disk import (
    MU_IMAGES,
    MU_MRI,
    MU_PROGRESSION,
    MU_RT_END,
    write_mu_clinical,
    write_mu_scan,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Four patients with images, one of them without FLAIR and one not in the workbook."""
    for timepoint in (1, 2, 3):
        write_mu_scan(tmp_path, "PatientID_0003", timepoint)
    write_mu_scan(tmp_path, "PatientID_0005", 1, names=MU_IMAGES[:-1], empty=MU_IMAGES[-1:])
    write_mu_scan(tmp_path, "PatientID_0006", 2, names=("brain_t1c", "tumorMask"))
    write_mu_scan(tmp_path, "PatientID_0010", 7)
    write_mu_clinical(
        tmp_path,
        {MU_MRI[2]: 185},
        {"Patient_ID": "PatientID_0005", MU_PROGRESSION: "NA", MU_RT_END: "NA"},
        {"Patient_ID": "PatientID_0006"},
        {"Patient_ID": "PatientID_0099"},
    )
    return tmp_path


def test_days_count_from_the_end_of_radiotherapy_and_the_age_grows(root: Path) -> None:
    loaded = load_cohort(root)
    cohort = loaded.cohort
    assert cohort["subject_id"].tolist() == [
        *["PatientID_0003"] * 3,
        "PatientID_0005",
        "PatientID_0010",
    ]
    assert cohort["days_since_rt"].tolist()[:3] == [-60, 70, 105]
    assert cohort["days_since_rt"].isna().tolist()[3:] == [True, True]
    assert cohort["age_years"].iloc[2] == pytest.approx(54 + 185 / 365.25)
    assert cohort["total_dose_gy"].iloc[0] == 60
    assert cohort["idh_status"].tolist() == [*["wildtype"] * 4, "unknown"]
    assert (cohort["label"] == "unlabelled").all()
    assert (cohort["label_rule"] == "").all()
    for column in ("t1_file", "t1ce_file", "t2_file", "flair_file", "lesion_mask_file"):
        assert (root / cohort[column][0]).is_file()
    assert cohort["lesion_mask_file"].iloc[3] == ""


def test_every_lost_patient_has_a_reason_and_every_oddity_a_note(root: Path) -> None:
    loaded = load_cohort(root)
    assert loaded.flow.steps["n_remaining"].tolist() == [5, 4, 3]
    assert loaded.flow.dropped[["subject_id", "reason"]].to_numpy().tolist() == [
        ["PatientID_0099", "in the clinical table alone"],
        ["PatientID_0006", "without FLAIR"],
    ]
    assert loaded.notes[["subject_id", "check", "detail"]].to_numpy().tolist() == [
        [
            "PatientID_0005",
            "file of zero bytes",
            "PatientID_0005_Timepoint_1_tumorMask.nii.gz",
        ],
        ["PatientID_0006", "time point not used", "without FLAIR"],
        ["PatientID_0010", "patient is not in the clinical workbook", ""],
    ]


def test_weak_labels_are_true_progression_at_the_nearest_time_point_alone(root: Path) -> None:
    loaded = load_cohort(root, weak_labels=True)
    labels = loaded.cohort["label"].tolist()
    assert labels == ["unlabelled", "true_progression", *["unlabelled"] * 3]
    assert loaded.cohort["label_rule"].iloc[1] == "first_progression_within_30_days"
    assert (loaded.cohort["reference_standard"] == "unknown").all()
    assert loaded.flow.steps["n_true_progression"].iloc[-1] == 1
    reasons = loaded.flow.dropped.set_index("subject_id")["reason"]
    assert reasons["PatientID_0005"] == "no label: no day of first progression"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({MU_PROGRESSION: 110}, "no time point after radiotherapy within 30 days of the progress"),
        ({MU_PROGRESSION: 20}, "no time point after radiotherapy within 30 days"),
        ({MU_RT_END: None}, "no day of the end of radiotherapy"),
        ({MU_PROGRESSION: None}, "no day of first progression"),
    ],
)
def test_a_progression_without_a_time_point_labels_nothing(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    for timepoint in (1, 2):
        write_mu_scan(tmp_path, "PatientID_0003", timepoint)
    write_mu_clinical(tmp_path, changes)
    loaded = load_cohort(tmp_path, weak_labels=True)
    assert (loaded.cohort["label"] == "unlabelled").all()
    assert loaded.flow.dropped["reason"].iloc[0].startswith(f"no label: {reason}")


def test_the_tolerance_is_a_parameter(root: Path) -> None:
    loaded = load_cohort(root, weak_labels=True, progression_tolerance_days=9)
    assert (loaded.cohort["label"] == "unlabelled").all()
    with pytest.raises(ConfigError, match="progression_tolerance_days is -1; expected 0 or more"):
        load_cohort(root, progression_tolerance_days=-1)


def test_a_download_without_scans_or_workbook_raises(root: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="no folder named like PatientID_0003/Timepoint_1"):
        load_cohort(tmp_path / "none")
    path = next(root.glob("*.xlsx"))
    assert len(load_cohort(root / "PKG - MU-Glioma-Post", clinical_table=path).cohort) == 5
    path.unlink()
    with pytest.raises(MissingInputError, match=r"no file named like \*mu\*glioma\*post\*clinical"):
        load_cohort(root)


def test_a_faulty_workbook_raises(root: Path) -> None:
    write_mu_clinical(root, {}, {})
    with pytest.raises(TableError, match="rows 2 and 3: PatientID_0003 more than once"):
        load_cohort(root)


def test_a_day_that_cannot_be_is_unknown_and_stops_nobody(root: Path) -> None:
    write_mu_clinical(
        root,
        {MU_RT_END: 4000, "Age at diagnosis": 119.99},
        {"Patient_ID": "PatientID_0005", MU_MRI[0]: 100},
    )
    loaded = load_cohort(root)
    cohort = loaded.cohort
    assert cohort["days_since_rt"].isna().tolist()[0]
    assert cohort["days_since_rt"].iloc[3] == 20
    odd = loaded.notes[loaded.notes["check"].str.endswith("cannot be, taken as unknown")]
    assert odd[["subject_id", "visit_number", "detail"]].to_numpy().tolist() == [
        ["PatientID_0003", 1, "-3980"],
        ["PatientID_0003", 1, "120.045"],
        ["PatientID_0003", 2, "-3850"],
        ["PatientID_0003", 2, "120.401"],
    ]


def test_an_age_needs_the_day_of_the_scan(root: Path) -> None:
    write_mu_clinical(root, {MU_MRI[0]: "LTF"})
    cohort = load_cohort(root).cohort
    assert cohort["age_years"].isna().tolist()[:2] == [True, False]


def test_a_download_without_a_usable_scan_gives_an_empty_cohort(tmp_path: Path) -> None:
    write_mu_scan(tmp_path, "PatientID_0003", 1, names=("brain_t2w",))
    write_mu_clinical(tmp_path, {})
    assert load_cohort(tmp_path, weak_labels=True).cohort.empty
