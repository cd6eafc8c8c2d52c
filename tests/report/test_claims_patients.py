"""Claims on patients: planted effects are found, counts are those of the tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.phantom.latents import CausalModel
from psp_core.report.claims_patients import TESTS
from psp_core.runs import open_run
from psp_core.study.claims import FAILS, HOLDS, NOT_TESTABLE, UNDECIDED, Evidence, Verdict

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


def made(n: int = 200) -> pd.DataFrame:
    """Half pseudoprogression: earlier, at a higher dose, more often male and methylated."""
    rng = np.random.default_rng(0)
    is_tp = np.arange(n) % 2 == 0
    rare, often = rng.random(n) < 0.2, rng.random(n) < 0.8
    return pd.DataFrame(
        {
            "dataset": "burdenko",
            "subject_id": [f"P{number}" for number in range(n)],
            "label": np.where(is_tp, "true_progression", "pseudoprogression"),
            "days_since_rt": rng.normal(90, 10, n) + 60 * is_tp - 3,
            "d98_gy": rng.normal(50, 5, n) - 8 * is_tp,
            "min_dose_gy": rng.normal(45, 5, n) - 8 * is_tp,
            "sex": np.where(np.where(is_tp, often, rare), "F", "M"),
            "mgmt_status": np.where(np.where(is_tp, rare, often), "methylated", "unmethylated"),
            "idh_status": "wildtype",
        }
    )


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    run = open_run(PARAMS, tmp_path / "run")
    return Evidence(run, pd.DataFrame(), made(), CausalModel())


def of_run(evidence: Evidence, name: str) -> Verdict:
    return next(iter(TESTS[name](evidence)))


def recorded(evidence: Evidence, name: str) -> Verdict:
    (found,) = (one for one in TESTS[name](evidence) if "real patients" in one.data)
    return found


@pytest.mark.parametrize(
    "name",
    [
        "dose_is_higher_in_pseudoprogression", "interval_is_shorter_in_pseudoprogression",
        "women_have_true_progression", "methylated_have_pseudoprogression",
    ],
)  # fmt: skip
def test_a_planted_effect_holds_and_the_opposite_fails(evidence: Evidence, name: str) -> None:
    found = of_run(evidence, name)
    assert found.verdict == HOLDS, found
    assert found.built_in.startswith("built in: ")
    assert found.data == "burdenko, phantoms: n = 200, 100 true progression"
    classes = {"true_progression": "pseudoprogression", "pseudoprogression": "true_progression"}
    evidence.patients["label"] = evidence.patients["label"].map(classes)
    assert of_run(evidence, name).verdict == FAILS


def test_a_share_of_all_early_events_is_not_about_sixty_percent(evidence: Evidence) -> None:
    name = "pseudoprogression_comes_within_three_months"
    assert of_run(evidence, name).verdict == HOLDS
    evidence.patients["days_since_rt"] = 20.0
    found = of_run(evidence, name)
    assert found.verdict == FAILS
    assert found.figures.startswith("100 of 100 pseudoprogressions within 90 days: 1.00 (0.96")


def test_a_category_that_nobody_has_decides_nothing(evidence: Evidence) -> None:
    found = of_run(evidence, "mgmt_and_idh_go_with_pseudoprogression")
    assert found.verdict == UNDECIDED
    assert "idh_status: one category or class is empty" in found.figures


def test_the_recorded_table_of_real_patients_is_judged_too(evidence: Evidence) -> None:
    timing = recorded(evidence, "pseudoprogression_comes_within_three_months")
    assert timing.figures.startswith("33 of 33 pseudoprogressions within 90 days")
    assert timing.verdict == FAILS
    sex = recorded(evidence, "women_have_true_progression")
    assert "F: 15/33 of pseudoprogressions, 34/82 of true progressions" in sex.figures
    assert sex.verdict == UNDECIDED
    assert recorded(evidence, "interval_is_shorter_in_pseudoprogression").verdict == HOLDS
    assert recorded(evidence, "methylated_have_pseudoprogression").built_in == ""


def test_without_doses_the_claim_on_doses_is_not_testable(evidence: Evidence) -> None:
    evidence.patients["d98_gy"] = np.nan
    assert of_run(evidence, "dose_is_higher_in_pseudoprogression").verdict == NOT_TESTABLE


def test_the_printed_counts_of_both_institutions_differ_in_idh(evidence: Evidence) -> None:
    found = of_run(evidence, "printed_sets_differ_in_idh_alone")
    assert found.verdict == HOLDS
    assert "mgmt_status p = 0.61" in found.figures  # as printed
    assert "label p = 0.71" in found.figures
