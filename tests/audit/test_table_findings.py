"""Findings on tables of patients that were made for the purpose."""

from typing import Any

from psp_core.audit.findings import IMPOSSIBLE, NOT_TESTABLE, OTHERWISE, POSSIBLE, Finding
from psp_core.audit.printed_tables import Entry
from psp_core.audit.table_findings import contingency_findings, range_findings, share_findings


def entry(**given: Any) -> Entry:
    head = dict.fromkeys(("id", "paper", "place", "row", "kind"), "x")
    return Entry(**head, given=given)


def verdicts(findings: list[Finding]) -> dict[str, str]:
    return {one.figure: one.verdict for one in findings}


def test_a_percentage_that_is_cut_off_is_another_reading() -> None:
    found = share_findings(entry(total="3", parts={"a": ["2", "66.6"], "b": ["1", "33.3"]}))
    assert verdicts(found) == {"a": OTHERWISE, "b": POSSIBLE, "total": POSSIBLE}
    assert found[0].reading == "truncated"


def test_another_count_that_would_print_so_is_named() -> None:
    found = share_findings(entry(total="10", parts={"a": ["3", "40"], "b": ["7", "70"]}))
    assert found[0].verdict == IMPOSSIBLE
    assert found[0].sentence == "3/10 = 30 %, not 40 %; another count (4) would be printed so."


def test_parts_that_miss_their_total_are_told() -> None:
    found = share_findings(entry(total="10", parts={"a": ["3", "30"], "b": ["6", "60"]}))
    assert found[-1].sentence == "3 + 6 = 9, not 10."


TABLE = {
    "division": "label",
    "groups": {"PD": "48", "PsPD": "30"},
    "cells": {"male": [["27", "56.3"], ["24", "80"]], "female": [["21", "43.8"], ["6", "20"]]},
    "totals": {"male": "51", "female": "27"},
    "p": "0.03",
    "test": "chi-squared",
}


def test_cells_margins_and_p_of_a_sound_table_are_possible() -> None:
    found = verdicts(contingency_findings(entry(**TABLE)))
    assert set(found.values()) == {POSSIBLE}
    assert {"male, PD", "female, PsPD", "PD, total", "male, total", "p"} <= set(found)


def test_a_p_value_of_another_test_names_it() -> None:
    *_, p = contingency_findings(entry(**{**TABLE, "p": "0.06"}))
    assert (p.verdict, p.reading) == (OTHERWISE, "chi-squared with Yates' correction")


def test_a_wrong_margin_is_impossible() -> None:
    found = verdicts(
        contingency_findings(entry(**{**TABLE, "totals": {"male": "50", "female": "27"}}))
    )
    assert found["male, total"] == IMPOSSIBLE
    assert found["female, total"] == POSSIBLE


def test_a_range_alone_is_not_testable_but_its_median_is() -> None:
    found = verdicts(range_findings(entry(whole=True, total=["57.5", "18", "82", "59"])))
    assert found == {
        "median, all": IMPOSSIBLE, "lowest, all": NOT_TESTABLE, "highest, all": NOT_TESTABLE,
    }  # fmt: skip


def test_a_total_is_held_against_every_division() -> None:
    parts = {"a": ["5", "1", "9", "3"], "b": ["6", "3", "9", "3"]}
    given = {"whole": True, "total": ["5", "2", "9", "6"], "divisions": {"kind": parts}}
    found = range_findings(entry(**given, tests={"kind": ["0.5", "Student t"]}))
    assert verdicts(found)["lowest, all"] == IMPOSSIBLE
    assert found[1].possible == "1"
    assert verdicts(found)["p, kind"] == NOT_TESTABLE
