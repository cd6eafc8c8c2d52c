"""Assumptions are read from the params file, section by section."""

from __future__ import annotations

from pathlib import Path

from psp_core.report.assumptions import assumed_settings

DEMO = Path(__file__).parents[2] / "params" / "demo.yaml"


def test_only_what_is_marked_in_the_sections_is_listed() -> None:
    table = assumed_settings(DEMO, ["pretraining", "classification.network"])
    settings = table.set_index("setting")
    assert settings.loc["pretraining.temperature", "value"] == "0.05"
    assert settings.loc["classification.network.heads", "what it is"] == "of each attention"
    assert "pretraining.steps" not in settings.index
    assert {name.partition(".")[0] for name in settings.index} == {"pretraining", "classification"}
    assert assumed_settings(DEMO, ["classification.net"]).empty
