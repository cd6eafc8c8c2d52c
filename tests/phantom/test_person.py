"""A person depends on the latents where it should, and on nothing else of the row."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from psp_core.phantom.latents import CausalModel, draw_labels, draw_latents
from psp_core.phantom.person import PARTIAL_PLAN_SHARE, Person, draw_person


def person(seed: int = 4, **changes: object) -> Person:
    rng = np.random.default_rng(0)
    model = CausalModel()
    row = draw_latents(rng, draw_labels(rng, 2, model), model).iloc[0].to_dict()
    latents = pd.Series({**row, **changes}, dtype=object)
    return draw_person(np.random.default_rng(seed), latents, within_mm=70.0)


def parts(of: Person) -> dict[str, bytes]:
    """Every number of a person as bytes."""
    found = {}
    for name in ("head", "background", "field", "lesion"):
        part = getattr(of, name)
        for field in fields(part):
            found[f"{name}.{field.name}"] = np.asarray(getattr(part, field.name)).tobytes()
    return found | {"plan": bytes([of.fractions, of.fractions_in_plan])}


def differing(one: Person, two: Person) -> set[str]:
    first, second = parts(one), parts(two)
    return {name for name in first if first[name] != second[name]}


@pytest.mark.parametrize(
    "changes",
    [
        {"true_label": True, "written_label": True},
        {"true_label": False, "written_label": False},
        {"days_since_rt": 1000},
        {"mgmt_status": "unknown", "idh_status": "mutant", "sex": "F", "age_years": 22},
    ],
)
def test_neither_label_nor_clinical_data_reach_the_person(changes: dict[str, object]) -> None:
    assert differing(person(), person(**changes)) == set()


@pytest.mark.parametrize(
    ("latent", "field"),
    [
        ("outfield", "lesion.centre_mm"),
        ("solidity", "lesion.core_fraction"),
        ("rim", "lesion.gadolinium_mmol"),
        ("oedema", "lesion.oedema_mm"),
    ],
)
def test_each_latent_reaches_one_figure_of_the_lesion(latent: str, field: str) -> None:
    assert differing(person(**{latent: -1.0}), person(**{latent: 1.0})) == {field}


def test_hypofractionation_changes_the_prescription_alone() -> None:
    short, long = person(hypofractionated=True), person(hypofractionated=False)
    assert (short.field.prescription_gy, short.fractions) == (40.05, 15)
    assert (long.field.prescription_gy, long.fractions) == (60.0, 30)
    assert differing(short, long) == {"field.prescription_gy", "plan"}


def test_partial_plans_are_as_frequent_as_in_the_collection_and_can_be_left_out() -> None:
    row = pd.Series(
        {"hypofractionated": False, "outfield": 0, "solidity": 0, "rim": 0, "oedema": 0}
    )
    drawn = [draw_person(np.random.default_rng(seed), row) for seed in range(400)]
    partial = [one for one in drawn if one.fractions_in_plan < one.fractions]
    assert len(partial) / 400 == pytest.approx(PARTIAL_PLAN_SHARE, abs=0.03)
    assert all(2 <= one.fractions_in_plan <= 10 for one in partial)
    whole = [
        draw_person(np.random.default_rng(seed), row, partial_plans=False) for seed in range(40)
    ]
    assert all(one.fractions_in_plan == one.fractions == 30 for one in whole)


def test_the_cavity_lies_in_the_middle_of_the_field() -> None:
    one = person()
    np.testing.assert_array_equal(one.background.cavity_centre_mm, one.field.target_mm)
    np.testing.assert_array_equal(one.background.cavity_semi_axes_mm, one.field.gtv_axes_mm)


def test_the_lesions_centre_can_be_kept_near_the_origin() -> None:
    latents = pd.Series(
        {"hypofractionated": False, "outfield": 1.5, "solidity": 0, "rim": 0, "oedema": 0}
    )
    for limit in (np.inf, 60.0):
        reach = [
            np.abs(
                draw_person(np.random.default_rng(seed), latents, within_mm=limit).lesion.centre_mm
            ).max()
            for seed in range(40)
        ]
        assert (max(reach) < 60) == (limit == 60.0)
