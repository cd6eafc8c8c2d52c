"""How like a real scan a phantom is: intensities in the brain and spatial frequencies.

The curves of one public scan (TCGA-DU-7294, skull-stripped, 1 mm) are recorded, so
that a reader without it sees them; phantoms are measured on the page.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from scipy.ndimage import gaussian_filter1d, map_coordinates

from psp_core.acquisition.volume import Volume, read_volume
from psp_core.errors import EmptyMaskError, GeometryError
from psp_core.runs import digest_of_file, write_json

Floats = npt.NDArray[np.float64]

RECORDED = Path(__file__).resolve().parents[2] / "book" / "recorded" / "likeness.json"
INTENSITY_EDGES = np.linspace(0, 3, 61)  # signal over the brain's median
FREQUENCY_EDGES = np.linspace(0, 0.2, 21)  # cycles per mm, up to half of 2.5 mm voxels' rate


@dataclass(frozen=True)
class Likeness:
    """Curves of one scan."""

    intensity: Floats  # (60,) density of the signal over the brain's median
    spectrum: Floats  # (20,) log10 power per frequency band, mean zero


def measure_likeness(volume: Volume, *, voxel_mm: float = 2.5) -> Likeness:
    """Measure a skull-stripped scan at a common voxel side.

    Parameters
    ----------
    volume : Volume
        Background zero.
    voxel_mm : float, default 2.5
        The scan is averaged to this side first if its voxels are smaller.

    Raises
    ------
    EmptyMaskError
        If no voxel holds signal.
    GeometryError
        If a slice is too small for the width of the frequency bands.
    """
    values = _at_side(volume, voxel_mm)
    brain = values > 0.05 * float(np.percentile(values, 99))
    if not brain.any():
        raise EmptyMaskError("the scan has no signal; expected a skull-stripped brain")
    scaled = values / float(np.median(values[brain]))
    density, _ = np.histogram(scaled[brain], INTENSITY_EDGES, density=True)
    share = brain.mean(axis=(1, 2))
    inside = share > 0.5 * share.max()
    window = np.outer(*(np.hanning(n) for n in scaled.shape[1:]))
    centred = (scaled[inside] - scaled[brain].mean()) * window * brain[inside]
    power = np.mean(np.abs(np.fft.fft2(centred)) ** 2, axis=0)
    rows, columns = (np.fft.fftfreq(n, voxel_mm) for n in scaled.shape[1:])
    radius = np.hypot(rows[:, None], columns[None, :])
    band = np.digitize(radius, FREQUENCY_EDGES) - 1
    bands = [power[band == number] for number in range(len(FREQUENCY_EDGES) - 1)]
    if not all(part.size for part in bands):
        raise GeometryError(
            f"slices of {scaled.shape[1]} x {scaled.shape[2]} voxels at {voxel_mm:g} mm leave a "
            "frequency band empty; expected a whole head"
        )
    spectrum = np.log10([part.mean() for part in bands])
    return Likeness(density, spectrum - spectrum.mean())


def plot_likeness(
    phantoms: Sequence[Likeness], real: Likeness, *, name: str, axes: Sequence[Axes] | None = None
) -> list[Axes]:
    """Draw both curves: the phantoms' median and range, the real scan as a line."""
    if axes is None:
        _, pair = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
        axes = list(pair)
    curves = (
        ("intensity", INTENSITY_EDGES, "Signal over the brain's median", "Density"),
        ("spectrum", FREQUENCY_EDGES, "Spatial frequency, cycles/mm", "log10 power, centred"),
    )
    for ax, (curve, edges, x_label, y_label) in zip(axes, curves, strict=True):
        centres = (edges[:-1] + edges[1:]) / 2
        stack = np.stack([getattr(one, curve) for one in phantoms])
        ax.fill_between(
            centres, stack.min(0), stack.max(0), color="#3f6fb2", alpha=0.25, linewidth=0
        )
        label = f"{len(phantoms)} phantoms, median and range"
        ax.plot(centres, np.median(stack, axis=0), color="#3f6fb2", label=label)
        ax.plot(centres, getattr(real, curve), color="#222222", label="real scan, recorded")
        ax.set(xlabel=x_label, ylabel=y_label, title=name)
        ax.locator_params(axis="x", nbins=5)
    axes[1].legend(frameon=False, fontsize="small")  # its upper right is free
    return list(axes)


def record_likeness(scans: Mapping[str, Path], output: Path = RECORDED) -> None:
    """Write the curves of a real scan's sequences with the digests of its files."""
    write_json(
        output,
        {
            "source": {
                "title": "TCGA-LGG, TCGA-DU-7294, co-registered and skull-stripped",
                "licence": "images CC BY 3.0, processing BrainLesion/tutorials (Apache-2.0)",
            },
            "command": "python -m psp_core.report.likeness --t1ce T1CE.nii.gz --flair FLAIR.nii.gz",
            "input_sha256": {name: digest_of_file(path) for name, path in scans.items()},
            "curves": {
                name: {curve: values.round(6).tolist() for curve, values in vars(one).items()}
                for name, one in (
                    (name, measure_likeness(read_volume(path))) for name, path in scans.items()
                )
            },
        },
    )


def recorded_likeness(path: Path = RECORDED) -> dict[str, Likeness]:
    """Read the recorded curves of the real scan, by sequence."""
    curves = json.loads(path.read_text(encoding="utf-8"))["curves"]
    return {
        name: Likeness(np.array(one["intensity"]), np.array(one["spectrum"]))
        for name, one in curves.items()
    }


def _at_side(volume: Volume, voxel_mm: float) -> Floats:
    """Values on an axis-parallel grid of the given side; smaller voxels are averaged first."""
    values = volume.values.astype(float)
    shrink = [voxel_mm / side for side in volume.grid.spacing_mm]
    for axis, factor in enumerate(shrink):
        if factor > 1.01:
            values = gaussian_filter1d(values, 0.5 * factor, axis)
    shape = [int(n / factor) for n, factor in zip(values.shape, shrink, strict=True)]
    index = np.meshgrid(
        *(np.arange(n) * factor for n, factor in zip(shape, shrink, strict=True)), indexing="ij"
    )
    return np.asarray(map_coordinates(values, index, order=1))


def main(arguments: Sequence[str] | None = None) -> int:
    """Record the curves of a real scan; returns the exit status."""
    parser = argparse.ArgumentParser(description="Record the likeness curves of a real scan.")
    for name in ("t1ce", "flair"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="skull-stripped NIfTI")
    parser.add_argument("--output", type=Path, default=RECORDED, help="JSON file to write")
    chosen = parser.parse_args(arguments)
    record_likeness({"t1ce": chosen.t1ce, "flair": chosen.flair}, chosen.output)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
