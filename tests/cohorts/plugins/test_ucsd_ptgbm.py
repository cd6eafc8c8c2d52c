"""UCSD-PTGBM as downloaded: who has which label, and why the others have none."""

from pathlib import Path

import pandas as pd
import pytest

from psp_core.cohorts.plugins.ucsd_ptgbm import load_cohort
from psp_core.cohorts.schema import read_cohort
from psp_core.errors import ConfigError, MissingInputError, TableError
from tests.cohorts.collections_on_disk import (
    LAST_RADIATION,
    UCSD_IMAGES,
    UCSD_TEST,
    write_ucsd_clinical,
    write_ucsd_negatives,
    write_ucsd_scan,
)


def scan_id(patient: int, timepoint: int = 1) -> str:
    return f"UCSD-PTGBM-{patient:04d}_{timepoint:02d}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Six time points of five patients in both packages, with both workbooks."""
    write_ucsd_scan(tmp_path, scan_id(1, 1))
    write_ucsd_scan(tmp_path, scan_id(1, 2))
    for patient in (2, 3, 4):
        write_ucsd_scan(tmp_path, scan_id(patient))
    write_ucsd_scan(
        tmp_path,
        scan_id(149, 2),
        package=UCSD_TEST,
        names=UCSD_IMAGES[:-1],
        empty=("total_cellular_tumor_seg", "BraTS_tumor_seg"),
    )
    days = {(1, 1): -30, (1, 2): -400, (2, 1): -60, (3, 1): -60, (4, 1): None, (149, 2): -180}
    write_ucsd_clinical(
        tmp_path,
        *({"ID": scan_id(*scan), LAST_RADIATION: day} for scan, day in days.items()),
    )
    cases = [(scan_id(2), "PsP"), (scan_id(3), "Radiation necrosis")]
    write_ucsd_negatives(tmp_path, cases)
    return tmp_path


def labels(root: Path, **options) -> list[str]:
    return [label.split("_")[0] for label in load_cohort(root, **options).cohort["label"]]


def test_listed_is_pseudoprogression_and_not_listed_is_true_progression(root: Path) -> None:
    loaded = load_cohort(root)
    cohort = loaded.cohort
    keys = list(zip(cohort["subject_id"], cohort["timepoint"], strict=True))
    assert keys[:2] == [("UCSD-PTGBM-0001", 1), ("UCSD-PTGBM-0001", 2)]
    assert cohort["label"].tolist() == [
        "true_progression",
        "unlabelled",
        "pseudoprogression",
        "unlabelled",
        "unlabelled",
        "true_progression",
    ]
    assert cohort["label_rule"].iloc[0] == "listed_psp+days_0_to_180"
    assert cohort["label_rule"].iloc[1] == ""
    assert cohort["reference_standard"].unique().tolist() == ["unknown"]
    assert cohort["days_since_rt"].tolist()[:4] == [30, 400, 60, 60]
    assert (root / cohort["lesion_mask_file"][0]).is_file()
    told = loaded.notes[loaded.notes["check"] == "time point without a label"]
    assert told["detail"].tolist() == [
        "more than 180 days after the last radiation",
        "listed as radiation_necrosis, which the rule does not count",
        "no day of the last radiation",
    ]
    assert loaded.flow.dropped[["subject_id", "reason"]].to_numpy().tolist() == [
        [
            "UCSD-PTGBM-0003",
            "no label: listed as radiation_necrosis, which the rule does not count",
        ],
        ["UCSD-PTGBM-0004", "no label: no day of the last radiation"],
    ]
    assert loaded.flow.steps.iloc[-1][["n_true_progression", "n_pseudoprogression"]].tolist() == [
        2,
        1,
    ]


def test_the_rule_is_a_parameter(root: Path) -> None:
    assert labels(root, treatment_effect=("psp", "radiation_necrosis"))[3] == "pseudoprogression"
    assert labels(root, latest_days_since_rt=None)[1] == "true"
    assert labels(root, earliest_days_since_rt=45)[0] == "unlabelled"
    assert labels(root, latest_days_since_rt=179)[5] == "unlabelled"
    rule = load_cohort(root, earliest_days_since_rt=None, latest_days_since_rt=None).cohort
    assert rule["label_rule"].iloc[0] == "listed_psp+days_any_to_any"


def test_files_of_zero_bytes_are_left_out_with_a_note_and_the_patient_stays(root: Path) -> None:
    loaded = load_cohort(root)
    last = loaded.cohort.iloc[-1]
    assert last["subject_id"] == "UCSD-PTGBM-0149"
    assert last["lesion_mask_file"] == ""
    empty = loaded.notes[loaded.notes["check"] == "file of zero bytes"]
    assert empty["subject_id"].unique().tolist() == ["UCSD-PTGBM-0149"]
    assert empty["detail"].tolist() == [
        "UCSD-PTGBM-0149_02_BraTS_tumor_seg.nii.gz",
        "UCSD-PTGBM-0149_02_total_cellular_tumor_seg.nii.gz",
    ]


def test_each_package_alone_is_read(root: Path) -> None:
    tables = {"clinical_table": next(root.glob("UCSD*.xlsx"))}
    assert len(load_cohort(root / UCSD_TEST, **tables).cohort) == 1
    assert len(load_cohort(root / "PKG - UCSD-PTGBM-v1", **tables).cohort) == 5


