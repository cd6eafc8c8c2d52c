"""The DICOM half of the checklist of what a download may hold, and of bad input, on disk.

What another test already proves is not proved again:

=========================================  ====================================================
item                                       test
=========================================  ====================================================
five layouts, the same files               phantom/test_burdenko_tree.py::
                                           test_five_layouts_hold_identical_instances
five layouts, the same cohort              tests/test_end_to_end.py::
                                           test_the_layout_of_the_download_changes_nothing
flat zips                                  acquisition/test_index.py::test_zips_are_read_in_place
scaling other than 1                       acquisition/test_dose.py::
                                           test_gray_is_stored_integers_times_scaling
offsets up and down                        acquisition/test_dose.py::
                                           test_both_forms_of_offsets_and_both_directions_are_...
no TargetPrescriptionDose                  cohorts/test_burdenko_prescriptions.py (all of it)
several structure sets on the CT           cohorts/test_burdenko_structures.py (all of it)
region without contours                    acquisition/test_structures.py::
                                           test_regions_without_contours_stay_listed
contour half a slice off                   acquisition/test_rasterize.py::
                                           test_contours_up_to_half_a_slice_off_find_their_slice
visit date against the clinical table      cohorts/test_burdenko_visits.py::
                                           test_a_visit_whose_date_disagrees_is_listed_and_...
response, pseudo progression               cohorts/test_labels.py::
                                           test_a_mixed_response_counts_as_its_event
mixed frames while reading                 acquisition/test_volume.py::
                                           test_mixed_frames_of_reference_are_named
one ID twice in the clinical table         cohorts/test_burdenko.py::test_every_fault_is_told_...
=========================================  ====================================================
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pydicom
import pytest

from psp_core.acquisition.dose import read_dose
from psp_core.acquisition.index import index_dicom
from psp_core.cohorts.burdenko import read_clinical_table
from psp_core.errors import TableError
from psp_core.phantom.burdenko_series import patient_series
from psp_core.phantom.clinical_csv import FILE_NAME
from psp_core.phantom.identity import share
from psp_core.phantom.patient import PhantomPatient
from tests.cohorts.small_download import (
    SEED,
    disc,
    edit,
    files_of,
    load,
    patient,
    series_of,
    write,
)

FIRST, SECOND = "Burdenko-GBM-001", "Burdenko-GBM-002"


@pytest.fixture
def one() -> PhantomPatient:
    return patient()


@pytest.fixture
def root(one: PhantomPatient, tmp_path: Path) -> Path:
    """Two whole patients; what happens to the first must not touch the second."""
    return write(tmp_path, one, patient(2, "varian"))


def renamed(path: Path, name: str, **tags: str) -> None:
    """Copy a file beside itself with other tags."""
    copy = path.with_name(name)
    shutil.copy(path, copy)
    edit(copy, lambda dataset: [setattr(dataset, key, value) for key, value in tags.items()])


def files(root: Path, subject: str) -> pd.DataFrame:
    """File columns of one patient's rows."""
    cohort = load(root).cohort
    rows = cohort[cohort["subject_id"] == subject]
    return rows.filter(like="_file").reset_index(drop=True)


def test_a_planning_study_is_read_whole_and_the_structures_are_those_of_the_ct(
    one: PhantomPatient, tmp_path: Path
) -> None:
    with_target = replace(one, planning=replace(one.planning, mr_target=disc("gtv", 5)))
    loaded = load(write(tmp_path, with_target))
    planning = loaded.cohort[loaded.cohort["timepoint"] == 0].iloc[0]
    uids = {s.header.series_uid: s.header for s in patient_series(with_target, SEED)}
    kinds = {"ct": "CT00CT", "t1": "MR00T1", "t1ce": "MRCET1", "t2": "MR00T2"}
    kinds |= {"flair": "MR0T2FLAIR", "plan": "RTPLAN", "dose": "RTDOSE", "structures": "RTSTRUCT"}
    chosen = {kind: uids[planning[f"{kind}_file"].removeprefix("series:")] for kind in kinds}
    assert {kind: header.series_description for kind, header in chosen.items()} == kinds
    assert sum(header.modality == "RTSTRUCT" for header in uids.values()) == 2
    assert chosen["structures"].frame_uid == chosen["ct"].frame_uid == chosen["dose"].frame_uid
    assert loaded.cohort["label"].tolist() == ["unlabelled", "unlabelled", "pseudoprogression"]


