"""Subgroups by marker, age and place in the field."""

from __future__ import annotations

import math

import pandas as pd

from psp_core.cohorts.subgroups import SUBGROUPS
from psp_core.cohorts.subsets import SUBSETS, in_subset

PATIENTS = pd.DataFrame(
    {
        "idh_status": ["wildtype", "mutant", "unknown"],
        "mgmt_status": ["unknown", "methylated", "unmethylated"],
        "age_years": [59.9, 60.0, math.nan],
        "field_call": ["in_field", "outside_grid", "marginal"],
    }
)


def members(name: str) -> list[bool]:
    return in_subset(PATIENTS, name, subsets=SUBGROUPS).tolist()


def test_an_unknown_marker_is_a_category_and_nobody_is_left_out() -> None:
    for names in (
        ("idh_wildtype", "idh_mutant", "idh_unknown"),
        ("mgmt_unknown", "mgmt_methylated", "mgmt_unmethylated"),
    ):
        assert [members(name).index(True) for name in names] == [0, 1, 2]
        assert all(sum(members(name)) == 1 for name in names)


def test_an_unknown_age_is_in_neither_half() -> None:
    assert members("younger") == [True, False, False]
    assert members("older") == [False, True, False]


def test_the_place_in_the_field_is_the_call_of_the_dosimetry() -> None:
    assert members("in_field") == [True, False, False]
    assert members("marginal") == [False, False, True]
    assert members("outside") == [False, False, False]


def test_no_name_or_title_stands_twice() -> None:
    assert not set(SUBGROUPS) & set(SUBSETS)
    titles = [one.title for one in (*SUBSETS.values(), *SUBGROUPS.values())]
    assert len(set(titles)) == len(titles)
