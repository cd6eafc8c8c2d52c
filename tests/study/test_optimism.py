"""The arms of the protocols: fixed relations between them, on tiny cohorts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from psp_core.phantom.latents import CausalModel
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.optimism import (
    ARMS,
    CLOSED,
    FRESH,
    PUBLISHED,
    SELECTED,
    STOPPED,
    VALIDATION,
    Drawn,
    compare_protocols,
)

SETTINGS: dict[str, Any] = {
    "entry": CATALOGUE["clinical_network"],
    "defaults": {"steps": 10},
    "sizes": (24, 60),
    "n_folds": 2,
    "background": 2,
    "nested_folds": 2,
    "most_features": 2,
}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    parts = ("last step", "watched", "nested")
    return pd.concat(
        compare_protocols(Drawn("as set", CausalModel(), 3, part), **SETTINGS)  # type: ignore[arg-type]
        for part in parts
    )


def test_every_arm_is_told_on_validation_and_on_fresh_patients(table: pd.DataFrame) -> None:
    arms = table[table["arm"] != ""]
    assert set(arms["arm"]) == set(ARMS)
    assert set(arms["dataset"]) == {VALIDATION, FRESH}
    assert len(arms) == 2 * len(ARMS)


def test_a_choice_on_the_validation_folds_never_looks_worse_there(table: pd.DataFrame) -> None:
    inside = table[table["dataset"] == VALIDATION].set_index("arm")["auc"]
    assert inside[SELECTED] >= inside[CLOSED]
    assert inside[PUBLISHED] >= inside[STOPPED] >= inside[CLOSED]


def test_cohorts_repeat_and_fresh_patients_decide_nothing(table: pd.DataFrame) -> None:
    again = compare_protocols(
        Drawn("as set", CausalModel(), 3, "last step"), **SETTINGS | {"sizes": (24, 60)}
    )
    first = table[table["curve"] == "last step"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, first)
