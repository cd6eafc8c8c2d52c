"""The lesion shows its latents, and nothing of it leaves the brain."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from psp_core.phantom.head import Head, centred_grid, grid_points
from psp_core.phantom.lesion import INDEX, Background, Lesion, Scene, compose, lesion_from_latents

SHAPE, AFFINE = centred_grid((150, 180, 150), (3.0, 3.0, 3.0))
POINTS = grid_points(SHAPE, AFFINE)
HEAD = Head.draw(np.random.default_rng(0), variation=0)
CENTRE = np.array([28.0, -10.0, 20.0])


def lesion(solidity: float = 0, rim: float = 0, oedema: float = 0) -> Lesion:
    rng = np.random.default_rng(4)
    return lesion_from_latents(solidity, rim, oedema, centre_mm=CENTRE, rng=rng)


def scene(of: Lesion | None, background: Background | None = None) -> Scene:
    return compose(HEAD, POINTS, 3.0, background, of)


def volume_of(label: int, found: Scene) -> int:
    return int((found.labels() == label).sum())


def test_laying_tissues_keeps_their_sum() -> None:
    plain, with_lesion = scene(None), scene(lesion())
    torch.testing.assert_close(
        plain.fractions.sum(0), with_lesion.fractions.sum(0), atol=1e-5, rtol=0
    )


def test_more_solid_means_a_smaller_core() -> None:
    cores = [volume_of(1, scene(lesion(solidity=z))) for z in (-2, 0, 2)]
    assert cores[0] > cores[1] > cores[2] > 0


def test_more_oedema_means_a_wider_halo_and_the_same_lesion() -> None:
    scenes = [scene(lesion(oedema=z)) for z in (-2, 0, 2)]
    halos = [volume_of(2, found) for found in scenes]
    assert halos[0] < halos[1] < halos[2]
    assert len({volume_of(4, found) + volume_of(1, found) for found in scenes}) == 1


def test_rim_changes_the_gadolinium_only() -> None:
    faint, bright = lesion(rim=-1), lesion(rim=1)
    assert bright.gadolinium_mmol > faint.gadolinium_mmol
    torch.testing.assert_close(scene(faint).fractions, scene(bright).fractions)


def test_size_and_shape_do_not_know_the_latents() -> None:
    np.testing.assert_array_equal(lesion(2, 2, 2).semi_axes_mm, lesion(-2, -2, -2).semi_axes_mm)


def test_nothing_enhances_outside_the_brain() -> None:
    edge = lesion_from_latents(
        0, 0, 2, centre_mm=np.array([60.0, -10.0, 20.0]), rng=np.random.default_rng(1)
    )
    found = scene(edge)
    outside = found.in_brain == 0
    assert outside.any()
    assert float(found.fractions[INDEX["enhancing"]][outside].max()) == 0


def test_without_lesion_there_is_no_label() -> None:
    assert int(scene(None).labels().max()) == 0


def test_the_cavity_is_fluid_and_smaller_at_every_follow_up() -> None:
    background = Background(CENTRE, np.array([15.0, 15.0, 15.0]), 0.3, np.empty((0, 3)))
    fluid = [
        float(scene(None, of).fractions[INDEX["csf"]].sum())
        for of in (background, background.at_follow_up())
    ]
    assert fluid[0] > fluid[1]


def test_a_grown_lesion_is_larger_by_the_cube() -> None:
    one, two = lesion(), lesion().grown(1.5)
    ratio = np.prod(two.semi_axes_mm) / np.prod(one.semi_axes_mm)
    assert ratio == pytest.approx(1.5**3)
