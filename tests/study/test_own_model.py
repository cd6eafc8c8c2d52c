"""The book's page on own models does what it says: one file, one line, and a row of results."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from psp_core.evaluation.predictions import SOFT_VOTE
from psp_core.study import experiments, rows_own
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.entry import Entry
from psp_core.study.experiments import BASELINES, fit_experiment
from psp_core.study.patients import Patients
from tests.cohorts.made import run_with_cohorts

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "book" / "own_model.md").read_text(encoding="utf-8")
FILE, LINE, _ = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Entry]:
    """The catalogue after the page's file is saved and its line is added."""
    (tmp_path / "my_model.py").write_text(FILE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    own: dict[str, Entry] = {}
    exec(LINE, {"ROWS": own, "Entry": Entry})
    return {**CATALOGUE, **own}


def test_the_file_for_own_models_is_there_empty_and_in_the_catalogue() -> None:
    assert rows_own.ROWS == {}
    source = (ROOT / "psp_core" / "study" / "catalogue.py").read_text(encoding="utf-8")
    assert "**rows_own.ROWS," in source
    assert "psp_core/study/rows_own.py" in PAGE


def test_an_own_model_stands_in_the_predictions_beside_ours(
    rows: dict[str, Entry], patients: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = pd.DataFrame(columns=["dataset", "subject_id", "lost", "reason"])
    monkeypatch.setattr(experiments, "study_patients", lambda _: Patients(patients, lost))
    (models,) = re.findall(r"\{(baselines\.models: \[[a-z_, ]+\])\}", PAGE)
    named = models.partition("[")[2].rstrip("]").split(", ")
    changes = {"study.workers": 1, "baselines.models": named}
    run = run_with_cohorts(ROOT / "params" / "ci.yaml", tmp_path / "run", changes)
    found = fit_experiment(run, BASELINES, catalogue=rows).outcome
    assert found.failed.empty
    votes = found.predictions[found.predictions["member"] == SOFT_VOTE]
    counts = votes.groupby("model")["subject_id"].nunique().to_dict()
    assert counts == {"clinical_logistic": 12, "nearest_patients": 12}
    assert votes["experiment"].unique().tolist() == [BASELINES]
