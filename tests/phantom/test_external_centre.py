"""The external centre on disk, read back through the index of a real download."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp_core.acquisition.index import DicomIndex, index_dicom
from psp_core.phantom.burdenko_tree import write_patient
from psp_core.phantom.external_centre import external_id, write_external_patient
from psp_core.phantom.own_layout import COLUMNS
from psp_core.phantom.patient import PhantomPatient

SEED, EVENT = 3, 2


@pytest.fixture(scope="module")
def written(
    patient: PhantomPatient, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[dict[str, str]]]:
    root = tmp_path_factory.mktemp("external")
    subject_id, rows = write_external_patient(patient, root, SEED, True, EVENT)
    assert subject_id == external_id(patient.number) == "Centre-C-007"
    return root, rows


@pytest.fixture(scope="module")
def index(written: tuple[Path, list[dict[str, str]]]) -> DicomIndex:
    return index_dicom(written[0])


def test_every_file_is_found_and_none_refused(
    index: DicomIndex, written: tuple[Path, list[dict[str, str]]]
) -> None:
    files = {path.relative_to(written[0]).as_posix() for path in written[0].rglob("*.dcm")}
    assert set(index.instances["path"]) == files
    assert index.excluded.empty


def test_the_event_visit_holds_the_treatment_and_no_planning_mr(index: DicomIndex) -> None:
    folder = index.instances["path"].str.split("/").str[1]
    found = index.instances.assign(folder=folder).groupby("folder")["series_description"].unique()
    assert {name: set(values) for name, values in found.items()} == {
        "visit_1": {"MR00T1", "MRCET1", "MR00T2", "MR0T2FLAIR"},
        "visit_2": {"MR00T1", "MRCET1", "MR00T2", "CT00CT", "RTSTRUCT", "RTPLAN", "RTDOSE"},
    }
    planning = index.series[index.series["study_description"] == "Radiotherapy planning 00"]
    assert set(planning["modality"]) == {"CT", "RTSTRUCT", "RTPLAN", "RTDOSE"}
    assert len(planning) == 4


def test_structures_refer_to_the_ct_that_was_written(index: DicomIndex) -> None:
    series = index.series.set_index("modality")
    assert series.loc["RTSTRUCT", "referenced_series_uid"] == series.loc["CT", "series_uid"]
    assert series.loc["RTDOSE", "frame_uid"] == series.loc["CT", "frame_uid"]


def test_two_centres_of_one_seed_share_no_id_and_no_uid(
    index: DicomIndex, patient: PhantomPatient, tmp_path: Path
) -> None:
    write_patient(patient, tmp_path, "nbia", SEED)
    other = index_dicom(tmp_path)
    for column in ("patient_id", "study_uid", "series_uid", "sop_uid", "frame_uid"):
        ours, theirs = (set(found.instances[column]) for found in (index, other))
        assert ours
        assert theirs
        assert not ours & theirs, column


def test_every_imaged_visit_is_a_row_and_only_the_event_has_a_label(
    written: tuple[Path, list[dict[str, str]]], patient: PhantomPatient
) -> None:
    root, rows = written
    assert [tuple(row) for row in rows] == [COLUMNS] * len(patient.follow_ups)
    assert [(row["timepoint"], row["days_since_rt"], row["label"]) for row in rows] == [
        ("1", "21", "unlabelled"),
        ("2", "96", "true_progression"),
    ]
    assert all((root / row["dicom_folder"]).is_dir() for row in rows)
    assert rows[0]["total_dose_gy"] == "60"


def test_the_label_changes_one_cell_and_no_byte(
    written: tuple[Path, list[dict[str, str]]],
    patient: PhantomPatient,
    tmp_path: Path,
    tree_bytes,  # type: ignore[no-untyped-def]
) -> None:
    _, rows = write_external_patient(patient, tmp_path, SEED, False, EVENT)
    assert tree_bytes(tmp_path) == tree_bytes(written[0])
    changed = [
        name
        for one, two in zip(rows, written[1], strict=True)
        for name in one
        if one[name] != two[name]
    ]
    assert changed == ["label"]


def test_a_patient_that_is_there_is_not_written_again(
    written: tuple[Path, list[dict[str, str]]], patient: PhantomPatient
) -> None:
    root, rows = written
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    assert write_external_patient(patient, root, SEED, True, EVENT)[1] == rows
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
