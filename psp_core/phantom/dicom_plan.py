"""The treatment plan as an RTPLAN: fractions, four static 6 MV beams, prescription."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.uid import RTPlanStorage, RTStructureSetStorage

from psp_core.phantom.dicom_header import SeriesHeader, decimal_strings, encoded, header_dataset
from psp_core.phantom.patient import Image, Planning, PlanningSystem

_GANTRY_DEGREES = (0, 90, 180, 270)
_JAW_MM = 60.0
_FIELD_SHARE = 0.9


def encode_plan(
    planning: Planning,
    series: SeriesHeader,
    structures: SeriesHeader,
    planning_system: PlanningSystem,
) -> bytes:
    """Encode an RTPLAN.

    Parameters
    ----------
    planning : Planning
        Prescription in Gy, fractions of the course and of this plan, dose grid.
    series, structures : SeriesHeader
        Of the plan, and of the RTSTRUCT it was made on.
    planning_system : {"varian", "amphora"}
        ``varian`` writes the prescription of the course as TargetPrescriptionDose;
        ``amphora`` writes none, as in the collection.

    Returns
    -------
    bytes
        A complete file. NumberOfFractionsPlanned is that of this plan, which in a
        partial plan is smaller than the prescription asks for.
    """
    ds = header_dataset(series)
    ds.RTPlanLabel = "PLAN"
    ds.RTPlanDate = ds.StudyDate
    ds.RTPlanTime = ds.StudyTime
    ds.RTPlanGeometry = "PATIENT"
    ds.ApprovalStatus = "UNAPPROVED"
    ds.ReferencedStructureSetSequence = [_reference(structures)]
    if planning_system == "varian":
        ds.DoseReferenceSequence = [_prescription(planning.prescription_gy)]
    ds.FractionGroupSequence = [_fraction_group(planning)]
    isocentre = decimal_strings(_field_centre(planning.dose))
    ds.BeamSequence = [
        _beam(number, gantry, isocentre) for number, gantry in enumerate(_GANTRY_DEGREES, start=1)
    ]
    setup = Dataset()
    setup.PatientSetupNumber = 1
    setup.PatientPosition = "HFS"
    ds.PatientSetupSequence = [setup]
    return encoded(ds, RTPlanStorage, series.instance_uid())


def _reference(structures: SeriesHeader) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = RTStructureSetStorage
    item.ReferencedSOPInstanceUID = structures.instance_uid()
    return item


def _prescription(prescription_gy: float) -> Dataset:
    item = Dataset()
    item.DoseReferenceNumber = 1
    item.DoseReferenceStructureType = "SITE"
    item.DoseReferenceDescription = "PTV"
    item.DoseReferenceType = "TARGET"
    item.TargetPrescriptionDose = f"{prescription_gy:.2f}"
    return item


def _fraction_group(planning: Planning) -> Dataset:
    """Fractions of this plan; each beam gives an equal part of the daily dose."""
    per_beam_gy = planning.prescription_gy / planning.fractions / len(_GANTRY_DEGREES)
    item = Dataset()
    item.FractionGroupNumber = 1
    item.NumberOfFractionsPlanned = planning.fractions_in_plan
    item.NumberOfBeams = len(_GANTRY_DEGREES)
    item.NumberOfBrachyApplicationSetups = 0
    item.ReferencedBeamSequence = []
    for number in range(1, len(_GANTRY_DEGREES) + 1):
        beam = Dataset()
        beam.BeamDose = f"{per_beam_gy:.4f}"
        beam.BeamMeterset = f"{100 * per_beam_gy:.2f}"
        beam.ReferencedBeamNumber = number
        item.ReferencedBeamSequence.append(beam)
    return item


def _field_centre(dose: Image) -> npt.NDArray[np.float64]:
    """Mean position of the voxels with at least 90 % of the highest dose, LPS mm."""
    field = np.argwhere(dose.values >= _FIELD_SHARE * dose.values.max())
    centre: npt.NDArray[np.float64] = dose.affine[:3, :3] @ field.mean(axis=0) + dose.affine[:3, 3]
    return centre


def _beam(number: int, gantry_degrees: int, isocentre: list[str]) -> Dataset:
    beam = Dataset()
    beam.BeamNumber = number
    beam.BeamName = f"Field {number}"
    beam.BeamType = "STATIC"
    beam.RadiationType = "PHOTON"
    beam.TreatmentMachineName = ""
    beam.PrimaryDosimeterUnit = "MU"
    beam.SourceAxisDistance = "1000"
    beam.BeamLimitingDeviceSequence = [_jaw_pair("ASYMX"), _jaw_pair("ASYMY")]
    beam.TreatmentDeliveryType = "TREATMENT"
    beam.NumberOfWedges = 0
    beam.NumberOfCompensators = 0
    beam.NumberOfBoli = 0
    beam.NumberOfBlocks = 0
    beam.FinalCumulativeMetersetWeight = "1"
    beam.NumberOfControlPoints = 2
    beam.ReferencedPatientSetupNumber = 1
    beam.ControlPointSequence = [_first_control_point(gantry_degrees, isocentre), Dataset()]
    beam.ControlPointSequence[1].ControlPointIndex = 1
    beam.ControlPointSequence[1].CumulativeMetersetWeight = "1"
    return beam


def _jaw_pair(kind: str) -> Dataset:
    item = Dataset()
    item.RTBeamLimitingDeviceType = kind
    item.NumberOfLeafJawPairs = 1
    return item


def _first_control_point(gantry_degrees: int, isocentre: list[str]) -> Dataset:
    point = Dataset()
    point.ControlPointIndex = 0
    point.NominalBeamEnergy = "6"
    point.BeamLimitingDevicePositionSequence = []
    for kind in ("ASYMX", "ASYMY"):
        jaws = Dataset()
        jaws.RTBeamLimitingDeviceType = kind
        jaws.LeafJawPositions = [f"{-_JAW_MM:g}", f"{_JAW_MM:g}"]
        point.BeamLimitingDevicePositionSequence.append(jaws)
    point.GantryAngle = str(gantry_degrees)
    point.GantryRotationDirection = "NONE"
    point.BeamLimitingDeviceAngle = "0"
    point.BeamLimitingDeviceRotationDirection = "NONE"
    point.PatientSupportAngle = "0"
    point.PatientSupportRotationDirection = "NONE"
    point.TableTopEccentricAngle = "0"
    point.TableTopEccentricRotationDirection = "NONE"
    point.TableTopVerticalPosition = ""
    point.TableTopLongitudinalPosition = ""
    point.TableTopLateralPosition = ""
    point.IsocenterPosition = isocentre
    point.CumulativeMetersetWeight = "0"
    return point
