"""RT plans: what they say, and what they may leave out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from psp_core.acquisition.plan import Plan, read_plan
from psp_core.errors import MissingInputError, UnreadableFileError

Make = Callable[..., Dataset]
Save = Callable[..., list[Path]]


@pytest.fixture
def read(tmp_path: Path, make_object: Make, save: Save) -> Callable[..., Plan]:
    def _read(**tags: object) -> Plan:
        (path,) = save([make_object("RTPLAN", **tags)], tmp_path, ["RP.dcm"])
        return read_plan(path)

    return _read


def test_the_largest_target_prescription_counts(read: Callable[..., Plan], make_item: Make) -> None:
    references = [
        make_item(DoseReferenceType="TARGET", TargetPrescriptionDose="45"),
        make_item(DoseReferenceType="TARGET", TargetPrescriptionDose="61.2"),
        make_item(DoseReferenceType="ORGAN_AT_RISK", OrganAtRiskMaximumDose="75"),
    ]
    assert read(DoseReferenceSequence=references).prescription_gy == 61.2


def test_a_plan_without_prescription_says_none(read: Callable[..., Plan], make_item: Make) -> None:
    assert read().prescription_gy is None
    empty = [make_item(DoseReferenceType="TARGET"), make_item(TargetPrescriptionDose="0")]
    assert read(DoseReferenceSequence=empty).prescription_gy is None


def test_fractions_add_up_over_groups(read: Callable[..., Plan], make_item: Make) -> None:
    groups = [make_item(NumberOfFractionsPlanned=25), make_item(NumberOfFractionsPlanned=8)]
    plan = read(FractionGroupSequence=[*groups, make_item(FractionGroupNumber=3)])
    assert (plan.fractions_planned, plan.fractions_by_group) == (33, (25, 8))
    assert read().fractions_planned is None


def test_doses_of_the_beams_add_up_over_fractions_and_groups(
    read: Callable[..., Plan], make_item: Make
) -> None:
    def group(fractions: int | None, *doses: str | None) -> Dataset:
        beams = [make_item(**({"BeamDose": dose} if dose else {})) for dose in doses]
        stated = {} if fractions is None else {"NumberOfFractionsPlanned": fractions}
        return make_item(ReferencedBeamSequence=beams, **stated)

    whole = [group(25, "1.2", "0.6"), group(8, "2")]
    assert read(FractionGroupSequence=whole).beam_dose_gy == pytest.approx(61)
    for unknown in (group(None, "2"), group(8, "2", None), group(8, "-1")):
        assert read(FractionGroupSequence=[group(25, "2"), unknown]).beam_dose_gy is None
    assert read().beam_dose_gy is None


def test_a_plan_of_another_maker() -> None:
    plan = read_plan(str(get_testdata_file("rtplan.dcm", download=False)))
    assert plan.prescription_gy == pytest.approx(30.826203)
    assert plan.fractions_planned == 30
    assert plan.sop_uid == "1.2.777.777.77.7.7777.7777.20030903150023"


def test_a_truncated_plan_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match=r"rtplan_truncated.dcm: .*; download it again"):
        read_plan(str(get_testdata_file("rtplan_truncated.dcm", download=False)))


def test_a_plan_cut_anywhere_but_between_elements_is_refused(tmp_path: Path) -> None:
    data = Path(str(get_testdata_file("rtplan.dcm", download=False))).read_bytes()
    refused = 0
    ends = range(2450, len(data), 7)  # within the sequence of beams and behind it
    for end in ends:
        (tmp_path / "RP.dcm").write_bytes(data[:end])
        try:
            assert read_plan(tmp_path / "RP.dcm").fractions_planned == 30
        except UnreadableFileError:
            refused += 1
    assert refused >= len(ends) - 4


def test_other_objects_and_missing_files_are_refused(
    tmp_path: Path, make_object: Make, save: Save
) -> None:
    (path,) = save([make_object("RTDOSE")], tmp_path)
    with pytest.raises(UnreadableFileError, match=r"Modality is RTDOSE, expected RTPLAN"):
        read_plan(path)
    with pytest.raises(MissingInputError, match=r"RP.dcm: no such file"):
        read_plan(tmp_path / "RP.dcm")
