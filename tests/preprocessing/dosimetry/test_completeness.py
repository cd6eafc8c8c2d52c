"""Whole courses and parts of them; plans as DATASETS.md lists those of Burdenko."""

from __future__ import annotations

import math

import pytest

from psp_core.errors import DoseValuesError
from psp_core.preprocessing.dosimetry.completeness import PlanCompleteness, plan_completeness


def judge(
    dose_max_gy: float = 63.0,
    prescription_gy: float = 60.0,
    fractions: float = 30.0,
    summation_type: str = "PLAN",
    is_derived: bool = False,
) -> PlanCompleteness:
    return plan_completeness(
        dose_max_gy=dose_max_gy,
        prescription_gy=prescription_gy,
        fractions=fractions,
        summation_type=summation_type,
        is_derived=is_derived,
    )


@pytest.mark.parametrize(
    ("prescription_gy", "fractions"),
    [(60.0, 30), (61.5, 30), (61.2, 34), (67.65, 33), (45.0, 15), (40.05, 15), (25.0, 5)],
)
def test_courses_in_use_are_complete(prescription_gy: float, fractions: float) -> None:
    found = judge(1.05 * prescription_gy, prescription_gy, fractions)
    assert found == PlanCompleteness("complete")


@pytest.mark.parametrize(
    ("prescription_gy", "fractions"),
    [(67.65, 3), (60.0, 5), (60.0, 2), (60.0, 7), (61.2, 5), (58.0, 1), (61.5, 10), (61.35, 7)],
)
def test_too_few_fractions_are_a_part(prescription_gy: float, fractions: float) -> None:
    """018, 022, 055, 097, 126, 138, 141, 177: few fractions beside a whole prescription."""
    found = judge(63.0, prescription_gy, fractions)
    assert found.status == "partial"
    assert found.reason == f"{fractions} fractions are too few for {prescription_gy:g} Gy"


def test_a_dose_far_below_the_prescription_is_a_part() -> None:
    found = judge(dose_max_gy=14.8, prescription_gy=61.35)
    assert found.status == "partial"
    assert found.reason == "dose maximum 14.8 Gy is far below the 61.35 Gy prescribed"


def test_a_dose_below_any_course_is_a_part_without_prescription() -> None:
    found = judge(dose_max_gy=14.8, prescription_gy=math.nan, fractions=7)
    assert found == PlanCompleteness(
        "partial", "dose maximum 14.8 Gy is below that of any whole course"
    )


def test_few_fractions_are_seen_by_the_dose_alone() -> None:
    assert judge(dose_max_gy=62.0, prescription_gy=math.nan, fractions=5).status == "partial"


@pytest.mark.parametrize("summation_type", ["FRACTION", "BEAM", "FRACTION_SESSION"])
def test_a_sum_of_less_than_the_plan_is_a_part(summation_type: str) -> None:
    found = judge(summation_type=summation_type)
    assert found == PlanCompleteness("partial", f"the dose is that of a {summation_type.lower()}")
    assert judge(summation_type="MULTI_PLAN").status == "complete"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"prescription_gy": math.nan}, "prescription not stated"),
        ({"fractions": math.nan}, "number of fractions not stated"),
        ({"summation_type": ""}, "DoseSummationType not stated"),
        ({"dose_max_gy": math.nan}, "dose maximum not known"),
        ({"dose_max_gy": 100.0}, "dose maximum 100.0 Gy is far above the 60 Gy prescribed"),
    ],
)
def test_what_is_not_stated_leaves_it_unknown(given: dict[str, float], reason: str) -> None:
    assert judge(**given) == PlanCompleteness("unknown", reason)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["dose_max_gy", "prescription_gy", "fractions"])
def test_zero_is_refused(name: str) -> None:
    with pytest.raises(DoseValuesError, match=f"{name} is 0"):
        judge(**{name: 0.0})  # type: ignore[arg-type]


def test_a_plan_that_is_its_own_witness_is_not_called_whole() -> None:
    found = judge(31.0, 30.0, 15, is_derived=True)
    assert found.status == "unknown"
    assert "own dose alone" in found.reason
    assert judge(31.0, 60.0, 30, is_derived=True).status == "partial"
