"""How exactly and how fast T1CE is registered to the planning CT.

Draws phantoms whose head is turned by up to 15 degrees and shifted by up to 30 mm along each
axis between the planning CT and a follow-up, with a cavity that has shrunk and a lesion that
has grown, and compares the map with the known pose at points of the brain. Usage:

    python benchmarks/registration.py [--pairs 20] [--spacing 1.0] [--engine simpleitk]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.phantom.head import Pose
from psp_core.phantom.imaging import Steps, planning_ct, visit_mr
from psp_core.phantom.person import draw_person
from psp_core.phantom.signal import SCANNERS
from psp_core.preprocessing.registration.ct_brain import ct_brain_mask
from psp_core.preprocessing.registration.rigid import register_rigid
from psp_core.runs.process import use_one_thread

POINTS = 2000
GOAL_MM = 1.5

Floats = npt.NDArray[np.float64]


def pairs(count: int, spacing_mm: float) -> Iterator[tuple[Volume, Volume, Floats, Floats]]:
    """Planning CT, follow-up T1CE, true map (4, 4) and points of the brain (N, 3)."""
    steps = Steps(spacing_mm, 2 * spacing_mm, spacing_mm, spacing_mm, 2 * spacing_mm)
    for number in range(count):
        rng = np.random.default_rng((number, 15))
        generator = torch.Generator().manual_seed(number)
        latents = dict(zip(("solidity", "rim", "oedema"), rng.standard_normal(3), strict=True))
        row = pd.Series({"hypofractionated": False, "outfield": 0.0, **latents})
        person = draw_person(rng, row, partial_plans=False)
        pose = Pose.draw(rng, 15.0, 30.0)
        ct = planning_ct(person, steps, generator)
        jitter = rng.uniform(-6, 6, 3)
        visit = visit_mr(
            person, pose, list(SCANNERS.values())[number % len(SCANNERS)], ("t1ce",), steps,
            generator, follow_up=True, lesion=person.lesion,
            field_of_view_shift_mm=(jitter[0], jitter[1], jitter[2]),
        )  # fmt: skip
        to_scanner = np.eye(4)
        to_scanner[:3, :3] = pose.rotation.T
        to_scanner[:3, 3] = -pose.rotation.T @ pose.shift_mm
        brain = ct.head_points[ct.scene.in_brain > 0.5].numpy().astype(np.float64)
        planned, t1ce = (
            Volume(image.values.astype(np.float32), Grid(image.values.shape, image.affine))
            for image in (ct.image, visit.images["t1ce"])
        )
        yield planned, t1ce, to_scanner, brain[:: max(1, len(brain) // POINTS)]


def main() -> None:
    """Draw, register, print."""
    use_one_thread()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--spacing", type=float, default=1.0, help="voxel side in mm")
    parser.add_argument("--working", type=float, help="finest level in mm; the voxel side if left")
    parser.add_argument("--engine", choices=("simpleitk", "ants"), default="simpleitk")
    arguments = parser.parse_args()
    errors, figures, seconds = [], [], []
    for number, (ct, t1ce, truth, brain) in enumerate(pairs(arguments.pairs, arguments.spacing)):
        start = time.process_time()
        found = register_rigid(
            ct, t1ce, source="ct", target="t1ce", engine=arguments.engine, seed=number,
            working_mm=arguments.working or arguments.spacing, fixed_mask=ct_brain_mask(ct),
        )  # fmt: skip
        seconds.append(time.process_time() - start)
        missed = found.transform.apply(brain) - (brain @ truth[:3, :3].T + truth[:3, 3])
        errors.append(np.linalg.norm(missed, axis=1))
        figures.append(found.quality)
    largest = [float(error.max()) for error in errors]
    mean = [float(error.mean()) for error in errors]
    sys.stdout.write(
        f"{arguments.engine}, {arguments.spacing:g} mm, {arguments.pairs} pairs\n"
        f"target registration error of a pair, mean over the brain: {told(mean)}\n"
        f"target registration error of a pair, worst point of the brain: {told(largest)}\n"
        f"pairs within {GOAL_MM} mm at every point: {sum(e <= GOAL_MM for e in largest)}\n"
        f"inverse consistency: {told([one.inverse_mm for one in figures])}\n"
        f"spread of the starts: {told([one.spread_mm for one in figures])}\n"
        f"pairs without a fault: {sum(not one.faults() for one in figures)}\n"
        f"processor seconds a pair: median {np.median(seconds):.2f}, largest {max(seconds):.2f}\n"
    )


def told(values: list[float]) -> str:
    """Median, 95th percentile and largest in mm."""
    middle, high = np.percentile(values, [50, 95])
    return f"median {middle:.2f}, 95 % {high:.2f}, largest {max(values):.2f} mm"


if __name__ == "__main__":
    main()
