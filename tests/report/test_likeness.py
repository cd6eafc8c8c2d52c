"""Likeness of scans: laws of the two curves, the recorded scan, bad input."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import EmptyMaskError, GeometryError
from psp_core.report.likeness import (
    FREQUENCY_EDGES,
    INTENSITY_EDGES,
    RECORDED,
    main,
    measure_likeness,
    plot_likeness,
    recorded_likeness,
)

SHAPE = (12, 64, 64)


def scan(*, smooth: float = 1.0, scale: float = 1.0, side_mm: float = 2.5) -> Volume:
    """Make a ball of noisy signal on a background of zero."""
    noise = gaussian_filter(np.random.default_rng(0).standard_normal(SHAPE), smooth)
    signal = 100 + 10 * noise / noise.std()
    d, h, w = np.indices(SHAPE)
    inside = (h - 31.5) ** 2 + (w - 31.5) ** 2 + 9 * (d - 5.5) ** 2 < 28**2
    affine = np.diag([side_mm, side_mm, side_mm, 1.0])
    return Volume(scale * signal * inside, Grid(SHAPE, affine), None)


def test_the_histogram_is_a_density_around_the_median() -> None:
    curve = measure_likeness(scan()).intensity
    assert (curve * np.diff(INTENSITY_EDGES)).sum() == pytest.approx(1)
    centres = (INTENSITY_EDGES[:-1] + INTENSITY_EDGES[1:]) / 2
    assert centres[np.argmax(curve)] == pytest.approx(1, abs=0.1)


def test_the_unit_of_the_signal_changes_nothing() -> None:
    once, scaled = measure_likeness(scan()), measure_likeness(scan(scale=37.0))
    np.testing.assert_allclose(scaled.intensity, once.intensity)
    np.testing.assert_allclose(scaled.spectrum, once.spectrum)


def test_a_smoother_scan_has_less_power_at_high_frequencies() -> None:
    rough, smooth = (measure_likeness(scan(smooth=s)).spectrum for s in (0.5, 2.0))
    assert rough.shape == (len(FREQUENCY_EDGES) - 1,)
    assert rough.mean() == pytest.approx(0, abs=1e-12)
    assert smooth[-1] - smooth[0] < rough[-1] - rough[0]


def test_a_wave_has_its_power_at_its_own_frequency() -> None:
    base = scan()
    x_mm = 2.5 * np.arange(SHAPE[2])
    wave = 1 + 0.3 * np.sin(2 * np.pi * 0.105 * x_mm)
    values = np.where(base.values > 0, 100 * wave, 0.0)
    spectrum = measure_likeness(Volume(values, base.grid, None)).spectrum
    assert 5 + np.argmax(spectrum[5:]) == 10  # the band from 0.10 to 0.11 cycles per mm


def test_smaller_voxels_are_averaged_to_the_common_side() -> None:
    fine = scan(smooth=4.0, side_mm=1.25)
    coarse = measure_likeness(fine, voxel_mm=2.5)
    assert coarse.spectrum.shape == (len(FREQUENCY_EDGES) - 1,)
    assert np.isfinite(coarse.spectrum).all()


def test_a_scan_without_signal_or_too_small_raises() -> None:
    empty = Volume(np.zeros(SHAPE), scan().grid, None)
    with pytest.raises(EmptyMaskError, match="the scan has no signal"):
        measure_likeness(empty)
    small = Volume(np.ones((4, 8, 8)), Grid((4, 8, 8), np.diag([2.5, 2.5, 2.5, 1])), None)
    with pytest.raises(GeometryError, match=r"slices of 8 x 8 voxels at 2\.5 mm leave"):
        measure_likeness(small)


def test_both_curves_are_drawn_with_the_real_scan() -> None:
    phantoms, real = [measure_likeness(scan(smooth=s)) for s in (0.5, 1.0)], recorded_likeness()
    axes = plot_likeness(phantoms, real["flair"], name="FLAIR")
    assert len(axes) == 2
    for ax, curve in zip(axes, (real["flair"].intensity, real["flair"].spectrum), strict=True):
        assert ax.lines[1].get_ydata().tolist() == curve.tolist()
        assert ax.get_title() == "FLAIR"
    _, pair = plt.subplots(1, 2)
    assert plot_likeness(phantoms, real["t1ce"], name="T1CE", axes=pair) == list(pair)


def test_the_recorded_curves_are_those_of_the_reference_scan(
    reference_dir: Path, tmp_path: Path
) -> None:
    folder = reference_dir / "mri_tcga_du7294"
    files = ["--t1ce", f"{folder / 'sri24_bet_t1c.nii.gz'}"]
    files += ["--flair", f"{folder / 'sri24_bet_fla.nii.gz'}"]
    assert main([*files, "--output", str(tmp_path / "likeness.json")]) == 0
    new, committed = (
        json.loads(path.read_text()) for path in (tmp_path / "likeness.json", RECORDED)
    )
    assert new["input_sha256"] == committed["input_sha256"]
    for name, curves in committed["curves"].items():
        for curve, values in curves.items():
            np.testing.assert_allclose(new["curves"][name][curve], values, atol=1e-5)
    assert str(folder) not in (tmp_path / "likeness.json").read_text()
