"""The models of the study are explained on whom they held out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from psp_core.encoder.tokens import Tokens
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.cross_validation import Plan, Unit
from psp_core.study.explained import GROUPED, SINGLE, explain_unit
from psp_core.study.folds import draw_folds


def explained(patients: pd.DataFrame, tokens: Tokens, model: str, fold: int = 0) -> pd.DataFrame:
    folds = draw_folds(patients[patients["dataset"] == "burdenko"], n_folds=5, seeds=1, entropy=1)
    inner: Any = {"light": 2}
    plan = Plan(patients, "burdenko", folds, inner, 1, {"tokens": tokens})
    return explain_unit(Unit(model, CATALOGUE[model], 0, fold), plan=plan, background=2)


def test_values_are_of_the_held_out_patients_and_add_up(
    patients: pd.DataFrame, tokens: Tokens
) -> None:
    table = explained(patients, tokens, "clinical_logistic")
    folds = draw_folds(patients[patients["dataset"] == "burdenko"], n_folds=5, seeds=1, entropy=1)
    assert set(table["subject_id"]) == set(folds[folds["fold"] == 0]["subject_id"])
    for kind in (SINGLE, GROUPED):
        part = table[table["players"] == kind].groupby("subject_id")
        whole = part["worth_all"].first() - part["worth_none"].first()
        np.testing.assert_allclose(part["shapley"].sum(), whole, atol=1e-6)


def test_the_doses_together_are_their_sum_in_a_linear_model(
    patients: pd.DataFrame, tokens: Tokens
) -> None:
    table = explained(patients, tokens, "clinical_logistic")
    doses = table[(table["players"] == SINGLE) & table["player"].str.endswith("_gy")]
    one = table[(table["players"] == GROUPED) & (table["player"] == "dose")]
    together = one.set_index("subject_id")["shapley"].sort_index()
    np.testing.assert_allclose(doses.groupby("subject_id")["shapley"].sum(), together, atol=1e-6)


def test_the_same_unit_gives_the_same_values(patients: pd.DataFrame, tokens: Tokens) -> None:
    one, other = (explained(patients, tokens, "clinical_logistic") for _ in range(2))
    pd.testing.assert_frame_equal(one, other)
