"""Grey values of many scans before and after they were put on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

COLOURS = ("#2166ac", "#d6604d", "#4dac26", "#762a83", "#b8860b")
BINS = 80

Values = npt.NDArray[np.floating]


def plot_intensities(
    samples: Mapping[str, Sequence[Values]],
    *,
    xlabel: str,
    title: str = "",
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw one curve per scan: how often each grey value occurs in its brain.

    Parameters
    ----------
    samples : mapping of str to sequence of float arrays (n,)
        By collection, the brain's grey values of each of its scans.
    xlabel : str
        What the grey values are.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(3.6, 2.4), layout="constrained")
    everything = np.concatenate([values for scans in samples.values() for values in scans])
    low, high = np.percentile(everything, [0.2, 99.5])
    edges = np.linspace(low, high, BINS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    for (name, scans), colour in zip(samples.items(), cycle(COLOURS), strict=False):
        for number, values in enumerate(scans):
            counts, _ = np.histogram(values, bins=edges)
            label = f"{name} (n = {len(scans)})" if number == 0 else None
            density = counts / (values.size * np.diff(edges))
            ax.plot(middles, density, color=colour, alpha=0.45, linewidth=0.7, label=label)
    ax.set(xlabel=xlabel, ylabel="Density", title=title, ylim=(0, None))
    ax.title.set_fontsize("medium")
    if legend:
        for handle in ax.legend(frameon=False, fontsize="small").legend_handles:
            if handle is not None:
                handle.set_alpha(1.0)
    return ax


def spread_between_scans(scans: Sequence[Values], share: float) -> float:
    """How much one quantile of the grey values differs between scans.

    Parameters
    ----------
    scans : sequence of float arrays (n,)
        Grey values of each scan.
    share : float
        Which quantile, 0 to 1.

    Returns
    -------
    float
        Standard deviation between the scans, as a share of the mean distance between
        a scan's 10 % and 90 % quantiles, so that any two scales can be compared.
    """
    quantiles = np.array([np.quantile(values, [0.1, share, 0.9]) for values in scans])
    width = float(np.mean(quantiles[:, 2] - quantiles[:, 0]))
    return float(np.std(quantiles[:, 1]) / width)
