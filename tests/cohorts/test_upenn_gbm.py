"""UPENN-GBM: baselines without label, scored follow-ups with one."""

from pathlib import Path

import pytest

from psp_core.cohorts.upenn_gbm import load_cohort, read_scores
from psp_core.errors import ConfigError, MissingInputError

HEADER = (
    "ID,Gender,Age_at_scan_years,Survival_from_surgery_days_UPDATED,Survival_Status,"
    "Survival_Censor,IDH1,MGMT,KPS,GTR_over90percent,Time_since_baseline_preop,PsP_TP_score"
)
ROW = "F,57,420,Deceased,1,Wildtype,Methylated,80,Y"


def write(root: Path, lines: list[str], scans: list[str], version: str = "2.1") -> None:
    for scan in scans:
        folder = root / "NIfTI-files" / "images_structural" / f"UPENN-GBM-{scan}"
        folder.mkdir(parents=True)
        for kind in ("T1", "T1GD", "T2", "FLAIR"):
            (folder / f"{folder.name}_{kind}.nii.gz").write_bytes(b"x")
    rows = [f"UPENN-GBM-{line.replace('*', ROW)}" for line in lines]
    table = root / f"UPENN-GBM_clinical_info_v{version}.csv"
    table.write_text("\n".join([HEADER, *rows]) + "\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lines = [
        "00001_11,*,0,", "00001_21,*,300,3", "00002_11,*,0,", "00003_21,*,200,4",
        "00004_21,*,,Not Available", "00005_11,*,0,", "00006_11,*,0,", "00006_21,*,80,6",
    ]  # fmt: skip
    scans = ["00001_11", "00001_21", "00002_11", "00003_21", "00004_21", "00006_11", "00007_21"]
    write(tmp_path, lines, scans)
    return tmp_path


def test_only_scored_follow_ups_have_a_label(root: Path) -> None:
    cohort = load_cohort(root).cohort
    told = cohort[["subject_id", "timepoint", "label"]].to_numpy().tolist()
    assert told == [
        ["UPENN-GBM-00001", 0, "unlabelled"],
        ["UPENN-GBM-00001", 1, "pseudoprogression"],
        ["UPENN-GBM-00002", 0, "unlabelled"],
        ["UPENN-GBM-00003", 1, "true_progression"],
        ["UPENN-GBM-00004", 1, "unlabelled"],
        ["UPENN-GBM-00006", 0, "unlabelled"],
        ["UPENN-GBM-00007", 1, "unlabelled"],
    ]
    labelled = cohort[cohort["label"] != "unlabelled"]
    assert set(labelled["reference_standard"]) == {"histology"}
    assert set(labelled["label_rule"]) == {"psp_tp_score <= 3"}
    assert set(cohort["dataset"]) == {"upenn_gbm"}
    assert cohort["days_since_rt"].isna().all()
    assert cohort["survival_days"].tolist()[0] == 420


def test_the_cut_is_a_parameter(root: Path) -> None:
    labels = load_cohort(root, label_cut=2).cohort.set_index(["subject_id", "timepoint"])["label"]
    assert labels["UPENN-GBM-00001", 1] == "true_progression"


@pytest.mark.parametrize("label_cut", [0, 6, 9])
def test_a_cut_that_leaves_a_class_without_scores_raises(tmp_path: Path, label_cut: int) -> None:
    with pytest.raises(ConfigError, match="does not part the scores 1 to 6"):
        load_cohort(tmp_path, label_cut=label_cut)


def test_every_patient_who_leaves_has_a_reason(root: Path) -> None:
    flow = load_cohort(root).flow
    assert flow.dropped.set_index("subject_id")["reason"].to_dict() == {
        "UPENN-GBM-00005": "in the clinical table alone",
        "UPENN-GBM-00002": "no label: a baseline, before any treatment",
        "UPENN-GBM-00004": "no label: second surgery without score",
        "UPENN-GBM-00006": "no label: a baseline, before any treatment",
        "UPENN-GBM-00007": "no label: no row in the clinical table",
    }
    last = flow.steps.iloc[-1]
    assert (last["n_remaining"], last["n_pseudoprogression"]) == (2, 1)


def test_what_is_odd_is_noted(root: Path) -> None:
    notes = load_cohort(root).notes
    told = dict(zip(notes["check"], notes["subject_id"], strict=True))
    assert told["scan without a row in the clinical table"] == "UPENN-GBM-00007"
    assert told["row of the clinical table without usable images"] == "UPENN-GBM-00006"
    assert "survival counts from surgery, not radiotherapy" in told


def test_the_newest_table_is_read_unless_another_is_given(root: Path) -> None:
    write(root, ["00001_21,*,300,1"], [], version="1.0")
    loaded = load_cohort(root)
    assert "UPENN-GBM_clinical_info_v1.0.csv" in set(loaded.notes["detail"])
    old = root / "UPENN-GBM_clinical_info_v1.0.csv"
    assert read_scores(root, clinical_table=old)["psp_tp_score"].tolist() == [1]


def test_scores_of_all_follow_ups_of_the_table_are_read(root: Path) -> None:
    assert read_scores(root).to_numpy().tolist() == [
        ["UPENN-GBM-00001", 1, 3], ["UPENN-GBM-00003", 1, 4], ["UPENN-GBM-00006", 1, 6],
    ]  # fmt: skip


def test_without_a_table_it_raises(root: Path) -> None:
    (root / "UPENN-GBM_clinical_info_v2.1.csv").unlink()
    with pytest.raises(MissingInputError, match="no file named like UPENN-GBM_clinical_info_v"):
        load_cohort(root)
