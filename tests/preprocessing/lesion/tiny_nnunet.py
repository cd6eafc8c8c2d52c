"""Train a very small nnU-Net into the folder that is the argument.

A program of its own: nnU-Net starts processes, and reads its folders from the environment when
it is imported.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813
import torch
from scipy.ndimage import gaussian_filter

DATASET, SIDE, N_CASES, N_STEPS = "Dataset501_Tiny", 32, 4, 30


def draw_case(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A bright ball in noise, FLAIR and T1CE (2, D, H, W), and its mask (D, H, W)."""
    rng = np.random.default_rng(seed)
    centre = rng.integers(10, 22, 3).reshape(3, 1, 1, 1)
    ball = ((np.indices((SIDE,) * 3) - centre) ** 2).sum(0) < 36
    image = 0.5 * gaussian_filter(rng.normal(size=ball.shape), 1) + 2 * ball
    return np.stack([image, 1.2 * image]).astype(np.float32), ball.astype(np.uint8)


def write_dataset(root: Path) -> None:
    (root / "imagesTr").mkdir(parents=True)
    (root / "labelsTr").mkdir()
    for number in range(N_CASES):
        images, ball = draw_case(number)
        for channel, image in enumerate(images):
            name = f"case_{number:03d}_{channel:04d}.nii.gz"
            sitk.WriteImage(sitk.GetImageFromArray(image), root / "imagesTr" / name)
        name = f"case_{number:03d}.nii.gz"
        sitk.WriteImage(sitk.GetImageFromArray(ball), root / "labelsTr" / name)
    dataset = {
        "channel_names": {"0": "FLAIR", "1": "T1c"},
        "labels": {"background": 0, "tumor": 1},
        "numTraining": N_CASES,
        "file_ending": ".nii.gz",
    }
    (root / "dataset.json").write_text(json.dumps(dataset), encoding="utf-8")


def main(folder: Path) -> None:
    for name in ("raw", "preprocessed", "results"):
        os.environ[f"nnUNet_{name}"] = str(folder / name)
    write_dataset(folder / "raw" / DATASET)
    from nnunetv2.experiment_planning.plan_and_preprocess_api import (  # noqa: PLC0415
        extract_fingerprints,
        plan_experiments,
        preprocess,
    )

    extract_fingerprints([501], num_processes=1, show_progress_bar=False)
    plan_experiments([501], gpu_memory_target_in_gb=1)
    preprocess([501], configurations=["3d_fullres"], num_processes=[1], show_progress_bar=False)

    os.environ.update(nnUNet_n_proc_DA="0", nnUNet_compile="false")
    from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import (  # noqa: PLC0415
        nnUNetTrainer as Stock,
    )

    class nnUNetTrainer(Stock):  # noqa: N801 - nnU-Net looks the trainer up by this name
        def __init__(self, plans, configuration, fold, dataset_json, device):  # type: ignore[no-untyped-def]
            super().__init__(plans, configuration, fold, dataset_json, device)
            self.num_epochs, self.num_iterations_per_epoch = 1, N_STEPS
            self.num_val_iterations_per_epoch = 1

    prepared = folder / "preprocessed" / DATASET
    plans = json.loads((prepared / "nnUNetPlans.json").read_text(encoding="utf-8"))
    plans["continue_training"] = False
    kwargs = plans["configurations"]["3d_fullres"]["architecture"]["arch_kwargs"]
    kwargs["features_per_stage"] = [width // 4 for width in kwargs["features_per_stage"]]
    dataset = json.loads((prepared / "dataset.json").read_text(encoding="utf-8"))
    torch.set_num_threads(1)
    np.random.seed(0)  # noqa: NPY002 - what nnU-Net draws from
    torch.manual_seed(0)
    nnUNetTrainer(plans, "3d_fullres", "all", dataset, torch.device("cpu")).run_training()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
