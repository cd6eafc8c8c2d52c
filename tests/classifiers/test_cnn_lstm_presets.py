"""25 differences between paper and code, each with its place."""

from __future__ import annotations

from inspect import signature

import pytest

from psp_core.classifiers.cnn_lstm import CnnLstm
from psp_core.classifiers.cnn_lstm_presets import (
    DIFFERENCES,
    FORESTS,
    NETWORKS,
    Preset,
    settings_of_preset,
)
from psp_core.classifiers.jang_forest import JangForest


def test_all_25_differences_are_told() -> None:
    assert [one.number for one in DIFFERENCES] == list(range(1, 26))
    for one in DIFFERENCES:
        assert all([one.topic, one.paper, one.code, one.fixed, one.where])


@pytest.mark.parametrize("preset", ["paper", "code", "fixed"])
def test_presets_are_arguments_of_the_estimators(preset: Preset) -> None:
    assert set(NETWORKS[preset]) <= set(signature(CnnLstm).parameters)
    assert set(FORESTS[preset]) <= set(signature(JangForest).parameters)


def test_every_argument_in_which_paper_and_code_differ_is_in_the_list() -> None:
    told = " ".join(one.where for one in DIFFERENCES)
    for presets in (NETWORKS, FORESTS):
        paper, code = presets["paper"], presets["code"]
        for name in paper:
            assert paper[name] == code[name] or name in told


def test_fixed_is_the_code_with_its_leaks_closed() -> None:
    changed = {name for name, value in NETWORKS["fixed"].items() if value != NETWORKS["code"][name]}
    assert changed == {"shuffle", "scaler", "unknown_as"}
    assert settings_of_preset("fixed", forest=True)["hard_labels"] is False
    assert settings_of_preset("code")["scaler"] == "each_table"