def test_without_the_workbook_of_negative_cases_nothing_is_labelled(root: Path) -> None:
    next(root.glob("details*")).unlink()
    loaded = load_cohort(root)
    assert (loaded.cohort["label"] == "unlabelled").all()
    check = "no workbook of negative cases, so nothing is labelled"
    assert loaded.notes["check"].tolist().count(check) == 1
    assert set(loaded.flow.dropped["reason"]) == {"no label: no workbook of negative cases"}
    with pytest.raises(MissingInputError, match=r"n\.xlsx is not a file"):
        load_cohort(root, negative_table=root / "n.xlsx")


def test_a_listed_case_without_a_diagnosis_has_no_label(root: Path) -> None:
    cases = [(scan_id(1), "PsP / NS", "yes"), (scan_id(2), "", ""), (scan_id(3), "PsP", "yes")]
    write_ucsd_negatives(root, cases, header=("ID", "Dx", "Pathology"))
    cohort = load_cohort(root).cohort
    assert cohort["label"].iloc[[0, 2]].tolist() == ["unlabelled", "unlabelled"]
    assert cohort["label"].iloc[3] == "pseudoprogression"
    assert cohort["reference_standard"].iloc[[0, 3]].tolist() == ["unknown", "histology"]


def test_what_only_one_source_knows_is_told(root: Path) -> None:
    write_ucsd_scan(root, scan_id(9))
    write_ucsd_scan(root, scan_id(8), names=("T1post", "T2"))
    days = ((1, 1), (2, 1), (7, 1))
    write_ucsd_clinical(root, *({"ID": scan_id(*scan)} for scan in days))
    write_ucsd_negatives(root, [(scan_id(6), "PsP")])
    loaded = load_cohort(root)
    told = {subject: set(notes["check"]) for subject, notes in loaded.notes.groupby("subject_id")}
    assert told["UCSD-PTGBM-0006"] == {"negative case is not in the clinical workbook"}
    assert told["UCSD-PTGBM-0007"] == {"time point in the clinical workbook alone"}
    assert told["UCSD-PTGBM-0008"] == {"time point not used"}
    assert told["UCSD-PTGBM-0009"] == {"time point is not in the clinical workbook"}
    reasons = dict(loaded.flow.dropped[["subject_id", "reason"]].to_numpy().tolist())
    assert reasons["UCSD-PTGBM-0007"] == "in the clinical table alone"
    assert reasons["UCSD-PTGBM-0008"] == "without FLAIR"
    assert reasons["UCSD-PTGBM-0009"] == "no label: not in the clinical workbook"
    row = loaded.cohort.set_index("subject_id").loc["UCSD-PTGBM-0009"]
    assert (row["sex"], row["label"]) == ("unknown", "unlabelled")


def test_a_download_without_a_usable_scan_gives_an_empty_cohort(tmp_path: Path) -> None:
    write_ucsd_scan(tmp_path, scan_id(1), names=("T2",))
    write_ucsd_clinical(tmp_path, {})
    loaded = load_cohort(tmp_path)
    assert loaded.cohort.empty
    assert loaded.flow.steps["n_remaining"].tolist() == [1, 1, 0, 0]


def test_a_rule_that_cannot_be_raises(root: Path) -> None:
    with pytest.raises(ConfigError, match="treatment_effect has 'PsP'; expected one of psp, rad"):
        load_cohort(root, treatment_effect=("PsP",))


def test_a_download_without_scans_or_workbook_raises(root: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="no folder named like UCSD-PTGBM-0001_01 under"):
        load_cohort(tmp_path / "none")
    next(root.glob("UCSD*.xlsx")).unlink()
    with pytest.raises(MissingInputError, match=r"no file named like \*ptgbm\*clinical\*\.xlsx"):
        load_cohort(root)


def test_a_faulty_workbook_raises(root: Path) -> None:
    write_ucsd_clinical(root, {}, {"Sex at birth": "F"})
    with pytest.raises(TableError, match="UCSD-PTGBM-0001 is both F and M"):
        load_cohort(root)


def test_a_patient_who_was_irradiated_again_is_kept(root: Path) -> None:
    write_ucsd_clinical(
        root,
        {"Patient's Age": 50, LAST_RADIATION: -40},
        {"ID": scan_id(1, 2), "Patient's Age": 54, LAST_RADIATION: -60},
        {"ID": scan_id(2), LAST_RADIATION: -10},
    )
    cohort = load_cohort(root).cohort
    assert cohort["days_since_rt"].tolist()[:3] == [40, 60, 10]
    cohort.to_parquet(root / "cohort.parquet")
    assert read_cohort(root / "cohort.parquet")["age_years"].tolist()[:2] == [50, 54]


def test_a_diagnosis_that_is_not_understood_gives_no_label(root: Path) -> None:
    write_ucsd_negatives(root, [(scan_id(2), "treatment effect"), (scan_id(3), "not PsP")])
    loaded = load_cohort(root)
    assert loaded.cohort["label"].iloc[2:4].tolist() == ["unlabelled", "unlabelled"]
    odd = loaded.notes[loaded.notes["check"].str.startswith("Dx could not")]
    assert odd["subject_id"].tolist() == ["UCSD-PTGBM-0002", "UCSD-PTGBM-0003"]


def test_the_newer_of_two_clinical_workbooks_is_read_and_the_other_noted(root: Path) -> None:
    before = load_cohort(root).cohort
    old = write_ucsd_clinical(root / "download_20260313", {"ID": scan_id(9)})
    old.rename(old.with_name("UCSD_PTGBM-clinical-information_v2.xlsx"))
    loaded = load_cohort(root)
    pd.testing.assert_frame_equal(loaded.cohort, before)
    notes = loaded.notes.set_index("check")["detail"]
    told = notes["another table of this name, not used"]
    assert told == "UCSD_PTGBM-clinical-information_v2.xlsx"
