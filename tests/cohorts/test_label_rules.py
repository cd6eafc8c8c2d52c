"""Counts of the plausible rules on the real clinical table (DOI 10.7937/E1QP-D183)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from psp_core.cohorts.burdenko import read_clinical_table
from psp_core.cohorts.label_rules import count_rules, plausible_rules

COLUMNS = [
    "rule", "window", "first_visit_only", "minimum_age_years", "requires",
    "true_progression", "pseudoprogression", "patients", "distance",
]  # fmt: skip


@pytest.fixture(scope="module")
def counts(reference_dir: Path) -> pd.DataFrame:
    return count_rules(read_clinical_table(reference_dir / "burdenko_clinical"))


def test_every_rule_is_counted_once(counts: pd.DataFrame) -> None:
    assert counts.columns.tolist() == COLUMNS
    assert len(counts) == len(set(plausible_rules())) == 3 * 5 * 2 * 2 * 3
    assert counts["distance"].is_monotonic_increasing
    assert (counts["patients"] == counts["true_progression"] + counts["pseudoprogression"]).all()


@pytest.mark.parametrize(
    ("rule", "window", "first", "true_progression", "pseudoprogression"),
    [
        ("ever_pseudoprogression", None, False, 87, 33),
        ("first", None, False, 78, 33),
        ("first", None, True, 20, 31),
        ("first", 90, False, 29, 33),
        ("first", 365, False, 72, 33),
        ("first_non_distant", None, False, 82, 33),
    ],
)
def test_the_counts_are_the_published_ones_of_the_table(
    rule: str,
    window: float | None,
    first: bool,
    true_progression: int,
    pseudoprogression: int,
    counts: pd.DataFrame,
) -> None:
    plain = counts[counts["minimum_age_years"].isna() & (counts["requires"] == "nothing")]
    same = plain["window"].isna() if window is None else plain["window"] == window
    row = plain[same & (plain["rule"] == rule) & (plain["first_visit_only"] == first)]
    assert row[["true_progression", "pseudoprogression"]].to_numpy().tolist() == [
        [true_progression, pseudoprogression]
    ]


def test_no_rule_gives_the_published_cohort(counts: pd.DataFrame) -> None:
    assert counts["distance"].min() == 7
    nearest = counts[counts["distance"] == 7]
    assert sorted(nearest["rule"]) == ["ever_pseudoprogression", "first"]
    assert (nearest["requires"] == "event after radiotherapy").all()


def test_each_requirement_leaves_the_right_patients_out(
    patient: Callable[..., dict[str, str]], write_clinical: Callable[..., Path]
) -> None:
    rows = [
        patient(1),
        patient(2, {"IDH1/2": ""}),
        patient(3, {"Anonym2nd_fup": " "}),
        patient(4, {"Anonym2nd_fup": "6/20/04", "Anonym1st_fup": "6/10/04"}),
        patient(5, {"AgeAtStudyDate": "8"}),
        patient(6, {"AgeAtStudyDate": ""}),
    ]
    counts = count_rules(read_clinical_table(write_clinical(rows)))
    plain = counts[
        (counts["rule"] == "first") & counts["window"].isna() & ~counts["first_visit_only"]
    ].fillna({"minimum_age_years": 0})
    plain = plain.set_index(["requires", "minimum_age_years"])["true_progression"]
    assert plain[("nothing", 0)] == 6
    assert plain[("nothing", 18)] == 5
    assert plain[("IDH and MGMT known", 0)] == 5
    assert plain[("event after radiotherapy", 18)] == 3
