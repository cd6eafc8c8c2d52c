"""A table written by hand, as any program may write it, gives all tables."""

from __future__ import annotations

from inspect import Parameter, signature
from pathlib import Path

import pandas as pd
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.predictions import COLUMNS, read_predictions
from psp_core.evaluation.tables import all_tables
from psp_core.params.decisions import DecisionsParams
from psp_core.params.modelling import EvaluationParams
from psp_core.params.sections import StudyParams, TimingParams
from tests.report.results import make_predictions

FOREIGN = ("forest", "v1", "all columns", 0, 0, -1, "soft_vote", "test", "their_centre")
PATIENTS = (  # truth, score
    *((1, 0.91), (1, 0.80), (1, 0.35), (1, 0.66), (1, 0.52)),
    *((0, 0.10), (0, 0.57), (0, 0.22), (0, 0.41), (0, 0.08)),
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    lines = [",".join(COLUMNS)]
    lines += [
        ",".join(map(str, ("theirs", *FOREIGN, f"{n:03d}", 1, 100, truth, score, 0.5)))
        for n, (truth, score) in enumerate(PATIENTS)
    ]
    path = tmp_path / "theirs.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_foreign_csv_gives_every_table(own: Path) -> None:
    tables = all_tables(read_predictions(own), minimum_per_class=5, bootstrap_samples=100, seed=0)
    summary = tables["summary"].iloc[0]
    assert (summary["n"], summary["n_true_progression"]) == (10, 5)
    assert summary["auc"] == pytest.approx(22 / 25)
    assert summary["lower"] < summary["auc"] < summary["upper"]
    precision = tables["precision"].iloc[0]
    assert precision["no_skill"] == 0.5
    # of 252 orders 1, 1, 2 and 3 have 25, 24, 23 and 22 wins
    assert precision["p_chance"] == pytest.approx(7 / 252)
    rates = tables["rates"].query("at == 'frozen'").set_index("rate")
    assert (rates.loc["sensitivity", "k"], rates.loc["specificity", "k"]) == (4, 4)
    assert rates.loc["f1", "value"] == pytest.approx(8 / 10)
    assert rates.loc["balanced_accuracy", "value"] == pytest.approx(0.8)
    target = tables["rates"].query("at == 'sensitivity 0.90'")
    assert target["note"].str.startswith("no held-out scores").all()
    assert tables["left_out"].empty


def test_the_defaults_are_those_of_the_params() -> None:
    given = {name: one.default for name, one in signature(all_tables).parameters.items()}
    evaluation, decisions = EvaluationParams(), DecisionsParams()
    assert given == {
        "predictions": Parameter.empty,
        "minimum_per_class": TimingParams().minimum_per_class,
        "bootstrap_samples": evaluation.bootstrap_samples,
        "seed": StudyParams(name="any").seed,
        "sensitivity_target": evaluation.sensitivity_target,
        "rank_draws": evaluation.rank_draws,
        "widest_slope_interval": decisions.widest_slope_interval,
        "reliability_bins": decisions.reliability_bins,
        "thresholds": decisions.thresholds,
        "conformal_alpha": decisions.conformal_alpha,
        "confidence_level": evaluation.confidence_level,
    }
    assert decisions.bootstrap_samples == evaluation.bootstrap_samples


def test_one_model_has_what_a_decision_asks_for_and_no_pair(own: Path) -> None:
    tables = all_tables(read_predictions(own), bootstrap_samples=100)
    assert tables["comparisons"].empty
    assert tables["calibration"]["brier"].tolist() == pytest.approx([0.13744])
    assert tables["reliability"]["n"].sum() == 10
    assert len(tables["decision_curves"]) == len(DecisionsParams().thresholds)
    assert tables["risk_coverage"]["kept"].max() == 10
    assert tables["risk_coverage_areas"]["n"].tolist() == [10]
    assert tables["abstention"]["note"].str.startswith("no calibration patient").all()


def test_all_pairs_are_compared_on_the_same_patients() -> None:
    made = make_predictions()
    third = made[made["model"] == "proposed"].assign(model="third", y_score=0.5)
    tables = all_tables(pd.concat([made, third]), bootstrap_samples=100, rank_draws=100)
    pairs = tables["comparisons"].groupby("split")[["first_model", "second_model"]]
    assert {len(part) for _, part in pairs} == {3}
    assert {"p_value", "p_holm", "p_ranks", "all_p_value"} <= set(tables["comparisons"])
    assert tables["abstention"]["n"].max() == 15


def test_arms_of_one_model_are_compared_under_their_whole_names() -> None:
    made = make_predictions().query("model == 'proposed'")
    other = made.assign(preset="late", y_score=1 - made["y_score"])
    tables = all_tables(pd.concat([made, other]), bootstrap_samples=100, rank_draws=100)
    names = tables["comparisons"][["first_model", "second_model"]].drop_duplicates()
    assert names.to_numpy().tolist() == [["e, proposed, , full", "e, proposed, late, full"]]


def test_too_few_patients_have_no_figure_and_are_named(own: Path) -> None:
    tables = all_tables(read_predictions(own), minimum_per_class=6, bootstrap_samples=100, seed=0)
    assert all(tables[name].empty for name in tables if name != "left_out")
    assert tables["left_out"]["dataset"].tolist() == ["their_centre"]


def test_a_minimum_of_nobody_raises(own: Path) -> None:
    with pytest.raises(UndefinedMetricError, match="minimum_per_class is 0"):
        all_tables(read_predictions(own), minimum_per_class=0, bootstrap_samples=9, seed=0)