def test_frames_of_the_dose_upwards_or_downwards_give_the_same_gy(tmp_path: Path) -> None:
    falls = {n: share(SEED, "Burdenko-GBM-Progression", n, "dose frames") < 0.5 for n in range(9)}
    numbers = [next(n for n in falls if n and falls[n] is down) for down in (True, False)]
    doses = []
    for number in numbers:
        one = patient(number)
        (path,) = files_of(write(tmp_path / str(number), one), one, "RTDOSE")
        doses.append(read_dose(path).volume)
        assert float(pydicom.dcmread(path).DoseGridScaling) != 1
    assert (doses[0].values == doses[1].values).all()
    assert doses[0].grid.same_grid(doses[1].grid)


def test_companions_of_a_foreign_file_system_change_nothing(root: Path) -> None:
    before = load(root).cohort
    for path in list(root.rglob("*.dcm")):
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7")
    (root / "._.DS_Store").write_bytes(b"x")
    pd.testing.assert_frame_equal(load(root).cohort, before)


def test_a_folder_date_means_nothing(one: PhantomPatient, root: Path) -> None:
    before = load(root)
    folder = files_of(root, one, "CT")[0].parent.parent
    folder.rename(folder.with_name("03-02-2006-NA-Control visit 9-00000"))
    after = load(root)
    pd.testing.assert_frame_equal(after.cohort, before.cohort)
    pd.testing.assert_frame_equal(after.notes, before.notes)


def test_a_follow_up_without_flair_drops_its_patient_alone(tmp_path: Path) -> None:
    one, two = patient(), patient(2)
    event = one.follow_ups[1]
    without = replace(event, mr={"t1ce": event.mr["t1ce"]})
    loaded = load(write(tmp_path, replace(one, follow_ups=(one.follow_ups[0], without)), two))
    assert loaded.flow.dropped[["subject_id", "reason"]].to_numpy().tolist() == [
        [FIRST, "event visit without FLAIR"]
    ]
    assert set(loaded.cohort["subject_id"]) == {SECOND}


def test_a_date_of_one_space_is_no_date(root: Path) -> None:
    assert ", ," in (root / FILE_NAME).read_text(encoding="utf-8")
    clinical = read_clinical_table(root)
    assert clinical[["visit_3_day", "death_day"]].isna().all(axis=None)


def test_the_same_download_twice_counts_once(root: Path, tmp_path_factory) -> None:
    before = load(root)
    copy = tmp_path_factory.mktemp("copy") / "again"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("*.csv"))
    shutil.move(copy, root / "again")
    after = load(root)
    pd.testing.assert_frame_equal(after.cohort, before.cohort)
    pd.testing.assert_frame_equal(after.notes, before.notes)
    excluded = index_dicom(root).excluded
    assert excluded["reason"].str.startswith("duplicate of ").all()


def test_the_same_series_under_a_second_uid_is_noted_and_one_is_kept(
    one: PhantomPatient, root: Path
) -> None:
    before = files(root, FIRST)
    for number, path in enumerate(files_of(root, one, "CT")):
        renamed(
            path, f"copy-{number}.dcm", SeriesInstanceUID="1.2.3", SOPInstanceUID=f"1.2.{number}"
        )
    pd.testing.assert_frame_equal(files(root, FIRST), before)
    notes = load(root).notes
    assert (FIRST, "several ct series") in set(
        zip(notes["subject_id"], notes["check"], strict=True)
    )


def test_a_copy_with_the_instances_of_another_series_is_left_out(
    one: PhantomPatient, root: Path
) -> None:
    before = files(root, FIRST)
    for number, path in enumerate(files_of(root, one, "CT")):
        renamed(path, f"z-{number}.dcm", SeriesInstanceUID="1.2.3")
    pd.testing.assert_frame_equal(files(root, FIRST), before)
    reasons = index_dicom(root).excluded["reason"]
    assert reasons.str.contains("same SOPInstanceUID, other series_uid").all()


def test_a_series_in_two_frames_of_reference_is_noted_and_stops_nobody(
    one: PhantomPatient, root: Path
) -> None:
    edit(files_of(root, one, "MR")[0], lambda ds: setattr(ds, "FrameOfReferenceUID", "1.2.3"))
    loaded = load(root)
    noted = loaded.notes[loaded.notes["check"] == "series in several frames of reference"]
    assert noted["subject_id"].tolist() == [FIRST]
    assert set(loaded.cohort["subject_id"]) == {FIRST, SECOND}


