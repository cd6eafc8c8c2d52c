"""Medians and ranges that can, and cannot, be of the same patients."""

import pytest

from psp_core.audit.printed import Printed
from psp_core.audit.ranges import Spread, check_between, check_division, check_spread
from psp_core.errors import AuditError


def spread(median: str, lowest: str, highest: str, n: int) -> Spread:
    return Spread(median=Printed(median), lowest=Printed(lowest), highest=Printed(highest), n=n)


PD, PSPD = spread("123.5", "18", "1251", 48), spread("82", "26", "516", 30)


def test_the_lowest_of_all_is_the_lowest_of_a_part() -> None:
    faults = check_division(spread("104", "22", "1251", 78), {"PD": PD, "PsPD": PSPD})
    assert faults == {"lowest": "PD is part of it and has 18 as its lowest value"}
    assert check_division(spread("104", "18", "1251", 78), {"PD": PD, "PsPD": PSPD}) == {}


def test_the_median_of_all_lies_between_those_of_the_parts() -> None:
    faults = check_division(spread("130", "18", "1251", 78), {"PD": PD, "PsPD": PSPD})
    assert faults == {"median": "it does not lie between the medians of its parts"}


def test_parts_have_all_patients() -> None:
    faults = check_division(spread("104", "18", "1251", 79), {"PD": PD, "PsPD": PSPD})
    assert faults == {"n": "its parts have 78 patients, it has 79"}


def test_a_part_lies_within_the_parts_of_another_division() -> None:
    other = {"SNUH": spread("111", "22", "1251", 59), "SNUBH": spread("80", "18", "464", 19)}
    assert check_between("institution", PD, other) == {}
    outside = spread("100", "17", "1300", 30)
    assert set(check_between("institution", outside, other)) == {"lowest", "highest"}


@pytest.mark.parametrize(
    ("median", "n", "is_possible"),
    [("57", 59, True), ("57.5", 59, False), ("58.5", 20, True), ("58.25", 20, False)],
)
def test_the_median_of_whole_numbers_is_whole_or_a_half(
    median: str, n: int, is_possible: bool
) -> None:
    faults = check_spread(spread(median, "18", "82", n), whole=True)
    assert ("median" not in faults) == is_possible
    assert check_spread(spread(median, "18", "82", n), whole=False) == {}


def test_a_median_lies_within_its_range() -> None:
    faults = check_spread(spread("90", "18", "82", 3), whole=True)
    assert faults == {"median": "it lies outside its own range"}
    assert "lowest" in check_spread(spread("50", "82", "18", 3), whole=True)


def test_nobody_has_no_median() -> None:
    with pytest.raises(AuditError, match="one patient or more"):
        spread("1", "1", "1", 0)
