"""RT plans: prescription, fractions and beams."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.dataset import Dataset

from psp_core.acquisition.dicomfile import items, number, read_object, text
from psp_core.acquisition.files import Source
from psp_core.errors import UnreadableFileError


@dataclass(frozen=True)
class Beam:
    """One beam; None or empty where the file does not say."""

    number: int | None
    name: str
    radiation_type: str
    energy_mv: float | None


@dataclass(frozen=True)
class Plan:
    """What an RTPLAN file says; None or empty where it does not.

    Attributes
    ----------
    prescription_gy : float or None
        Largest TargetPrescriptionDose of the dose references, in Gy. Planning
        systems that leave it out are common: None is not an error.
    fractions_planned : int or None
        NumberOfFractionsPlanned, summed over the fraction groups.
    fractions_by_group : tuple of int
        The same, one number per fraction group that states it.
    beams : tuple of Beam
        In the order of the file; setup beams included.
    sop_uid : str
        What an RTDOSE refers to.
    frame_uid : str or None
        Frame of reference.
    referenced_structures_uid : str
        SOPInstanceUID of the structure set the plan was made on.
    """

    prescription_gy: float | None
    fractions_planned: int | None
    fractions_by_group: tuple[int, ...] = ()
    beams: tuple[Beam, ...] = ()
    sop_uid: str = ""
    frame_uid: str | None = None
    referenced_structures_uid: str = ""


def read_plan(source: Source) -> Plan:
    """Read one RTPLAN file.

    Fraction groups are treated one after the other, so their fractions add up; a
    plan that treats two groups on the same day is counted twice (compare
    `fractions_by_group`). A plan that is cut off, or lacks sequences, is read as far
    as it goes.

    Raises
    ------
    MissingInputError
        If there is no such file.
    UnreadableFileError
        If it is no readable RTPLAN.
    """
    dataset, _ = read_object(source, "RTPLAN", complete=False)
    doses = [
        dose
        for item in _items(dataset, "DoseReferenceSequence")
        if (dose := number(item, "TargetPrescriptionDose")) and dose > 0
    ]
    fractions = tuple(
        int(count)
        for group in _items(dataset, "FractionGroupSequence")
        if (count := number(group, "NumberOfFractionsPlanned")) and count > 0
    )
    structures = _items(dataset, "ReferencedStructureSetSequence")
    return Plan(
        prescription_gy=max(doses, default=None),
        fractions_planned=sum(fractions) or None,
        fractions_by_group=fractions,
        beams=tuple(_beam(item) for item in _items(dataset, "BeamSequence")),
        sop_uid=text(dataset, "SOPInstanceUID"),
        frame_uid=text(dataset, "FrameOfReferenceUID") or None,
        referenced_structures_uid=(
            text(structures[0], "ReferencedSOPInstanceUID") if structures else ""
        ),
    )


def _items(dataset: Dataset, keyword: str) -> list[Dataset]:
    """Items of a sequence; none if it is absent or cut off."""
    try:
        return items(dataset, keyword)
    except UnreadableFileError:
        return []


def _beam(item: Dataset) -> Beam:
    beam_number = number(item, "BeamNumber")
    points = _items(item, "ControlPointSequence")
    return Beam(
        number=None if beam_number is None else int(beam_number),
        name=text(item, "BeamName"),
        radiation_type=text(item, "RadiationType"),
        energy_mv=number(points[0], "NominalBeamEnergy") if points else None,
    )
