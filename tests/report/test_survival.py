"""What is told of the learning from survival."""

from __future__ import annotations

import pandas as pd

from psp_core.report.survival import concordance_table, tell_survival

FOUND = pd.DataFrame(
    {
        "loss": ["deephit", "cox"],
        "is_used": [True, False],
        "n_train": 40,
        "n_held_out": 10,
        "died": 8,
        "pairs": 34,
        "concordance": [0.7123, 0.44],
        "lower": [0.55, 0.2],
        "upper": [0.85, 0.7],
    }
)


def test_each_loss_stands_with_its_interval_and_pairs() -> None:
    table = concordance_table(FOUND)
    assert table["concordance"].tolist() == ["0.712", "0.440"]
    assert table["interval"].tolist() == ["0.55 to 0.85", "0.20 to 0.70"]
    assert table["its encoder is used"].tolist() == ["yes", "no"]
    assert table["pairs"].tolist() == [34, 34]


def test_an_encoder_that_is_not_better_than_chance_is_said_to_be_none() -> None:
    assert "0.71 (0.55 to 0.85)" in tell_survival(FOUND)
    assert "not shown" not in tell_survival(FOUND)
    assert "not shown" in tell_survival(FOUND.assign(is_used=[False, True]))
    assert "no transfer" in tell_survival(None)
