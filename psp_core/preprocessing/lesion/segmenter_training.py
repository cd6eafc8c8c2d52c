"""Training of the segmenter, and how well it does on cases that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from psp_core.errors import MissingInputError
from psp_core.preprocessing.lesion.segmenter import (
    Segmenter,
    SegmenterCard,
    build_network,
    digest_of_cases,
    fitting_side,
)
from psp_core.preprocessing.lesion.training_cases import SegmentationCase, draw_patches
from psp_core.runs import digest_of, write_table
from psp_core.training import batch_indices, train, warmup_cosine

WARMUP_SHARE = 0.05
LARGEST_GRADIENT = 12.0  # nnU-Net's


def train_segmenter(
    cases: Sequence[SegmentationCase],
    *,
    steps: int,
    batch_size: int,
    learning_rate: float,
    channels: Sequence[int],
    seed: int,
    folder: Path,
) -> Segmenter:
    """Train on labelled cases; a stopped training goes on where it was.

    Each case of a step gives a patch of half the cube's side, mostly around the lesion: an
    eighth of the work of a whole cube, most of which is far from any border.

    Parameters
    ----------
    cases : sequence of SegmentationCase
        All on grids of one shape.
    steps, batch_size : int
        Optimizer steps, and cases per step.
    learning_rate : float
        Of AdamW, at the end of the rise; it then falls as a cosine.
    channels : sequence of int
        Feature maps per level of the network.
    seed : int
        Decides first weights, order of cases, patches and variations.
    folder : Path
        Gets the segmenter (``segmenter/``), ``history.parquet`` and the state of training.

    Returns
    -------
    Segmenter
        Also in ``folder/segmenter``.

    Raises
    ------
    MissingInputError
        If there is no case.
    TrainingDivergedError, CheckpointError
        See `training.train`.
    """
    from monai.losses.dice import DiceLoss  # noqa: PLC0415 - MONAI takes seconds to import

    if not cases:
        raise MissingInputError("no labelled case to train the segmenter on; expected at least one")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build_network(channels)
    patch = fitting_side(max(cases[0].load()[1].shape) // 2, len(channels))
    overlap = DiceLoss(sigmoid=True, batch=True)

    def batch_of(step: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        chosen = batch_indices(step, n_items=len(cases), batch_size=batch_size, seed=seed)
        return draw_patches([cases[number] for number in chosen], patch, generator)

    def loss_of(model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
        images, regions = batch
        logits = model(images)
        # not MONAI's DiceCELoss: with several channels its second term is a softmax over them
        value: Tensor = overlap(logits, regions) + binary_cross_entropy_with_logits(logits, regions)
        return value

    history = train(
        network,
        torch.optim.AdamW(network.parameters(), lr=learning_rate),
        batch_of,
        loss_of,
        steps=steps,
        seed=seed,
        schedule=partial(warmup_cosine, steps=steps, warmup_steps=round(WARMUP_SHARE * steps)),
        largest_gradient=LARGEST_GRADIENT,
        checkpoint=folder / "training.safetensors",
        identity=digest_of([[case.case_id for case in cases], patch, batch_size, WARMUP_SHARE]),
    )
    write_table(folder / "history.parquet", history)
    card = SegmenterCard(
        channels=tuple(channels),
        collections=tuple(sorted({case.case_id.partition("/")[0] for case in cases})),
        n_cases=len(cases),
        cases_digest=digest_of_cases(case.case_id for case in cases),
    )
    segmenter = Segmenter(network, card)
    segmenter.save(folder / "segmenter")
    return segmenter
