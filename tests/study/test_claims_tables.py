"""Claims on importances, permutations and sweeps, from tables as other pages write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.runs import Run, open_run, write_table
from psp_core.study.claims import FAILS, HOLDS, NOT_TESTABLE, UNDECIDED, Evidence, Verdict
from psp_core.study.claims_tables import PRINTED_SETTINGS, TESTS, TRIED, importances

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
    assert verdicts(evidence, "mgmt_before_idh")[0].data.endswith("(reduced); reduced models")


def test_another_ranking_fails_and_a_player_that_is_not_there_is_named(evidence: Evidence) -> None:
    store(evidence.run, "explanation", explained(SIZES | {"idh_status": 0.5}))
    assert verdicts(evidence, "mgmt_before_idh")[0].verdict == FAILS
    store(evidence.run, "explanation", explained({"days_since_rt": 1.0, "d98_gy": 1.0}))
    assert verdicts(evidence, "time_is_the_most_important")[0].verdict == UNDECIDED
    (found,) = verdicts(evidence, "mgmt_before_idh")
    assert (found.verdict, found.figures) == (
        NOT_TESTABLE, "no Shapley values of idh_status, mgmt_status",
    )  # fmt: skip


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


def swept(parameter: str, best: float, *, folds: int = 5, tried: int = 4) -> pd.DataFrame:
    """AUCs of the values that the paper tried; one of them is the best in every fold."""
    return pd.DataFrame(
        [
            {
                "parameter": parameter, "value": float(value), "fold": fold,
                "auc": 0.5 + 0.3 * (value == best) + ((fold * 7 + place) % 5) / 100,
            }
            for place, value in enumerate(TRIED[parameter][:tried])
            for fold in range(folds)
        ]
    )  # fmt: skip


@pytest.mark.parametrize("parameter", ["batch_size", "cells", "learning_rate"])
def test_the_printed_setting_has_to_beat_every_other(evidence: Evidence, parameter: str) -> None:
    name, printed = f"printed_{parameter}_is_best", PRINTED_SETTINGS[parameter]
    store(evidence.run, "sweeps", swept(parameter, printed))
    (found,) = verdicts(evidence, name)
    assert found.verdict == HOLDS
    assert found.data == "5 folds of the training cohort, CNN-LSTM; reduced models"
    assert found.figures.count("less that of") == 3
    store(evidence.run, "sweeps", swept(parameter, TRIED[parameter][0]))
    assert verdicts(evidence, name)[0].verdict == FAILS


def test_a_sweep_that_is_smaller_than_the_paper_s_is_not_judged(evidence: Evidence) -> None:
    name = "printed_cells_is_best"
    store(evidence.run, "sweeps", swept("cells", 24, folds=4))
    (found,) = verdicts(evidence, name)
    assert (found.verdict, "has 4 folds" in found.figures) == (NOT_TESTABLE, True)
    store(evidence.run, "sweeps", swept("cells", 18, tried=2))
    (found,) = verdicts(evidence, name)
    assert (found.verdict, "no AUC of 22, 24" in found.figures) == (NOT_TESTABLE, True)
    holed = swept("cells", 24)
    holed.loc[3, "auc"] = np.nan
    store(evidence.run, "sweeps", holed)
    assert "has 4 folds" in verdicts(evidence, name)[0].figures
    assert "no sweep of batch_size" in verdicts(evidence, "printed_batch_size_is_best")[0].figures


def test_without_tables_nothing_is_testable(evidence: Evidence) -> None:
    found = [one.verdict for name in TESTS for one in verdicts(evidence, name)]
    assert set(found) == {NOT_TESTABLE}
