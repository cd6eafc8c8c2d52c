"""Fractions, beams and prescription of a plan."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest

from psp_core.phantom.dicom_header import SeriesHeader
from psp_core.phantom.dicom_plan import encode_plan
from psp_core.phantom.identity import unique_identifier
from psp_core.phantom.patient import PhantomPatient, Planning


@pytest.fixture
def encode(header: Callable[..., SeriesHeader]) -> Callable[..., bytes]:
    series = header(modality="RTPLAN", series_number=3, series_description="RTPLAN")
    structures = header(modality="RTSTRUCT", series_uid=unique_identifier("structures"))
    return lambda planning, system: encode_plan(planning, series, structures, system)


def test_varian_writes_the_prescription_and_amphora_none(
    encode: Callable[..., bytes], patient: PhantomPatient
) -> None:
    varian, amphora = (
        pydicom.dcmread(BytesIO(encode(patient.planning, system)))
        for system in ("varian", "amphora")
    )
    assert varian.DoseReferenceSequence[0].TargetPrescriptionDose == 60
    assert "DoseReferenceSequence" not in amphora
    for ds in (varian, amphora):
        assert ds.FractionGroupSequence[0].NumberOfFractionsPlanned == 30
        assert ds.ReferencedStructureSetSequence[0].ReferencedSOPInstanceUID
        energies = {beam.ControlPointSequence[0].NominalBeamEnergy for beam in ds.BeamSequence}
        assert energies == {6}


def test_partial_plan_has_few_fractions_and_the_whole_prescription(
    encode: Callable[..., bytes], patient: PhantomPatient
) -> None:
    partial: Planning = replace(patient.planning, fractions_in_plan=3, prescription_gy=67.65)
    ds = pydicom.dcmread(BytesIO(encode(partial, "varian")))
    assert ds.FractionGroupSequence[0].NumberOfFractionsPlanned == 3
    assert ds.DoseReferenceSequence[0].TargetPrescriptionDose == 67.65


def test_beams_of_a_fraction_add_up_to_the_daily_dose(
    encode: Callable[..., bytes], patient: PhantomPatient
) -> None:
    group = pydicom.dcmread(BytesIO(encode(patient.planning, "varian"))).FractionGroupSequence[0]
    beams = group.ReferencedBeamSequence
    assert len(beams) == group.NumberOfBeams
    assert sum(float(beam.BeamDose) for beam in beams) == pytest.approx(60 / 30)


def test_isocentre_is_the_centre_of_the_field(
    encode: Callable[..., bytes], patient: PhantomPatient
) -> None:
    dose = patient.planning.dose
    field = np.zeros_like(dose.values)
    field[2:5, 3:6, 4:9] = 60
    planning = replace(patient.planning, dose=replace(dose, values=field))
    ds = pydicom.dcmread(BytesIO(encode(planning, "varian")))
    isocentre = ds.BeamSequence[0].ControlPointSequence[0].IsocenterPosition
    np.testing.assert_allclose(isocentre, dose.affine[:3] @ [3, 4, 6, 1], atol=1e-9)


@pytest.mark.foreign
@pytest.mark.parametrize("system", ["varian", "amphora"])
def test_dciodvfy_reports_no_error(
    system: str,
    encode: Callable[..., bytes],
    patient: PhantomPatient,
    foreign_program: Callable[..., str],
    tmp_path: Path,
) -> None:
    (tmp_path / "1.dcm").write_bytes(encode(patient.planning, system))
    report = foreign_program("dciodvfy", tmp_path / "1.dcm")
    assert "RTPlan" in report
    assert "Error" not in report
