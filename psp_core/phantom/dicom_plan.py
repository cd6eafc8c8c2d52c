"""The treatment plan as an RTPLAN: fractions, four static 6 MV beams, prescription."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.uid import RTPlanStorage, RTStructureSetStorage

from psp_core.phantom.dicom_header import (
    SeriesHeader,
    decimal_strings,
    encoded,
    header_dataset,
    item,
)
from psp_core.phantom.patient import Image, Planning, PlanningSystem

_GANTRY_DEGREES = (0, 90, 180, 270)
_JAW_MM = 60.0
_JAWS = ("ASYMX", "ASYMY")
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
    per_beam_gy = planning.prescription_gy / planning.fractions / len(_GANTRY_DEGREES)
    ds = header_dataset(series)
    ds.RTPlanLabel = "PLAN"
    ds.RTPlanDate = ds.StudyDate
    ds.RTPlanTime = ds.StudyTime
    ds.RTPlanGeometry = "PATIENT"
    ds.ApprovalStatus = "UNAPPROVED"
    ds.ReferencedStructureSetSequence = [
        item(
            ReferencedSOPClassUID=RTStructureSetStorage,
            ReferencedSOPInstanceUID=structures.instance_uid(),
        )
    ]
    if planning_system == "varian":
        prescription = item(
            DoseReferenceNumber=1,
            DoseReferenceStructureType="SITE",
            DoseReferenceDescription="PTV",
            DoseReferenceType="TARGET",
            TargetPrescriptionDose=f"{planning.prescription_gy:.2f}",
        )
        ds.DoseReferenceSequence = [prescription]
    numbers = range(1, len(_GANTRY_DEGREES) + 1)
    beams = [
        item(
            BeamDose=f"{per_beam_gy:.4f}",
            BeamMeterset=f"{100 * per_beam_gy:.2f}",
            ReferencedBeamNumber=number,
        )
        for number in numbers
    ]
    group = item(
        FractionGroupNumber=1,
        NumberOfFractionsPlanned=planning.fractions_in_plan,
        NumberOfBeams=len(beams),
        NumberOfBrachyApplicationSetups=0,
        ReferencedBeamSequence=beams,
    )
    ds.FractionGroupSequence = [group]
    isocentre = decimal_strings(_field_centre(planning.dose))
    ds.BeamSequence = [
        _beam(number, gantry, isocentre)
        for number, gantry in zip(numbers, _GANTRY_DEGREES, strict=True)
    ]
    ds.PatientSetupSequence = [item(PatientSetupNumber=1, PatientPosition="HFS")]
    return encoded(ds, RTPlanStorage, series.instance_uid())


def _field_centre(dose: Image) -> npt.NDArray[np.float64]:
    """Mean position of the voxels with at least 90 % of the highest dose, LPS mm."""
    field = np.argwhere(dose.values >= _FIELD_SHARE * dose.values.max())
    centre: npt.NDArray[np.float64] = dose.affine[:3, :3] @ field.mean(axis=0) + dose.affine[:3, 3]
    return centre


def _beam(number: int, gantry_degrees: int, isocentre: list[str]) -> Dataset:
    jaws = {"LeafJawPositions": [f"{-_JAW_MM:g}", f"{_JAW_MM:g}"]}
    start = item(
        ControlPointIndex=0,
        NominalBeamEnergy="6",
        BeamLimitingDevicePositionSequence=[
            item(RTBeamLimitingDeviceType=kind, **jaws) for kind in _JAWS
        ],
        GantryAngle=str(gantry_degrees),
        GantryRotationDirection="NONE",
        BeamLimitingDeviceAngle="0",
        BeamLimitingDeviceRotationDirection="NONE",
        PatientSupportAngle="0",
        PatientSupportRotationDirection="NONE",
        TableTopEccentricAngle="0",
        TableTopEccentricRotationDirection="NONE",
        TableTopVerticalPosition="",
        TableTopLongitudinalPosition="",
        TableTopLateralPosition="",
        IsocenterPosition=isocentre,
        CumulativeMetersetWeight="0",
    )
    return item(
        BeamNumber=number,
        BeamName=f"Field {number}",
        BeamType="STATIC",
        RadiationType="PHOTON",
        TreatmentMachineName="",
        PrimaryDosimeterUnit="MU",
        SourceAxisDistance="1000",
        BeamLimitingDeviceSequence=[
            item(RTBeamLimitingDeviceType=kind, NumberOfLeafJawPairs=1) for kind in _JAWS
        ],
        TreatmentDeliveryType="TREATMENT",
        NumberOfWedges=0,
        NumberOfCompensators=0,
        NumberOfBoli=0,
        NumberOfBlocks=0,
        FinalCumulativeMetersetWeight="1",
        NumberOfControlPoints=2,
        ReferencedPatientSetupNumber=1,
        ControlPointSequence=[start, item(ControlPointIndex=1, CumulativeMetersetWeight="1")],
    )
