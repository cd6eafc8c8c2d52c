"""Tokens of the patients of a run, as sources of the catalogue."""

from __future__ import annotations

import pandas as pd

from psp_core.encoder.embeddings import encode_all
from psp_core.encoder.tokens import Tokens
from psp_core.encoder.weights import ENCODER, check_card, read_card
from psp_core.errors import StageError
from psp_core.inputs.arrays import keys_of
from psp_core.preprocessing.pipeline import fit_scale, study_cases, volume_store
from psp_core.preprocessing.store import VolumeStore
from psp_core.pretraining.study_pretraining import (
    architecture_of,
    landmarks_digest,
    snapshots_of,
)
from psp_core.runs import Run


def trained_tokens(run: Run, table: pd.DataFrame, argument: str = "") -> Tokens | None:  # noqa: ARG001
    """Tokens of all patients with an image by the run's pre-trained encoder.

    Returns
    -------
    Tokens or None
        None without a pre-trained encoder, or without an image.

    Raises
    ------
    OverlapError, CheckpointError
        See `encoder.weights.check_card` and `encoder.weights.read_card`.
    MissingInputError, StageError
        See `encoder.embeddings.encode_all`.
    """
    keys = keys_of(table[table["has_image"]])
    try:
        folder = run.finished("pretraining").folder
    except StageError:
        return None
    if not keys:
        return None
    landmarks = landmarks_digest(fit_scale(run, study_cases(run)))
    architecture = architecture_of(run)
    check_card(read_card(folder), architecture=architecture, landmarks=landmarks, keys=keys)
    return encode_all(
        folder / ENCODER,
        volume_store(run),
        keys,
        cache=VolumeStore(run.folder / "tokens"),
        log=run.private / "errors",
        workers=run.params.study.workers,
    )


def untrained_tokens(run: Run, table: pd.DataFrame, argument: str = "") -> Tokens | None:  # noqa: ARG001
    """Tokens of all patients with an image by the encoder before its first step.

    Returns
    -------
    Tokens or None
        None without a pre-training that kept its first snapshot, or without an image.

    Raises
    ------
    MissingInputError, StageError, CheckpointError
        See `encoder.embeddings.encode_all`.
    """
    keys = keys_of(table[table["has_image"]])
    try:
        encoder = snapshots_of(run.finished("pretraining").folder).get(0)
    except StageError:
        return None
    if not keys or encoder is None:
        return None
    return encode_all(
        encoder,
        volume_store(run),
        keys,
        cache=VolumeStore(run.folder / "tokens_at_step_0"),
        log=run.private / "errors",
        workers=run.params.study.workers,
    )
