"""Images follow the signal equations."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from psp_core.phantom.head import Head, centred_grid, grid_points
from psp_core.phantom.lesion import INDEX, Scene, compose
from psp_core.phantom.signal import (
    RELAXATION,
    SCANNERS,
    STORED_HU,
    gadolinium_from_ratio,
    render_ct,
    render_mr,
    tissue_signals,
)

SCANNER_NAMES = list(SCANNERS)


def signal_of(scanner: str, sequence: str, tissue: str, gadolinium_mmol: float = 0.0) -> float:
    return float(tissue_signals(SCANNERS[scanner], sequence, gadolinium_mmol)[INDEX[tissue]])


@pytest.mark.parametrize("scanner", SCANNER_NAMES)
def test_white_matter_is_brightest_on_t1_and_fluid_on_t2(scanner: str) -> None:
    for sequence, order in (
        ("t1", ["white_matter", "grey_matter", "csf"]),
        ("t2", ["csf", "grey_matter", "white_matter"]),
    ):
        signals = [signal_of(scanner, sequence, tissue) for tissue in order]
        assert signals == sorted(signals, reverse=True), sequence


@pytest.mark.parametrize("scanner", SCANNER_NAMES)
def test_flair_suppresses_fluid_and_shows_oedema(scanner: str) -> None:
    assert signal_of(scanner, "flair", "csf") < 0.35 * signal_of(scanner, "flair", "white_matter")
    assert signal_of(scanner, "flair", "oedema") > 1.2 * signal_of(scanner, "flair", "grey_matter")


@pytest.mark.parametrize("scanner", SCANNER_NAMES)
def test_gadolinium_brightens_the_rim_on_t1ce_alone(scanner: str) -> None:
    plain, enhanced = (tissue_signals(SCANNERS[scanner], "t1ce", c) for c in (0.0, 0.4))
    rim = INDEX["enhancing"]
    assert enhanced[rim] > 1.15 * plain[rim]
    np.testing.assert_array_equal(np.delete(enhanced, rim), np.delete(plain, rim))
    np.testing.assert_array_equal(
        tissue_signals(SCANNERS[scanner], "flair", 0.4), tissue_signals(SCANNERS[scanner], "flair")
    )


def test_the_spoiled_gradient_echo_matches_its_formula() -> None:
    scanner = SCANNERS["centre_b"]
    tr, te, flip = scanner.t1_tr_te_flip
    t1, t2, density = RELAXATION[3.0][0]
    e1, angle = np.exp(-tr / t1), np.deg2rad(flip)
    expected = density * np.sin(angle) * (1 - e1) / (1 - np.cos(angle) * e1) * np.exp(-te / t2)
    assert signal_of("centre_b", "t1", "white_matter") == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("scanner", SCANNER_NAMES)
def test_the_concentration_is_found_back_from_the_signal(scanner: str) -> None:
    ratio = signal_of(scanner, "t1ce", "enhancing", 0.37) / signal_of(
        scanner, "t1ce", "white_matter"
    )
    assert gadolinium_from_ratio(SCANNERS[scanner], ratio) == pytest.approx(0.37, rel=0.02)


def whole_head() -> tuple[Scene, torch.Tensor]:
    shape, affine = centred_grid((160, 240, 220), (5.0, 5.0, 5.0))
    points = grid_points(shape, affine)
    return compose(Head.draw(np.random.default_rng(0), variation=0), points, 5.0), points


def test_air_has_the_mean_of_rician_noise() -> None:
    scene, points = whole_head()
    scanner = SCANNERS["centre_b"]
    values = render_mr(scene, points, scanner, "t1", 0.0, torch.Generator().manual_seed(0))
    air = values[scene.fractions.sum(0) == 0]
    white = values[scene.fractions[0] > 0.95]
    expected = scanner.noise_share * (np.pi / 2) ** 0.5
    assert float(air.mean() / white.mean()) == pytest.approx(expected, rel=0.1)
    assert float(values.min()) >= 0


def test_the_same_generator_gives_the_same_image() -> None:
    scene, points = whole_head()
    images = [
        render_mr(
            scene, points, SCANNERS["centre_a"], "flair", 0.0, torch.Generator().manual_seed(7)
        )
        for _ in range(2)
    ]
    assert torch.equal(*images)


def test_ct_has_bone_air_and_brain_where_they_belong() -> None:
    scene, _ = whole_head()
    numbers = render_ct(scene, torch.Generator().manual_seed(0))
    assert float(numbers[scene.fractions[INDEX["bone"]] > 0.95].mean()) == pytest.approx(
        900, abs=50
    )
    assert float(numbers[scene.fractions.sum(0) == 0].mean()) == pytest.approx(-1000, abs=3)
    assert float(numbers.min()) >= STORED_HU[0]
