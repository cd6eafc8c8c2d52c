"""The crosswalk of BraTS 2021, and what it tells of phantoms in three collections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from psp_core.cohorts import brats2021, ucsf_pdgm, upenn_gbm
from psp_core.cohorts.brats_crosswalk import find_crosswalk, read_crosswalk
from psp_core.cohorts.overlap import check, distinct_counts, without_overlap
from psp_core.errors import AmbiguousInputError, MissingInputError, OverlapError, TableError
from psp_core.phantom.imaging import Steps
from psp_core.phantom.latents import CausalModel
from psp_core.phantom.study import write_phantoms
from psp_core.phantom.tasks import Plan

HEADER = (
    "Data Collection (as on TCIA+additional)", "Site ID", "PatientID on TCIA Radiology Portal",
    "Study date (m/d/yyyy) per PatientID", "BraTS2021 ID", "Segmentation (Task 1) Cohort",
    "MGMT (Task 2) Cohort", "MGMT value",
)  # fmt: skip
NEW = "new-not-previously-in-TCIA"
UPENN = ("UPENN-GBM", 1, "UPENN-GBM-00011_11", "", "BraTS2021_00012", "Training", "", "")
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(*rows: Sequence[object], header: Sequence[str] = HEADER) -> Path:
        book = Workbook()
        for row in (header, *rows):
            book.active.append(list(row))
        path = tmp_path / "BraTS2021_MappingToTCIA.xlsx"
        book.save(path)
        return path

    return make


def test_every_trap_of_the_table_is_read(write: Write) -> None:
    table = read_crosswalk(
        write(
            UPENN,
            ("UCSF-PDGM", 2, 57, "", "BraTS2021_00013", "Training", "", ""),
            ("UCSF-PDGM", 2, "4", "", "BraTS2021_00014", "Validation", "", ""),
            (NEW, 3, NEW, "", "00169", "", "Training", 1),
            ("TCGA-GBM", 3, "TCGA-02-0001", "", "BraTS2021_00170", "Training", "", ""),
            ("UCSF-PDGM", 2, NEW, "", "BraTS2021_00171", "Training", "", ""),
            ("UPENN-additional", 2, "AB1", "", "BraTS2021_00172", "Training", "", ""),
        )
    )  # fmt: skip
    assert table[["brats_id", "dataset", "subject_id", "is_training"]].to_numpy().tolist() == [
        ["BraTS2021_00012", "upenn_gbm", "UPENN-GBM-00011", True],
        ["BraTS2021_00013", "ucsf_pdgm", "UCSF-PDGM-0057", True],
        ["BraTS2021_00014", "ucsf_pdgm", "UCSF-PDGM-0004", False],
        ["BraTS2021_00169", "", "", False],
        ["BraTS2021_00170", "", "", True],
        ["BraTS2021_00171", "", "", True],
        ["BraTS2021_00172", "", "", True],
    ]
    assert table["tcia_id"][1] == "57"


def test_unknown_headers_are_read_by_their_place(write: Write) -> None:
    table = read_crosswalk(write(UPENN, header=[f"Column {n}" for n in range(8)]))
    assert table["subject_id"].tolist() == ["UPENN-GBM-00011"]


def test_known_headers_are_read_in_any_order(write: Write) -> None:
    order = [4, 0, 5, 2]
    table = read_crosswalk(write([UPENN[n] for n in order], header=[HEADER[n] for n in order]))
    assert table["subject_id"].tolist() == ["UPENN-GBM-00011"]


def test_a_follow_up_of_ucsf_is_the_patient_it_was_renamed_to(write: Write) -> None:
    table = read_crosswalk(
        write(
            ("UCSF-PDGM", 18, 138, "", "BraTS2021_00557", "Training", "", ""),
            ("UCSF-PDGM", 18, 429, "", "BraTS2021_00639", "Training", "", ""),
        )
    )
    assert set(table["subject_id"]) == {"UCSF-PDGM-0429"}


def test_rows_below_the_table_are_no_cases(write: Write) -> None:
    table = read_crosswalk(write(UPENN, ("a note", "", "", "", "", "", "", "")))
    assert len(table) == 1


def test_another_table_is_refused(write: Write) -> None:
    with pytest.raises(TableError, match="3 columns, of which 0 are known by their header; expec"):
        read_crosswalk(write(("a", "b", "c"), header=("x", "y", "z")))


def test_all_faults_come_at_once_by_row(write: Write) -> None:
    rows = (
        UPENN,
        UPENN,
        ("UPENN-GBM", 1, "UPENN-11", "", "case 4", "Training", "", ""),
        ("UCSF-PDGM", 1, "x57", "", "BraTS2021_00020", "Training", "", ""),
    )
    with pytest.raises(TableError, match="4 faults") as caught:
        read_crosswalk(write(*rows))
    assert caught.value.faults == (
        "row 4, BraTS2021 ID: 'case 4'; expected one like BraTS2021_00012 or 00012",
        "row 4, TCIA PatientID: 'UPENN-11' of UPENN-GBM; expected one like UPENN-GBM-00011_11",
        "row 5, TCIA PatientID: 'x57' of UCSF-PDGM; expected one like 57",
        "rows 2 and 3: BraTS2021_00012 more than once; two patients with one ID, or one "
        "entered twice?",
    )


def test_the_table_is_found_or_not_there(write: Write, tmp_path: Path) -> None:
    assert find_crosswalk(tmp_path) is None
    with pytest.raises(MissingInputError, match="is not a file"):
        read_crosswalk(tmp_path / "BraTS2021_MappingToTCIA.xlsx")
    path = write(UPENN)
    assert find_crosswalk(tmp_path) == path
    path.with_name("copy of BraTS2021_mappingtotcia.xlsx").write_bytes(path.read_bytes())
    with pytest.raises(AmbiguousInputError, match="2 tables fit"):
        find_crosswalk(tmp_path)


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    sizes = dict.fromkeys(
        ("train", "train_ineligible", "external", "development", "learning", "sealed"), 0
    )
    sizes |= {"brats2021": 24, "upenn_gbm": 6, "ucsf_pdgm": 4, "upenn_follow_up": 3}
    steps = Steps(10.0, 15.0, 14.0, 14.0, 15.0)
    plan = Plan(CausalModel(), sizes, steps, 24.0, "reorganised", 7)
    write_phantoms(folder, plan, simulated_patients=200)
    return folder


def test_phantoms_are_read_as_downloads(phantoms: Path) -> None:
    upenn = upenn_gbm.load_cohort(phantoms / "upenn_gbm")
    assert upenn.cohort["timepoint"].tolist().count(0) == 6
    labelled = upenn.cohort[upenn.cohort["label"] != "unlabelled"]
    assert labelled["subject_id"].tolist() == [
        "UPENN-GBM-00001", "UPENN-GBM-00004", "UPENN-GBM-00007",
    ]  # fmt: skip
    assert (labelled["lesion_mask_file"] == "").all()
    assert len(upenn_gbm.read_scores(phantoms / "upenn_gbm")) == 3
    ucsf = ucsf_pdgm.load_cohort(phantoms / "ucsf_pdgm")
    assert len(ucsf.cohort) == 4
    assert ucsf.cohort["age_years"].notna().all()


def test_the_crosswalk_of_the_phantoms_finds_the_copies(phantoms: Path) -> None:
    path = find_crosswalk(phantoms / "brats2021")
    crosswalk = read_crosswalk(path)
    assert len(crosswalk) == 25
    patients = {
        name: [f"{name}/{one}" for one in module.load_cohort(phantoms / name).cohort["subject_id"]]
        for name, module in (
            ("brats2021", brats2021), ("upenn_gbm", upenn_gbm), ("ucsf_pdgm", ucsf_pdgm)
        )
    }  # fmt: skip
    counts = distinct_counts(patients, crosswalk).set_index("collection")
    assert counts.loc["brats2021", "also_elsewhere"] == 6  # 4 of 6 and 2 of 4
    assert counts.loc["together", "people"] == 24 + 7 + 4 - 6
    everyone = [one for part in patients.values() for one in part]
    held_out = [f"upenn_gbm/UPENN-GBM-{n:05d}" for n in (1, 4, 7)]
    kept, dropped = without_overlap(everyone, held_out, crosswalk)
    check("pre-training", kept, held_out=held_out, crosswalk=crosswalk)
    lost = dropped[dropped["reason"].str.startswith("to be predicted")]
    assert len(lost) == 5  # three patients, and the BraTS copies of two of them
    with pytest.raises(OverlapError, match=r"brats2021/BraTS2021_000.. is upenn_gbm/UPENN-GBM-0"):
        check("pre-training", patients["brats2021"], held_out=held_out, crosswalk=crosswalk)
