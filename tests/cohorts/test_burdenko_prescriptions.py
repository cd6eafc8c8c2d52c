"""The prescription that a plan does not state: from its beams, else from its dose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from psp_core.acquisition.dose import Dose, read_dose
from psp_core.acquisition.structures import StructureSet, read_structures
from psp_core.cohorts.burdenko_prescriptions import median_target_dose_gy
from psp_core.cohorts.schema import check_cohort
from psp_core.errors import FrameOfReferenceError, NoMaskError
from psp_core.phantom.patient import PhantomPatient
from tests.cohorts.small_download import Edit, edit, files_of, load, patient, write

STATES_NONE = "plan states no prescription"


def prescribed(root: Path, **options: object) -> tuple[float, list[str]]:
    """Total dose in Gy and what is noted of where it comes from."""
    loaded = load(root, **options)
    (dose_gy,) = set(loaded.cohort["total_dose_gy"].fillna(-1))
    notes = loaded.notes[loaded.notes["check"] == STATES_NONE]
    return dose_gy, notes["detail"].tolist()


def without_beam_doses(root: Path, one: PhantomPatient) -> Path:
    """Take the doses of the beams out of the plan."""
    (path,) = files_of(root, one, "RTPLAN")

    def change(dataset: pydicom.Dataset) -> None:
        for beam in dataset.FractionGroupSequence[0].ReferencedBeamSequence:
            del beam.BeamDose

    edit(path, change)
    return root


def read_pair(root: Path, one: PhantomPatient) -> tuple[StructureSet, Dose]:
    structures = read_structures(files_of(root, one, "RTSTRUCT")[0])
    return structures, read_dose(files_of(root, one, "RTDOSE")[0])


def test_a_stated_prescription_needs_no_note(tmp_path: Path) -> None:
    root = write(tmp_path, patient(system="varian", prescription_gy=61.2))
    assert prescribed(root) == (61.2, [])


def test_the_doses_of_the_beams_come_first(tmp_path: Path) -> None:
    root = write(tmp_path, patient(prescription_gy=61.5))
    assert prescribed(root) == (61.5, ["61.5 Gy by the doses of its beams, of this plan"])


@pytest.mark.parametrize("prescription_gy", [60.0, 45.0])
def test_then_the_median_dose_of_the_largest_target(prescription_gy: float, tmp_path: Path) -> None:
    one = patient(prescription_gy=prescription_gy)
    root = without_beam_doses(write(tmp_path, one), one)
    dose_gy, notes = prescribed(root)
    assert dose_gy == pytest.approx(prescription_gy, abs=0.1)
    assert notes == [f"{dose_gy:g} Gy by the median dose of its largest PTV, of this plan"]
    assert prescribed(root, prescription_from_dose=False) == (
        -1,
        ["unknown, no doses of beams"],
    )


def test_doses_of_a_course_in_every_fraction_are_not_believed(tmp_path: Path) -> None:
    one = patient()
    root = write(tmp_path, one)
    (path,) = files_of(root, one, "RTPLAN")

    def change(dataset: pydicom.Dataset) -> None:
        for beam in dataset.FractionGroupSequence[0].ReferencedBeamSequence:
            beam.BeamDose = 15

    edit(path, change)
    assert prescribed(root, prescription_from_dose=False) == (
        -1,
        ["unknown, the doses of the beams are none of one fraction"],
    )
    assert prescribed(root)[0] == pytest.approx(60, abs=0.1)


def test_the_dose_of_one_phase_is_no_prescription(tmp_path: Path) -> None:
    one = patient()
    root = write(tmp_path, replace(one, planning=replace(one.planning, fractions_in_plan=5)))
    detail = "unknown, 10 Gy by the doses of its beams are no whole course"
    assert prescribed(root) == (-1, [detail])


@pytest.mark.parametrize(
    ("modality", "change", "detail"),
    [
        (
            "RTDOSE",
            lambda ds: setattr(ds, "DoseSummationType", "BEAM"),
            "unknown, dose file of a beam",
        ),
        (
            "RTDOSE",
            lambda ds: setattr(ds, "DoseUnits", "RELATIVE"),
            "unknown, not told by the dose (DoseUnitsError)",
        ),
        (
            "RTSTRUCT",
            lambda ds: [setattr(roi, "ROIName", "x") for roi in ds.StructureSetROISequence],
            "unknown, not told by the dose (NoMaskError)",
        ),
    ],
)
def test_what_cannot_be_known_stays_unknown_with_its_reason(
    modality: str, change: Edit, detail: str, tmp_path: Path
) -> None:
    one = patient()
    root = without_beam_doses(write(tmp_path, one), one)
    edit(files_of(root, one, modality)[0], change)
    assert prescribed(root) == (-1, [detail])


def test_positions_are_compared_in_one_frame_alone(tmp_path: Path) -> None:
    one = patient()
    structures, dose = read_pair(write(tmp_path, one), one)
    for frame_uid in (None, "1.2.3"):
        elsewhere = replace(dose, volume=replace(dose.volume, frame_uid=frame_uid))
        with pytest.raises(FrameOfReferenceError, match="frame of reference"):
            median_target_dose_gy(structures, elsewhere)
    with pytest.raises(FrameOfReferenceError, match="names no frame"):
        median_target_dose_gy(replace(structures, frame_uid=None), dose)


def test_a_target_outside_the_dose_or_none_is_no_prescription(tmp_path: Path) -> None:
    one = patient()
    structures, dose = read_pair(write(tmp_path, one), one)
    with pytest.raises(NoMaskError, match="0 drawn planning target volumes"):
        median_target_dose_gy(replace(structures, structures={}), dose)
    grid = dose.volume.grid
    far = replace(grid, affine=grid.affine + np.outer([0, 0, 1000, 0], [0, 0, 0, 1]))
    with pytest.raises(NoMaskError, match="1 drawn planning target volumes, none holds a voxel"):
        median_target_dose_gy(structures, replace(dose, volume=replace(dose.volume, grid=far)))


def test_the_largest_of_several_targets_counts(tmp_path: Path) -> None:
    one = patient(system="varian")  # spells the boost PTV_BOOST
    structures, dose = read_pair(write(tmp_path, one), one)
    hot = dose.volume.values.copy()
    hot[:, 7:9, 7:9] *= 1.2
    value = median_target_dose_gy(
        structures, replace(dose, volume=replace(dose.volume, values=hot))
    )
    assert value == pytest.approx(60, abs=0.1)


def test_the_cohort_says_who_told_the_prescription(tmp_path: Path) -> None:
    stated = write(tmp_path / "stated", patient(system="varian", prescription_gy=61.2))
    assert set(load(stated).cohort["prescription_source"]) == {"stated"}
    one = patient(prescription_gy=61.5)
    beams = write(tmp_path / "beams", one)
    assert set(load(beams).cohort["prescription_source"]) == {"beams"}
    without_beam_doses(beams, one)
    assert set(load(beams).cohort["prescription_source"]) == {"target_dose"}
    none = load(beams, prescription_from_dose=False)
    assert set(none.cohort["prescription_source"]) == {"unknown"}


@pytest.mark.parametrize("stated", [6000, 0.6])
def test_a_stated_prescription_that_cannot_be_gy_is_unknown(stated: float, tmp_path: Path) -> None:
    one = patient(system="varian")
    root = write(tmp_path, one)

    def change(dataset: pydicom.Dataset) -> None:
        for reference in dataset.DoseReferenceSequence:
            reference.TargetPrescriptionDose = stated

    edit(files_of(root, one, "RTPLAN")[0], change)
    loaded = load(root)
    check_cohort(loaded.cohort, source="as stored")
    assert loaded.cohort["total_dose_gy"].isna().all()
    notes = loaded.notes.set_index("check")["detail"]
    assert notes["stated prescription cannot be Gy"] == f"{stated:g}"


def test_more_fractions_than_any_course_has_are_unknown(tmp_path: Path) -> None:
    one = patient(system="varian")
    root = write(tmp_path, one)

    def change(dataset: pydicom.Dataset) -> None:
        dataset.FractionGroupSequence[0].NumberOfFractionsPlanned = 300

    edit(files_of(root, one, "RTPLAN")[0], change)
    loaded = load(root)
    check_cohort(loaded.cohort, source="as stored")
    assert loaded.cohort["fractions"].isna().all()
    assert set(loaded.cohort["total_dose_gy"]) == {60}
    assert "number of fractions cannot be" in set(loaded.notes["check"])


def test_a_target_dose_above_any_course_is_no_prescription(tmp_path: Path) -> None:
    one = patient()
    root = without_beam_doses(write(tmp_path, one), one)

    def change(dataset: pydicom.Dataset) -> None:
        dataset.DoseGridScaling = round(3 * float(dataset.DoseGridScaling), 12)

    edit(files_of(root, one, "RTDOSE")[0], change)
    detail = "unknown, 180 Gy by the median dose of its largest PTV are more than any course"
    assert prescribed(root) == (-1, [detail])
