"""CFB-GBM from its own layout to the cohort table, and on to a dose in Gy."""

import math
from pathlib import Path

import numpy as np
import pytest

from psp_core.acquisition.volume import read_volume
from psp_core.cohorts.plugins import cfb_gbm
from psp_core.cohorts.plugins.cfb_gbm import weak_label
from psp_core.errors import MissingInputError, TableError
from psp_core.preprocessing.cases import list_cases
from psp_core.preprocessing.planning import dose_of
from psp_core.runs import open_run
from tests.cohorts.weak_collections import (
    IMAGING,
    MRI,
    PD,
    SD,
    TREATMENT,
    write_cfb,
    write_image,
    write_rano,
    write_time,
    write_tsv,
)

PARAMS = Path(__file__).parents[3] / "params" / "ci.yaml"


def test_three_scans_share_the_dose_of_t0(tmp_path: Path) -> None:
    loaded = cfb_gbm.load_cohort(write_cfb(tmp_path))
    cohort = loaded.cohort
    assert cohort["subject_id"].tolist() == ["001"] * 3
    assert cohort["timepoint"].tolist() == [0, 1, 2]
    assert cohort["t1ce_file"].tolist() == [f"001/t{n}/1_t{n}_t1gd.nii.gz" for n in range(3)]
    assert cohort["lesion_mask_file"].tolist() == [f"001/t{n}/1_t{n}_gtv.nii.gz" for n in range(3)]
    assert set(cohort["dose_file"]) == {"001/t0/1_t0_rtdose.nii.gz"}
    assert set(cohort["ct_file"]) == {""}
    assert set(zip(cohort["total_dose_gy"], cohort["fractions"], strict=True)) == {(60.0, 30.0)}
    assert set(cohort["survival_event"]) == {1.0}
    assert loaded.flow.dropped.empty


def test_days_count_from_the_estimated_end_of_radiotherapy(tmp_path: Path) -> None:
    loaded = cfb_gbm.load_cohort(write_cfb(tmp_path))
    assert loaded.cohort["days_since_rt"].tolist() == [-62, 7 * 17 - 62, 7 * 29 - 62]
    assert (loaded.notes["check"] == "end of radiotherapy").sum() == 1


def test_a_blank_schedule_leaves_time_and_dose_unknown(tmp_path: Path) -> None:
    root = write_cfb(tmp_path)
    write_tsv(root, "treatment_data", TREATMENT, [("1",)], version="v02_20260129")
    cohort = cfb_gbm.load_cohort(root).cohort
    assert cohort[["days_since_rt", "total_dose_gy", "fractions"]].isna().all(axis=None)


def test_padded_file_names_and_folders_below_are_found_too(tmp_path: Path) -> None:
    root = write_cfb(tmp_path)
    (root / "NIfTI").mkdir()
    write_time(root / "NIfTI", "012", "t0", names=("t1gd", "flair", "brain_mask"), padded=True)
    cohort = cfb_gbm.load_cohort(root).cohort
    (row,) = cohort[cohort["subject_id"] == "012"].to_dict("records")
    assert row["t1ce_file"] == "NIfTI/012/t0/012_t0_t1gd.nii.gz"
    assert row["brain_mask_file"] == "NIfTI/012/t0/012_t0_brain_mask.nii.gz"
    assert row["dose_file"] == ""


@pytest.mark.parametrize(
    ("at_t1", "at_t2", "days", "label", "reason"),
    [
        ("PD", "PD", 0, "true_progression", ""),
        ("PD", "SD", 84, "pseudoprogression", ""),
        ("PD", "MR", 50, "pseudoprogression", ""),
        ("PD", "", 50, "unlabelled", "no response at t2"),
        ("PD", "PD", 85, "unlabelled", "growth at t1 outside the window"),
        ("PD", "PD", -1, "unlabelled", "growth at t1 outside the window"),
        ("PD", "PD", math.nan, "unlabelled", "end of radiotherapy or time of t1 unknown"),
        ("SD", "PD", 50, "unlabelled", "no growth at t1"),
        ("", "PD", 50, "unlabelled", "no response at t1"),
    ],
)
def test_t2_decides_about_early_growth(
    at_t1: str, at_t2: str, days: float, label: str, reason: str
) -> None:
    assert weak_label(at_t1, at_t2, days_at_t1=days, window_weeks=12) == (label, reason)


def test_weak_labels_mark_the_scan_of_t1(tmp_path: Path) -> None:
    root = write_cfb(tmp_path, (1, 2, 3, 4))
    write_rano(root, [("1", PD, PD), ("2", PD, SD), ("3", SD, PD), ("4", PD, PD)])
    (root / "004/t1/4_t1_flair.nii.gz").unlink()
    loaded = cfb_gbm.load_cohort(root, weak_labels=True)
    labelled = loaded.cohort[loaded.cohort["label"] != "unlabelled"]
    assert labelled[["subject_id", "timepoint", "label"]].values.tolist() == [
        ["001", 1, "true_progression"],
        ["002", 1, "pseudoprogression"],
    ]
    assert loaded.flow.dropped[["subject_id", "reason"]].values.tolist() == [
        ["003", "no label: no growth at t1"],
        ["004", "no label: no scan with T1CE and FLAIR of the early growth"],
    ]
    last = loaded.flow.steps.iloc[-1]
    assert (last["n_true_progression"], last["n_pseudoprogression"]) == (1, 1)
    shorter = cfb_gbm.load_cohort(root, weak_labels=True, window_weeks=8).cohort
    assert set(shorter["label"]) == {"unlabelled"}
    assert set(cfb_gbm.load_cohort(root).cohort["label"]) == {"unlabelled"}


