"""The label of one time point under each part of the rule."""

import math

import pandas as pd
import pytest

from psp_core.cohorts.plugins.ucsd_labels import Rule, check_rule, label_of
from psp_core.errors import ConfigError

RULE = Rule(effects=("psp",), earliest=0, latest=180)
LISTED = pd.DataFrame(
    {
        "effects": ["psp", "psp+non_specific", "", "non_specific"],
        "reference_standard": ["histology", "unknown", "unknown", "histology"],
    },
    index=["a", "b", "c", "d"],
)


@pytest.mark.parametrize(
    ("scan", "days", "expected"),
    [
        ("a", 180, ("pseudoprogression", "histology", "")),
        ("e", 0, ("true_progression", "unknown", "")),
        ("b", 30, "listed as psp+non_specific, which the rule does not count"),
        ("c", 30, "listed without a diagnosis that is understood"),
        ("d", 30, "listed as non_specific, which the rule does not count"),
        ("a", 181, "more than 180 days after the last radiation"),
        ("e", -1, "less than 0 days after the last radiation"),
        ("e", math.nan, "no day of the last radiation"),
    ],
)
def test_a_time_point_has_a_label_or_a_reason(scan: str, days: float, expected: object) -> None:
    if isinstance(expected, str):
        expected = ("unlabelled", "unknown", expected)
    assert label_of(scan, {"days_since_rt": days}, LISTED, RULE) == expected


def test_without_either_workbook_there_is_no_label() -> None:
    known = {"days_since_rt": 30}
    assert label_of("a", known, None, RULE)[2] == "no workbook of negative cases"
    assert label_of("a", None, LISTED, RULE)[2] == "not in the clinical workbook"


def test_every_fault_of_a_rule_is_told() -> None:
    check_rule(RULE)
    with pytest.raises(ConfigError, match="2 faults") as caught:
        check_rule(Rule(effects=(), earliest=9, latest=3))
    assert "treatment_effect is empty" in str(caught.value)
    assert "earliest_days_since_rt is 9, after latest_days_since_rt, 3" in str(caught.value)
