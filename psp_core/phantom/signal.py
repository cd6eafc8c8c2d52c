"""Tissue fractions to MR images and CT numbers, by the signal equations.

T1-weighted: spoiled gradient echo; T2-weighted: spin echo; FLAIR: inversion
recovery spin echo. Gadolinium shortens T1 and T2 by its relaxivities. Then a
smooth coil field, the scanner's gain and Rician noise.

References
----------
Stanisz 2005, Magn Reson Med 54:507: T1 and T2 of white and grey matter and muscle.
Rooney 2007, Magn Reson Med 57:308: T1 of cerebrospinal fluid.
Rohrer 2005, Invest Radiol 40:715: relaxivities of gadobutrol in plasma.
Oedema and necrosis: between white matter and fluid (ours).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from psp_core.phantom.lesion import INDEX, Scene

Floats = npt.NDArray[np.float64]

# T1 ms, T2 ms, proton density, in the order of ALL_TISSUES. Bone has no signal; the skin's fat
# is part of soft tissue, which follows muscle.
RELAXATION: dict[float, tuple[tuple[float, float, float], ...]] = {
    1.5: (
        (884, 72, 0.70), (1124, 95, 0.82), (4300, 2000, 1.00), (1000, 1, 0.0), (1008, 44, 0.80),
        (1400, 150, 0.85), (1200, 90, 0.82), (2600, 400, 0.95),
    ),
    3.0: (
        (1084, 69, 0.70), (1820, 99, 0.82), (4300, 2000, 1.00), (1000, 1, 0.0), (1412, 50, 0.80),
        (1750, 140, 0.85), (1600, 85, 0.82), (2900, 380, 0.95),
    ),
}  # fmt: skip
RELAXIVITY = {1.5: (5.2, 6.1), 3.0: (5.0, 7.1)}  # r1, r2 in l/(mmol s)
CAVITY_GADOLINIUM_MMOL = 0.25

HOUNSFIELD = (28.0, 37.0, 8.0, 900.0, 45.0, 22.0, 38.0, 18.0)
AIR_HU = -1000.0
STORED_HU = (-1024.0, 3071.0)  # what a scanner's 12 bits hold
TEXTURE_SHARE = 0.04  # relative signal change by the texture


@dataclass(frozen=True)
class Scanner:
    """One scanner's settings; times in ms, angles in degrees."""

    field_tesla: float
    t1_tr_te_flip: tuple[float, float, float]
    t2_tr_te: tuple[float, float]
    flair_tr_te_ti: tuple[float, float, float]
    noise_share: float  # of the white-matter signal
    coil_share: float  # amplitude of the coil field
    gain: float  # stored units per unit signal


SCANNERS = {
    "centre_a": Scanner(
        1.5, (8.5, 3.2, 12.0), (5000, 100), (8000, 120, 2300),
        noise_share=0.030, coil_share=0.15, gain=9000.0,
    ),
    "centre_b": Scanner(
        3.0, (20.0, 3.0, 25.0), (6000, 95), (9000, 110, 2500),
        noise_share=0.022, coil_share=0.25, gain=6000.0,
    ),
    "centre_c": Scanner(
        3.0, (9.0, 4.2, 9.0), (4500, 85), (10000, 125, 2600),
        noise_share=0.040, coil_share=0.30, gain=15000.0,
    ),
}  # fmt: skip
"""Centres a and b belong to the training centre, c to the external one (settings are ours)."""


def tissue_signals(
    scanner: Scanner, sequence: str, gadolinium_mmol: float = 0.0
) -> npt.NDArray[np.float32]:
    """Signal of each tissue, shape (8,), before gain.

    Gadolinium reaches the enhancing tissue only, and only in ``t1ce``.
    """
    rates = np.array(RELAXATION[scanner.field_tesla])
    t1, t2, density = rates[:, 0].copy(), rates[:, 1].copy(), rates[:, 2]
    if sequence == "t1ce":
        r1, r2 = RELAXIVITY[scanner.field_tesla]
        rim = INDEX["enhancing"]
        t1[rim] = 1e3 / (1e3 / t1[rim] + r1 * gadolinium_mmol)
        t2[rim] = 1e3 / (1e3 / t2[rim] + r2 * gadolinium_mmol)
    if sequence in ("t1", "t1ce"):
        tr, te, flip = scanner.t1_tr_te_flip
        angle, e1 = np.deg2rad(flip), np.exp(-tr / t1)
        signal = np.sin(angle) * (1 - e1) / (1 - np.cos(angle) * e1) * np.exp(-te / t2)
    elif sequence == "t2":
        tr, te = scanner.t2_tr_te
        signal = (1 - np.exp(-tr / t1)) * np.exp(-te / t2)
    else:
        tr, te, ti = scanner.flair_tr_te_ti
        signal = np.abs(1 - 2 * np.exp(-ti / t1) + np.exp(-tr / t1)) * np.exp(-te / t2)
    return np.asarray(density * signal, dtype=np.float32)


def gadolinium_from_ratio(scanner: Scanner, ratio: float) -> float:
    """Concentration in mmol/l at which enhancement has `ratio` times white matter's signal.

    The inverse of the signal equation with the scanner's true settings; headers do not tell them.
    """
    return float(np.interp(ratio, *_enhancement_curve(scanner)))


@cache
def _enhancement_curve(scanner: Scanner) -> tuple[Floats, Floats]:
    """Rising signal ratio of enhancing tissue to white matter, and the concentrations it needs."""
    trial = np.geomspace(0.02, 3.0, 200)
    signals = np.stack([tissue_signals(scanner, "t1ce", mmol) for mmol in trial])
    curve = signals[:, INDEX["enhancing"]] / signals[:, INDEX["white_matter"]]
    return np.maximum.accumulate(curve), trial


def render_mr(
    scene: Scene,
    points: Tensor,
    scanner: Scanner,
    sequence: str,
    gadolinium_mmol: float,
    generator: torch.Generator,
) -> Tensor:
    """MR values in stored units, shape (N,): non-negative, Rician noise.

    Parameters
    ----------
    points : Tensor, shape (N, 3)
        Positions in the scanner's frame, mm; the coil field lives there.
    """
    signals = torch.from_numpy(tissue_signals(scanner, sequence, gadolinium_mmol))
    white = float(signals[INDEX["white_matter"]])
    clean = (signals @ scene.fractions) * (1 + TEXTURE_SHARE * scene.texture)
    direction = torch.randn(3, generator=generator)
    direction *= scanner.coil_share / (100.0 * torch.linalg.vector_norm(direction))
    clean *= 1 + points @ direction
    jitter = float(torch.empty(1).normal_(0, 0.1, generator=generator).exp())
    noise = torch.randn((2, len(clean)), generator=generator) * (scanner.noise_share * white)
    clean += noise[0]
    return torch.hypot(clean, noise[1]) * (scanner.gain * jitter)


def render_ct(scene: Scene, generator: torch.Generator, noise_hu: float = 6.0) -> Tensor:
    """CT numbers in HU, shape (N,), clipped to what a scanner stores."""
    air = 1 - scene.fractions.sum(0)
    numbers = torch.tensor(HOUNSFIELD, dtype=torch.float32) @ scene.fractions + AIR_HU * air
    numbers += noise_hu * torch.randn(numbers.shape, generator=generator)
    return numbers.clamp(*STORED_HU)