def test_a_dose_in_another_frame_than_the_ct_drops_its_patient_alone(
    one: PhantomPatient, root: Path
) -> None:
    edit(files_of(root, one, "RTDOSE")[0], lambda ds: setattr(ds, "FrameOfReferenceUID", "1.2.3"))
    loaded = load(root)
    assert loaded.flow.dropped[["subject_id", "reason"]].to_numpy().tolist() == [
        [FIRST, "no planning dose"]
    ]
    about = loaded.notes[loaded.notes["subject_id"] == FIRST]["check"].tolist()
    assert "no dose in the frame of reference of the planning CT" in about
    assert set(loaded.cohort["subject_id"]) == {SECOND}


@pytest.mark.parametrize(
    ("other", "shown"), [("Burdenko-GBM-009", "Burdenko-GBM-009"), ("Doe^Jane", "not-a-study-ID")]
)
def test_a_series_of_two_patients_is_lost_to_both_and_stops_nobody_else(
    other: str, shown: str, one: PhantomPatient, root: Path
) -> None:
    edit(files_of(root, one, "CT")[0], lambda ds: setattr(ds, "PatientID", other))
    loaded = load(root)
    lost = loaded.notes[loaded.notes["check"] == "series lost, it carries several patient IDs"]
    assert lost[["subject_id", "detail"]].to_numpy().tolist() == [
        [FIRST, "ct, 5 files of this patient"],
        [shown, "ct, 1 files of this patient"],
    ]
    assert loaded.flow.dropped[["subject_id", "reason"]].to_numpy().tolist() == [
        [FIRST, "no planning CT"]
    ]
    assert set(loaded.cohort["subject_id"]) == {SECOND}
    assert "Doe" not in loaded.notes.to_csv() + loaded.flow.dropped.to_csv()


def test_an_object_of_radiotherapy_in_a_study_of_its_own_is_that_of_its_ct(
    one: PhantomPatient, root: Path
) -> None:
    before = load(root)

    def apart(uid: str, dataset: pydicom.Dataset) -> None:
        dataset.StudyInstanceUID, dataset.StudyDate = uid, "20400601"
        dataset.StudyDescription = "Plan"

    for number, modality in enumerate(("RTSTRUCT", "RTDOSE", "RTPLAN")):
        for path in files_of(root, one, modality):
            edit(path, lambda ds, uid=f"1.2.3.{number}": apart(uid, ds))
    after = load(root)
    pd.testing.assert_frame_equal(after.cohort, before.cohort)
    own = after.notes[after.notes["subject_id"] == FIRST]
    new = own[~own["check"].isin(before.notes["check"])]
    assert new[["check", "detail"]].to_numpy().tolist() == [
        ["taken from another study of the patient", "dose, plan, structures"]
    ]


def test_images_of_two_patients_under_one_id_are_noted(root: Path, tmp_path_factory) -> None:
    other = write(tmp_path_factory.mktemp("other"), patient(3))
    (other / FILE_NAME).unlink()
    for path in other.rglob("*.dcm"):
        edit(path, lambda ds: setattr(ds, "PatientID", FIRST))
    shutil.move(other, root / "other")
    loaded = load(root)
    noted = loaded.notes[loaded.notes["subject_id"] == FIRST]["check"]
    assert {"several planning studies", "several control visits for one follow-up"} <= set(noted)
    assert SECOND in set(loaded.cohort["subject_id"])


def test_a_workbook_in_place_of_the_clinical_table_says_what_to_do(root: Path) -> None:
    pd.DataFrame({"AnonymPatientID": [FIRST]}).to_excel(root / "x.xlsx", index=False)
    (root / "x.xlsx").replace(root / FILE_NAME)
    with pytest.raises(TableError, match="this is an Excel workbook; save the sheet as 'CSV UTF-8"):
        load(root)


def test_a_lost_file_is_noted_and_stops_nobody(one: PhantomPatient, root: Path) -> None:
    path = series_of(one, "RTDOSE").header
    (dose,) = files_of(root, one, "RTDOSE")
    dose.write_bytes(dose.read_bytes()[:-4])
    loaded = load(root)
    assert path.patient_id == FIRST
    assert loaded.flow.dropped["subject_id"].tolist() == [FIRST]
    assert set(loaded.cohort["subject_id"]) == {SECOND}
