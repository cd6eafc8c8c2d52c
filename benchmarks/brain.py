"""How well the brain is found in phantom heads, and how long it takes.

Draws turned and shifted heads with skull, lesion and cavity, extracts the brain by the
template and divides the bias field out. Prints Dice, volume ratio and seconds. Usage:

    python benchmarks/brain.py [--heads 20] [--spacing-mm 2.5]
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np
import pandas as pd
import torch

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.phantom.head import Pose
from psp_core.phantom.imaging import Steps, visit_mr
from psp_core.phantom.person import draw_person
from psp_core.phantom.signal import SCANNERS
from psp_core.preprocessing.brain.atlas import atlas_brain
from psp_core.preprocessing.brain.bias import correct_bias
from psp_core.preprocessing.lesion.agreement import dice

LATENTS = ("outfield", "solidity", "rim", "oedema")


def measure(seed: int, spacing_mm: float) -> dict[str, float]:
    """Draw one head, extract its brain, compare."""
    rng = np.random.default_rng(seed)
    latents = dict(zip(LATENTS, rng.standard_normal(4), strict=True))
    person = draw_person(rng, pd.Series(latents | {"hypofractionated": False}))
    visit = visit_mr(
        person, Pose.draw(rng, 15.0, 30.0), list(SCANNERS.values())[seed % len(SCANNERS)],
        ("t1ce",), Steps(*[spacing_mm] * 5), torch.Generator().manual_seed(seed),
        follow_up=True, lesion=person.lesion,
    )  # fmt: skip
    image = visit.images["t1ce"]
    truth = (visit.scene.in_brain > 0.5).reshape(image.values.shape).numpy()
    t1ce = Volume(np.asarray(image.values, dtype=np.float32), Grid(truth.shape, image.affine))
    start = time.perf_counter()
    found = atlas_brain(t1ce)
    middle = time.perf_counter()
    correct_bias(t1ce, found.mask)
    return {
        "dice": dice(found.mask, truth),
        "volume_ratio": found.mask.sum() / truth.sum(),
        "likeness": found.likeness,
        "doubts": len(found.doubts),
        "brain_s": middle - start,
        "bias_s": time.perf_counter() - middle,
    }


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--heads", type=int, default=20)
    parser.add_argument("--spacing-mm", type=float, default=2.5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    measure(0, 4.0)  # templates are computed once per process
    table = pd.DataFrame([measure(seed, arguments.spacing_mm) for seed in range(arguments.heads)])
    summary = table.agg(["min", "median", "max"]).round(3)
    sys.stdout.write(f"{arguments.heads} heads at {arguments.spacing_mm:g} mm\n{summary}\n")


if __name__ == "__main__":
    main()