def test_weak_labels_need_the_table_of_responses(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="no file named like CFB-GBM_rano_criteria"):
        cfb_gbm.load_cohort(write_cfb(tmp_path), weak_labels=True)


def test_what_misses_is_noted_and_never_stops_the_others(tmp_path: Path) -> None:
    root = write_cfb(tmp_path, (1, 2, 3))
    write_time(root, "001", "t1", empty="gtv")
    write_time(root, "001", "t0", names=("rtdose",), empty="rtdose")
    for time in ("t0", "t1", "t2"):
        write_time(root, "002", time, empty="t1gd")
    for file in sorted((root / "003").rglob("*.nii.gz")):
        file.unlink()
    for folder in [*sorted((root / "003").iterdir()), root / "003"]:
        folder.rmdir()
    write_time(root, "009", "t0")
    (root / "010").mkdir()
    write_time(root / "copy", "001", "t0")
    write_tsv(root, "mri_availability", MRI, [("1", "t0", "0")], version="v01_20250101")
    loaded = cfb_gbm.load_cohort(root)
    assert loaded.flow.dropped[["subject_id", "reason"]].values.tolist() == [
        ["003", "in the clinical table alone"],
        [
            "002",
            "without T1 after contrast (file of zero bytes: 2_t0_t1gd.nii.gz); without T1 "
            "after contrast (file of zero bytes: 2_t1_t1gd.nii.gz); without T1 after contrast "
            "(file of zero bytes: 2_t2_t1gd.nii.gz)",
        ],
        ["010", "without T1 after contrast and FLAIR"],
    ]
    first = loaded.cohort[loaded.cohort["subject_id"] == "001"]
    assert set(first["dose_file"]) == {""}
    assert first["lesion_mask_file"].tolist()[1] == ""
    notes = loaded.notes[loaded.notes["check"] != ""]
    told = set(zip(notes["subject_id"], notes["check"], notes["detail"], strict=True))
    assert told >= {
        ("", "another table of this name, not used", "CFB-GBM_mri_availability_v01_20250101.tsv"),
        ("001", "further copy of a time point, not used", "copy/001/t0"),
        ("001", "file of zero bytes", "1_t0_rtdose.nii.gz"),
        ("001", "file of zero bytes", "1_t1_gtv.nii.gz"),
        ("002", "file of zero bytes", "2_t0_t1gd.nii.gz"),
        ("009", "no row in the clinical table", ""),
    }


def test_a_mask_of_t0_that_a_program_drew_is_noted(tmp_path: Path) -> None:
    root = write_cfb(tmp_path, (1, 2))
    path = root / "CFB-GBM_treatment_imaging_availability_v03_20260619.tsv"
    text = path.read_bytes().replace(b"2\tt0\t1\thuman", b"2\tt0\t1\tgen")
    path.write_bytes(text)
    check = "lesion mask of t0 drawn by a program"
    notes = cfb_gbm.load_cohort(root).notes
    assert notes[notes["check"] == check]["subject_id"].tolist() == ["002"]
    path.unlink()
    assert check not in set(cfb_gbm.load_cohort(root).notes["check"])


@pytest.mark.parametrize("kind", ["-", "human", "0"])
def test_a_table_that_no_result_needs_stops_nothing(tmp_path: Path, kind: str) -> None:
    root = write_cfb(tmp_path)
    rows = [("1", "t0", "1", "genSegmentation"), ("1", "t0", "1", kind)]
    write_tsv(root, "treatment_imaging_availability", IMAGING, rows)
    loaded = cfb_gbm.load_cohort(root)
    assert len(loaded.cohort) == 3
    told = loaded.notes["check"] == "table of who drew the masks could not be read, not used"
    assert told.sum() == 1
    assert "rows 2 and 3: patient 001 at t0" in loaded.notes["detail"][told].iloc[0]


def test_a_table_of_commas_or_no_table_raises(tmp_path: Path) -> None:
    root = write_cfb(tmp_path)
    path = root / "CFB-GBM_clinical_data_v03_20260619.tsv"
    path.write_bytes(path.read_bytes().replace(b"\t", b","))
    with pytest.raises(TableError, match="separated by commas; save with tabs"):
        cfb_gbm.load_cohort(root)
    path.unlink()
    with pytest.raises(MissingInputError, match="no file named like CFB-GBM_clinical_data"):
        cfb_gbm.load_cohort(root)


def test_no_patient_raises(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="no folder named like 001"):
        cfb_gbm.load_cohort(tmp_path)


def test_the_dose_that_the_cohort_names_is_read_in_gy(tmp_path: Path) -> None:
    root = write_cfb(tmp_path / "data")
    write_image(root / "001/t0/1_t0_rtdose.nii.gz", 58.5, shape=(6, 4, 4))
    write_rano(root, [("1", PD, SD)])
    cohort = cfb_gbm.load_cohort(root, weak_labels=True).cohort
    dose = read_volume(root / cohort["dose_file"][1])
    assert np.unique(dose.values).tolist() == [58.5]
    run = open_run(PARAMS, tmp_path / "run")
    (case,) = list_cases(run, cfb_gbm.NAME, root, cohort)
    arrays, record = dose_of(case)
    assert (case.key, case.previous_timepoint) == ("cfb_gbm/001/001", 0)
    assert record["reason"] == ""
    assert (record["prescription_gy"], record["fractions"]) == (60.0, 30.0)
    assert record["completeness"] == "complete"
    assert np.unique(arrays["dose"]).tolist() == [58.5]
    assert "ct" not in case.files
