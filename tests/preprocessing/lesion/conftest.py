"""Small labelled cases on which a lesion is easy to see."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from psp_core.preprocessing.lesion.labels import ENHANCING, NECROSIS, OEDEMA
from psp_core.preprocessing.lesion.training_cases import SegmentationCase

SIDE = 16


def draw_case(folder: Path, number: int) -> SegmentationCase:
    """A ball of brain with a ball of lesion in it: core, rim and oedema one in another."""
    rng = np.random.default_rng((11, number))
    points = np.moveaxis(np.indices((SIDE,) * 3), 0, -1)
    brain = np.linalg.norm(points - (SIDE - 1) / 2, axis=-1) < 7.5
    distance = np.linalg.norm(points - rng.uniform(5.5, 9.5, 3), axis=-1)
    labels = np.select(
        [distance < 1.8, distance < 3, distance < 4.5], [NECROSIS, ENHANCING, OEDEMA], 0
    )
    labels *= brain
    t1ce = np.select([labels == ENHANCING, labels == NECROSIS], [3.0, -2.0], 0.0)
    flair = np.select([labels == OEDEMA, labels > 0], [3.0, 1.5], 0.0)
    volume = (np.stack([t1ce, flair]) + rng.normal(0, 0.3, (2, *labels.shape))) * brain
    np.save(folder / f"{number}_volume.npy", volume.astype(np.float16))
    np.save(folder / f"{number}_labels.npy", labels.astype(np.uint8))
    return SegmentationCase(
        f"brats2021/{number:05d}", folder / f"{number}_volume.npy", folder / f"{number}_labels.npy"
    )


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[SegmentationCase]:
    folder = tmp_path_factory.mktemp("cases")
    return [draw_case(folder, number) for number in range(10)]
