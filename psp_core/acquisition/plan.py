"""RT plans: prescription and fractions."""

from __future__ import annotations

from dataclasses import dataclass

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
    """

    prescription_gy: float | None
    fractions_planned: int | None
    fractions_by_group: tuple[int, ...] = ()
    sop_uid: str = ""


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
    fractions = tuple(
        int(count)
        for group in items(dataset, "FractionGroupSequence", name)
        if (count := number(group, "NumberOfFractionsPlanned")) and count > 0
    )
    return Plan(
        prescription_gy=max(doses, default=None),
        fractions_planned=sum(fractions) or None,
        fractions_by_group=fractions,
        sop_uid=text(dataset, "SOPInstanceUID"),
    )
