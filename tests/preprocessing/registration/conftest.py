"""Phantom heads seen by the planning CT and by scanners in other poses, at 3 mm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import torch

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.phantom.head import Pose
from psp_core.phantom.imaging import Steps, planning_ct, visit_mr
from psp_core.phantom.patient import Image
from psp_core.phantom.person import draw_person
from psp_core.phantom.signal import SCANNERS
from psp_core.preprocessing.transform import Rigid

STEPS = Steps(3.0, 6.0, 3.0, 3.0, 6.0)


@dataclass(frozen=True, eq=False)
class Head:
    """One head before and after its cavity shrank, with what only a phantom knows."""

    ct: Volume
    t1ce: Volume
    flair: Volume
    ct_brain: npt.NDArray[np.bool_]
    t1ce_brain: npt.NDArray[np.bool_]
    ct_to_t1ce: Rigid

    def error_mm(self, found: Rigid) -> float:
        """Target registration error of a map from CT to T1CE at its worst point of the brain."""
        brain = self.ct.grid.to_world(np.argwhere(self.ct_brain)[::50])
        return float(self.ct_to_t1ce.distance_mm(found, brain).max())


def volume(image: Image) -> Volume:
    return Volume(image.values.astype(np.float32), Grid(image.values.shape, image.affine))


def draw_head(seed: int) -> Head:
    rng = np.random.default_rng(seed)
    generator = torch.Generator().manual_seed(seed)
    row = {"hypofractionated": False, "outfield": 0, "solidity": 0, "rim": 0, "oedema": 0}
    person = draw_person(rng, pd.Series(row), partial_plans=False)
    pose = Pose.draw(rng, 15.0, 30.0)
    scanner = list(SCANNERS.values())[seed % len(SCANNERS)]
    ct = planning_ct(person, STEPS, generator)
    visit = visit_mr(
        person, pose, scanner, ("t1ce", "flair"), STEPS, generator,
        follow_up=True, lesion=person.lesion, field_of_view_shift_mm=(4.0, -3.0, 5.0),
    )  # fmt: skip
    matrix = np.eye(4)
    matrix[:3, :3] = pose.rotation.T
    matrix[:3, 3] = -pose.rotation.T @ pose.shift_mm
    return Head(
        ct=volume(ct.image),
        t1ce=volume(visit.images["t1ce"]),
        flair=volume(visit.images["flair"]),
        ct_brain=(ct.scene.in_brain > 0.5).reshape(ct.image.values.shape).numpy(),
        t1ce_brain=(visit.scene.in_brain > 0.5).reshape(visit.images["t1ce"].values.shape).numpy(),
        ct_to_t1ce=Rigid("ct", "t1ce", matrix),
    )


@pytest.fixture(scope="session")
def heads() -> list[Head]:
    torch.set_num_threads(1)
    return [draw_head(seed) for seed in range(3)]


@pytest.fixture(scope="session")
def head(heads: list[Head]) -> Head:
    return heads[1]
