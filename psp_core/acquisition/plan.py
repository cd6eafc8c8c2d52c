"""RT plans: prescription and fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset

from psp_core.acquisition.dicomfile import items, number, read_object, text
from psp_core.acquisition.files import Source


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
    sop_uid : str
        What an RTDOSE refers to.
    beam_dose_gy : float or None
        BeamDose (a fraction's share of each beam) summed over the beams of a fraction
        group, times its fractions, summed over the groups: the dose of this plan, at
        the points its beams specify. None if any beam or group does not state it.
    """

    prescription_gy: float | None
    fractions_planned: int | None
    fractions_by_group: tuple[int, ...] = ()
    sop_uid: str = ""
    beam_dose_gy: float | None = None


def read_plan(source: Source) -> Plan:
    """Read one RTPLAN file.

    Fraction groups are treated one after the other, so their fractions add up; a
    plan that treats two groups on the same day is counted twice (compare
    `fractions_by_group`).

    Raises
    ------
    MissingInputError
        If there is no such file.
    UnreadableFileError
        If it is no readable RTPLAN, or cut off.
    """
    dataset, name = read_object(source, "RTPLAN")
    doses = [
        dose
        for item in items(dataset, "DoseReferenceSequence", name)
        if (dose := number(item, "TargetPrescriptionDose")) and dose > 0
    ]
    groups = items(dataset, "FractionGroupSequence", name)
    counts = [number(group, "NumberOfFractionsPlanned") for group in groups]
    fractions = tuple(int(count) for count in counts if count and count > 0)
    return Plan(
        prescription_gy=max(doses, default=None),
        fractions_planned=sum(fractions) or None,
        fractions_by_group=fractions,
        sop_uid=text(dataset, "SOPInstanceUID"),
        beam_dose_gy=_beam_dose(groups, counts, name),
    )


def _beam_dose(
    groups: Sequence[Dataset], counts: Sequence[float | None], name: str
) -> float | None:
    """Dose of all beams over all fractions in Gy; None where one is not stated."""
    total = 0.0
    for group, count in zip(groups, counts, strict=True):
        beams = items(group, "ReferencedBeamSequence", name)
        doses = [number(beam, "BeamDose") for beam in beams]
        stated = [dose for dose in doses if dose is not None and dose >= 0]
        if not count or len(stated) < len(doses):
            return None
        total += count * sum(stated)
    return total or None
