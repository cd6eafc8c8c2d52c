"""Cases on the template's grid: the label reaches them through the latents alone."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from psp_core.phantom.latents import CausalModel, draw_labels, draw_latents
from psp_core.phantom.own_layout import OwnCase
from psp_core.phantom.patient import Image
from psp_core.phantom.person import draw_person
from psp_core.phantom.preoperative import SEGMENTATION_LABELS
from psp_core.phantom.registered import CUBE_MM, HEAD_SPREAD, WITHIN_MM, build_registered

MM = 5.0


def row(**changes: object) -> pd.Series:  # type: ignore[type-arg]
    rng = np.random.default_rng(2)
    model = CausalModel()
    drawn = draw_latents(rng, draw_labels(rng, 2, model), model).astype(object).iloc[0]
    return pd.Series({**drawn.to_dict(), **changes}, dtype=object)


def build(seed: int = 1, **changes: object) -> OwnCase:
    return build_registered("Case-1", row(**changes), MM, (seed,))[0]


def images(case: OwnCase) -> dict[str, Image]:
    found = {field.name: getattr(case, field.name) for field in fields(case)}
    return {name: value for name, value in found.items() if isinstance(value, Image)}


def differing(one: OwnCase, two: OwnCase) -> set[str]:
    pairs = {name: (image, images(two)[name]) for name, image in images(one).items()}
    return {name for name, (a, b) in pairs.items() if not np.array_equal(a.values, b.values)}


def test_all_images_lie_on_one_cube_around_the_origin() -> None:
    found = images(build())
    assert set(found) == {"t1ce", "flair", "lesion_mask", "dose"}
    side = round(CUBE_MM / MM)
    for image in found.values():
        assert image.values.shape == (side, side, side)
        np.testing.assert_array_equal(image.affine, found["t1ce"].affine)
    middle = found["t1ce"].affine @ [*[(side - 1) / 2] * 3, 1]
    np.testing.assert_allclose(middle, [0, 0, 0, 1], atol=1e-9)


def test_the_label_alone_changes_one_cell_and_no_voxel() -> None:
    tp, psp = (build(true_label=label, written_label=label) for label in (True, False))
    assert differing(tp, psp) == set()
    assert (tp.label, psp.label) == ("true_progression", "pseudoprogression")
    cells = {field.name for field in fields(tp)} - set(images(tp)) - {"label"}
    assert {name: getattr(tp, name) for name in cells} == {
        name: getattr(psp, name) for name in cells
    }


def test_the_written_label_is_the_one_in_the_table() -> None:
    assert build(true_label=True, written_label=False).label == "pseudoprogression"


def test_images_do_not_show_the_days() -> None:
    assert differing(build(days_since_rt=20), build(days_since_rt=600)) == set()


@pytest.mark.parametrize(
    ("latent", "shown_in"),
    [
        ("outfield", {"t1ce", "flair", "lesion_mask"}),
        ("solidity", {"t1ce", "flair", "lesion_mask"}),
        ("rim", {"t1ce"}),
        ("oedema", {"t1ce", "flair", "lesion_mask"}),
    ],
)
def test_each_latent_shows_where_it_should_and_never_in_the_dose(
    latent: str, shown_in: set[str]
) -> None:
    assert differing(build(**{latent: -1.0}), build(**{latent: 1.0})) == shown_in


def test_outside_the_brain_everything_but_the_dose_is_zero() -> None:
    case = build()
    nothing = np.asarray(case.t1ce.values) == 0
    assert 0.3 < nothing.mean() < 0.8
    assert (np.asarray(case.flair.values)[nothing] == 0).all()
    assert set(np.unique(np.asarray(case.lesion_mask.values))) == set(SEGMENTATION_LABELS)


def test_the_mask_lies_where_the_lesion_was_put() -> None:
    person = _person(1)
    case = build()
    index = np.argwhere(np.isin(case.lesion_mask.values, (1, 4)))
    centroid = (case.t1ce.affine @ np.append(index.mean(0), 1))[:3]
    np.testing.assert_allclose(centroid, person.lesion.centre_mm, atol=MM)


def _person(seed: int):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng((seed,))
    rng.integers(2**62)  # the generator's seed is drawn first
    return draw_person(
        rng, row(), partial_plans=False, head_spread=HEAD_SPREAD, within_mm=WITHIN_MM
    )


def test_the_cube_cuts_no_lesion() -> None:
    rng = np.random.default_rng(1)
    model = CausalModel()
    latents = draw_latents(rng, draw_labels(rng, 60, model), model)
    for number, (_, one) in enumerate(latents.iterrows()):
        lesion = draw_person(
            np.random.default_rng(number), one, head_spread=HEAD_SPREAD, within_mm=WITHIN_MM
        ).lesion
        reach = np.abs(lesion.centre_mm) + np.linalg.norm(
            lesion.axes.T * lesion.semi_axes_mm, axis=1
        )
        assert reach.max() < CUBE_MM / 2, number


def test_the_same_seed_gives_the_same_case_and_another_one_another() -> None:
    assert differing(build(), build()) == set()
    assert differing(build(1), build(2)) == {"t1ce", "flair", "lesion_mask", "dose"}
