"""Claims on importances, permutations and sweeps, from tables as other pages write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.runs import Run, open_run, write_table
from psp_core.study.claims import FAILS, HOLDS, NOT_TESTABLE, UNDECIDED, Evidence, Verdict
from psp_core.study.claims_tables import TESTS, importances

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
SIZES = {
    "days_since_rt": 1.0, "min_dose_gy": 0.6, "d98_gy": 0.6, "mean_dose_gy": 0.3,
    "median_dose_gy": 0.3, "mgmt_status": 0.3, "age_years": 0.2, "idh_status": 0.05, "image": 2.0,
}  # fmt: skip


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    run = open_run(PARAMS, tmp_path / "run")
    return Evidence(run, pd.DataFrame(), pd.DataFrame(), None)


def store(run: Run, stage: str, table: pd.DataFrame) -> None:
    with run.stage(stage, depends_on={"table": table.to_csv()}) as opened:
        write_table(opened.folder / f"{stage}.parquet", table)
        opened.finish()


def explained(sizes: dict[str, float], *, off: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = []
    for number in range(40):
        values = {
            name: size * rng.choice([-1, 1]) + rng.normal(0, 0.02) for name, size in sizes.items()
        }
        rows += [
            {
                "model": "proposed", "players": "single", "seed": 0, "fold": number % 5,
                "dataset": "burdenko", "subject_id": f"P{number}", "timepoint": 1,
                "player": name, "shapley": value, "worth_none": 0.5,
                "worth_all": 0.5 + sum(values.values()) + off,
            }
            for name, value in values.items()
        ]  # fmt: skip
    return pd.DataFrame(rows)


def verdicts(evidence: Evidence, name: str) -> list[Verdict]:
    return list(TESTS[name](evidence))


def test_the_ranking_of_the_paper_holds_where_it_was_planted(evidence: Evidence) -> None:
    store(evidence.run, "explanation", explained(SIZES))
    for name in (
        "time_is_the_most_important", "idh_is_the_least_important", "mgmt_before_idh",
        "low_doses_before_other_doses",
    ):  # fmt: skip
        (found,) = verdicts(evidence, name)
        assert found.verdict == HOLDS, found
    assert "image" not in verdicts(evidence, "time_is_the_most_important")[0].figures
    assert "image over idh_status" in verdicts(evidence, "idh_is_the_least_important")[0].figures
    assert len(importances(evidence)) == 40


def test_another_ranking_fails_and_a_player_that_is_not_there_is_named(evidence: Evidence) -> None:
    store(evidence.run, "explanation", explained(SIZES | {"idh_status": 0.5}))
    assert verdicts(evidence, "mgmt_before_idh")[0].verdict == FAILS
    store(evidence.run, "explanation", explained({"days_since_rt": 1.0, "d98_gy": 1.0}))
    assert verdicts(evidence, "time_is_the_most_important")[0].verdict == UNDECIDED
    (found,) = verdicts(evidence, "mgmt_before_idh")
    assert (found.verdict, found.figures) == (
        NOT_TESTABLE, "no Shapley values of idh_status, mgmt_status",
    )  # fmt: skip


def test_values_that_add_up_are_an_exact_measure(evidence: Evidence) -> None:
    store(evidence.run, "explanation", explained(SIZES))
    assert verdicts(evidence, "importance_can_be_quantified")[0].verdict == FAILS
    store(evidence.run, "explanation", explained(SIZES, off=0.1))
    assert verdicts(evidence, "importance_can_be_quantified")[0].verdict == HOLDS


@pytest.mark.parametrize(("centre", "verdict"), [(0.5, HOLDS), (0.6, FAILS)])
def test_permuted_labels_are_judged_without_the_true_ones(
    evidence: Evidence, centre: float, verdict: str
) -> None:
    rng = np.random.default_rng(0)
    drawn = rng.normal(centre, 0.05, size=(60, 2))
    drawn[1:] -= drawn[1:].mean(axis=0) - centre
    table = pd.DataFrame(
        {
            "model": "days_only", "title": "days", "permutation": [0, -1, *range(1, 59)],
            "external": drawn[:, 0], "internal": drawn[:, 1], "n_test": 20, "note": "",
        }
    )  # fmt: skip
    table.loc[[0, 1], ["external", "internal"]] = 0.99
    store(evidence.run, "scramble", table)
    found = verdicts(evidence, "scrambled_labels_give_half")
    assert [one.verdict for one in found] == [verdict, verdict]
    assert "over 58 permutations" in found[0].figures


def test_the_printed_setting_has_to_beat_every_other(evidence: Evidence) -> None:
    rows = [
        {"parameter": "batch_size", "value": float(value), "fold": fold, "auc": auc + fold / 100}
        for value, auc in ((6, 0.5), (8, 0.8), (9, 0.6))
        for fold in range(3)
    ]
    rows.append({"parameter": "cells", "value": 18.0, "fold": 0, "auc": 0.5})
    store(evidence.run, "sweeps", pd.DataFrame(rows))
    with np.errstate(invalid="ignore"):
        assert verdicts(evidence, "printed_batch_size_is_best")[0].verdict == HOLDS
    assert "does not hold 24" in verdicts(evidence, "printed_cells_is_best")[0].figures
    assert "no sweep of epochs" in verdicts(evidence, "printed_epochs_is_best")[0].figures


def test_one_fold_decides_nothing(evidence: Evidence) -> None:
    rows = [
        {"parameter": "cells", "value": value, "fold": 0, "auc": value / 100}
        for value in (18.0, 24.0)
    ]
    store(evidence.run, "sweeps", pd.DataFrame(rows))
    assert verdicts(evidence, "printed_cells_is_best")[0].verdict == UNDECIDED
    apart = pd.DataFrame(rows).assign(fold=[0, 1])
    store(evidence.run, "sweeps", apart)
    assert "no fold has an AUC" in verdicts(evidence, "printed_cells_is_best")[0].figures


def test_without_tables_nothing_is_testable(evidence: Evidence) -> None:
    found = [one.verdict for name in TESTS for one in verdicts(evidence, name)]
    assert set(found) == {NOT_TESTABLE}
