"""Assumptions are read from the params file, section by section."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from psp_core.params import read_params
from psp_core.params.marks import MARKS, read_marks
from psp_core.report.assumptions import assumed_settings, every_assumption, mark_counts

DEMO = Path(__file__).parents[2] / "params" / "demo.yaml"


def test_only_what_is_marked_in_the_sections_is_listed() -> None:
    table = assumed_settings(DEMO, ["pretraining", "classification.network"])
    settings = table.set_index("setting")
    assert settings.loc["pretraining.temperature", "value"] == "0.05"
    assert settings.loc["classification.network.heads", "what it is"] == "of each attention"
    assert "pretraining.steps" not in settings.index
    assert {name.partition(".")[0] for name in settings.index} == {"pretraining", "classification"}
    assert assumed_settings(DEMO, ["classification.net"]).empty


def test_every_assumption_is_listed_with_what_a_run_overrides() -> None:
    table = every_assumption(DEMO, read_params(DEMO, "pretraining.temperature: 0.1"))
    settings = table.set_index("setting")
    assert len(table) == (pd.Series([one.mark for one in read_marks(DEMO)]) == "assumption").sum()
    assert settings.loc["pretraining.temperature", "this run"] == "0.1"
    others = settings.drop(index="pretraining.temperature")
    assert set(others["this run"]) == {"–"}
    assert settings.loc["upenn_gbm.cuts", "value"] == "[[2, 5], [3, 4], [2, 3], [4, 5]]"


def test_a_model_that_a_run_takes_out_of_a_list_is_told() -> None:
    params = read_params(DEMO, {"classification.models": ["proposed"]})
    table = every_assumption(DEMO, params)
    models = table[table["setting"] == "classification.models"]
    assert len(models) > 0
    assert set(models["this run"]) == {"not in it"}


def test_marks_are_counted_by_section_and_add_up() -> None:
    counts = mark_counts(DEMO).set_index("section")
    assert list(counts.columns) == [*MARKS, "all"]
    assert counts.loc["all", "all"] == len(read_marks(DEMO))
    assert (counts.drop(index="all").sum() == counts.loc["all"]).all()
    assert counts.loc["pretraining", "assumption"] == 11
