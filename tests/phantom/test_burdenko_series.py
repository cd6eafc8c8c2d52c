"""Names, numbers, frames and references of a patient's series."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pydicom
import pytest

from psp_core.phantom.burdenko_series import patient_series
from psp_core.phantom.identity import shifted_date
from psp_core.phantom.patient import PhantomPatient, Structure


def read(patient: PhantomPatient, **options: object) -> list[pydicom.Dataset]:
    """First instance of every series."""
    return [
        pydicom.dcmread(BytesIO(next(one.files())), stop_before_pixels=True)
        for one in patient_series(patient, 3, **options)
    ]


def test_series_are_named_and_numbered_as_in_the_collection(patient: PhantomPatient) -> None:
    found = {
        (ds.StudyDescription, ds.Modality, ds.SeriesDescription, int(ds.SeriesNumber))
        for ds in read(patient)
    }
    planning, visit = "Radiotherapy planning 00", "Control visit "
    mr = [(100, "MR00T1"), (200, "MRCET1"), (300, "MR00T2"), (400, "MR0T2FLAIR")]
    expected = {
        (planning, "RTSTRUCT", "RTSTRUCT", 0),
        (planning, "CT", "CT00CT", 2),
        (planning, "RTPLAN", "RTPLAN", 3),
        (planning, "RTDOSE", "RTDOSE", 5),
        *((planning, "MR", name, number) for number, name in mr),
        *((visit + "1", "MR", name, number) for number, name in mr),
        *((visit + "2", "MR", name, number) for number, name in mr[:3]),  # without FLAIR
    }
    assert found == expected


def test_amphora_numbers_plan_and_dose_one(patient: PhantomPatient) -> None:
    series = read(replace(patient, planning_system="amphora"))
    numbers = {ds.Modality: ds.SeriesNumber for ds in series if ds.Modality.startswith("RT")}
    assert numbers == {"RTSTRUCT": 0, "RTPLAN": 1, "RTDOSE": 1}


def test_treatment_shares_the_frame_of_the_ct_and_each_scan_has_its_own(
    patient: PhantomPatient,
) -> None:
    series = read(patient)
    ct = next(ds for ds in series if ds.Modality == "CT")
    frames: dict[str, set[str]] = {}
    for ds in series:
        key = "CT" if ds.Modality != "MR" else ds.StudyDescription
        frames.setdefault(key, set()).add(ds.FrameOfReferenceUID)
    assert frames.pop("CT") == {ct.FrameOfReferenceUID}
    assert all(len(uids) == 1 for uids in frames.values())
    assert len(set.union(*frames.values())) == 3
    assert ct.FrameOfReferenceUID not in set.union(*frames.values())


def test_references_run_from_dose_to_plan_to_structures_to_ct(patient: PhantomPatient) -> None:
    by_modality = {ds.Modality: ds for ds in read(patient)}
    plan, structures = by_modality["RTPLAN"], by_modality["RTSTRUCT"]
    assert (
        by_modality["RTDOSE"].ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID
        == plan.SOPInstanceUID
    )
    assert (
        plan.ReferencedStructureSetSequence[0].ReferencedSOPInstanceUID == structures.SOPInstanceUID
    )
    frame = structures.ReferencedFrameOfReferenceSequence[0]
    referenced = frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0]
    assert referenced.SeriesInstanceUID == by_modality["CT"].SeriesInstanceUID


def test_second_structure_set_references_the_planning_t1ce(
    patient: PhantomPatient, mr_target: Structure
) -> None:
    series = read(replace(patient, planning=replace(patient.planning, mr_target=mr_target)))
    first, second = (ds for ds in series if ds.Modality == "RTSTRUCT")
    t1ce = next(ds for ds in series if ds.SeriesDescription == "MRCET1")
    assert (first.SeriesNumber, second.SeriesNumber) == (0, 1)
    frame = second.ReferencedFrameOfReferenceSequence[0]
    referenced = frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0]
    assert referenced.SeriesInstanceUID == t1ce.SeriesInstanceUID
    assert frame.FrameOfReferenceUID == second.FrameOfReferenceUID == t1ce.FrameOfReferenceUID
    contours = second.ROIContourSequence[0].ContourSequence
    on_slices = [c.ContourImageSequence[0].ReferencedSOPInstanceUID for c in contours]
    listed = [item.ReferencedSOPInstanceUID for item in referenced.ContourImageSequence]
    assert [listed.index(uid) for uid in on_slices] == [3, 4, 5]
    assert listed[0] == t1ce.SOPInstanceUID


def test_dates_are_the_anchor_plus_days(patient: PhantomPatient) -> None:
    dates = {ds.StudyDescription: ds.StudyDate for ds in read(patient)}
    assert dates == {
        description: shifted_date(3, patient.number, day).strftime("%Y%m%d")
        for description, day in [
            ("Radiotherapy planning 00", -51),
            ("Control visit 1", 21),
            ("Control visit 2", 96),
        ]
    }


def test_no_uid_depends_on_what_the_clinical_table_says(patient: PhantomPatient) -> None:
    other = replace(
        patient, clinical=replace(patient.clinical, responses=("progression",), age_years=20)
    )
    first, second = ([one.header for one in patient_series(p, 3)] for p in (patient, other))
    assert first == second


def test_two_collections_with_one_seed_share_no_identity(patient: PhantomPatient) -> None:
    first = patient_series(patient, 3)
    second = patient_series(patient, 3, collection="Centre C", subject_id="C-007")
    assert {one.header.patient_id for one in second} == {"C-007"}
    for field in ("study_uid", "series_uid", "frame_uid"):
        uids = [{getattr(one.header, field) for one in series} for series in (first, second)]
        assert not uids[0] & uids[1]
    assert first[0].header.study_date != second[0].header.study_date


def test_dose_frames_rise_for_some_patients_and_fall_for_others(patient: PhantomPatient) -> None:
    falls = []
    for number in range(1, 21):
        series = patient_series(replace(patient, number=number), 3)
        dose = next(one for one in series if one.header.modality == "RTDOSE")
        offsets = pydicom.dcmread(BytesIO(next(dose.files()))).GridFrameOffsetVector
        falls.append(offsets[1] < 0)
    assert 4 < sum(falls) < 16


@pytest.fixture
def sizes(patient: PhantomPatient) -> Callable[[PhantomPatient], list[tuple[str, int]]]:
    return lambda one: [
        (series.header.series_description, len(content))
        for series in patient_series(one, 3)
        for content in series.files()
    ]


def test_number_and_size_of_the_files_do_not_depend_on_the_lesion(
    patient: PhantomPatient, sizes: Callable[[PhantomPatient], list[tuple[str, int]]]
) -> None:
    planning = patient.planning
    structures = tuple(
        replace(s, contours=s.contours[:1]) if s.name == "follow_up_1_enhancing" else s
        for s in planning.structures
    )
    brighter = {
        name: replace(image, values=image.values * 1.7) for name, image in planning.mr.items()
    }
    other = replace(
        patient, number=8, planning=replace(planning, structures=structures, mr=brighter)
    )
    assert sizes(patient) == sizes(other)
