"""A table written by hand, as any program may write it, gives all tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.predictions import COLUMNS, read_predictions
from psp_core.evaluation.tables import all_tables

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


def test_too_few_patients_have_no_figure_and_are_named(own: Path) -> None:
    tables = all_tables(read_predictions(own), minimum_per_class=6, bootstrap_samples=100, seed=0)
    assert all(tables[name].empty for name in ("summary", "precision", "rates"))
    assert tables["left_out"]["dataset"].tolist() == ["their_centre"]


def test_a_minimum_of_nobody_raises(own: Path) -> None:
    with pytest.raises(UndefinedMetricError, match="minimum_per_class is 0"):
        all_tables(read_predictions(own), minimum_per_class=0, bootstrap_samples=9, seed=0)
