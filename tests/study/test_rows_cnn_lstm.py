"""The rows of Jang 2018 are built with the presets, and the params do not overrule them."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.inputs.slices import carrying
from psp_core.study.entry import build_estimator
from psp_core.study.rows_cnn_lstm import ROWS


@pytest.mark.parametrize("name", list(ROWS))
def test_every_row_can_be_built(name: str) -> None:
    slices = carrying(["a/b/001"], np.zeros((1, 1)), side=8, n_slices=1)
    sources = {"t1ce_slices": slices, "lesion_sequences": slices}
    estimator = build_estimator(ROWS[name], sources=sources, defaults={"epochs": 3})
    assert getattr(estimator, "epochs", 3) == 3
    assert estimator.feature_set == ROWS[name].feature_set


def test_every_preset_of_model_1_stands_beside_the_printed_row() -> None:
    printed = {name for name, entry in ROWS.items() if entry.printed}
    assert printed == {"cnn_lstm_paper", "cnn_lstm_code", "cnn_lstm_fixed"}
    assert ROWS["cnn_lstm_paper"].settings["activation"] == "tanh"
    assert ROWS["cnn_lstm_code"].settings["scaler"] == "each_table"
