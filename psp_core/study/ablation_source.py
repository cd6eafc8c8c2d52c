"""Tokens of the ablation's encoders: a stage of the run for each, and a source of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import torch

from psp_core.encoder.patches import patchify
from psp_core.encoder.tokens import Tokens
from psp_core.encoder.weights import check_card, load_encoder
from psp_core.inputs.arrays import keys_of
from psp_core.params.ablation import VariantName
from psp_core.preprocessing.batch import run_in_processes
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run, Stage, digest_of_code, digest_of_file
from psp_core.study.ablation import (
    TaughtEncoder,
    ablation_encoders,
    small_architecture,
    small_volumes,
    stage_name,
    unlabelled_scans,
)
from psp_core.study.patients import study_patients

CODE = ("psp_core.encoder", "psp_core.study.ablation_source")
AT_ONCE = 16  # scans that are encoded together


def ablation_tokens(run: Run, table: pd.DataFrame, argument: str) -> Tokens | None:
    """Tokens of the patients by one encoder of the ablation, as a source of the catalogue.

    Parameters
    ----------
    table : DataFrame
        The patients table; who is in no table of `study_patients` has no tokens.
    argument : str
        Name of the encoder, see `ablation_variants.VARIANTS`.

    Returns
    -------
    Tokens or None
        None without unlabelled scans to learn from, or without an image.

    Raises
    ------
    EstimatorError, OverlapError, CheckpointError, MissingInputError, StageError
        See `tokens_of_encoders`.
    """
    if not table["has_image"].any() or unlabelled_scans(run) is None:
        return None
    name = cast("VariantName", argument)  # refused by name where it is none
    return tokens_of_encoders(run, [name])[name]


def tokens_of_encoders(run: Run, names: Sequence[VariantName]) -> dict[VariantName, Tokens]:
    """Tokens of every patient with an image by some encoders, made over processes.

    Patients are those of `study_patients`, with the phantoms for learning curves, so all pages
    read the same files.

    Raises
    ------
    OverlapError, CheckpointError
        If an encoder has seen one of them, or is of another shape or scale of grey values; see
        `encoder.weights.check_card`.
    EstimatorError, MissingInputError, StageError, TrainingDivergedError
        See `ablation.ablation_encoders` and `study_patients`.
    """
    encoders = ablation_encoders(run, names)
    patients = study_patients(run, with_learning=True).table
    keys = keys_of(patients[patients["has_image"]])
    store = small_volumes(run, keys)
    scans, architecture = unlabelled_scans(run), small_architecture(run)
    landmarks = "" if scans is None else scans.landmarks
    for encoder in encoders.values():
        check_card(encoder.card, architecture=architecture, landmarks=landmarks, keys=keys)
    digests = {key: str(store.record(key)["digest"]) for key in keys}
    missing = []
    for name, encoder in encoders.items():
        with _stage(run, name, encoder, digests) as stage:
            missing += [] if stage.is_done else [name]
    work = partial(_encode, run=run, encoders=encoders, store=store, digests=digests)
    run_in_processes(work, missing, run.params.study.workers)
    return {name: Tokens.open(_folder(run, name)) for name in names}


def encode_scans(encoder: Path, store: VolumeStore, keys: Sequence[str]) -> Tokens:
    """Tokens of scans of a store, float16, in memory.

    Parameters
    ----------
    encoder : Path
        Of `encoder.weights.save_encoder`.
    store : VolumeStore
        ``volume`` and, where there is one, ``lesion`` of each scan.
    keys : sequence of str

    Raises
    ------
    CheckpointError, MissingInputError
        If the file holds no encoder, or a scan is not there.
    """
    network = load_encoder(encoder)
    values = np.empty((len(keys), network.n_tokens, network.width), np.float16)
    shares = np.zeros((len(keys), network.n_tokens), np.float32)
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        volumes = np.stack([store.read(key).astype(np.float32) for key in some])
        with torch.inference_mode():
            values[start : start + len(some)] = network(torch.from_numpy(volumes)).numpy()
    for place, key in enumerate(keys):
        if store.has(key, "lesion"):
            lesion = torch.from_numpy(store.read(key, "lesion").astype(np.float32))[None, None]
            shares[place] = patchify(lesion, network.patch)[0].mean(dim=1).numpy()
    return Tokens(tuple(keys), values, shares)


def _encode(
    name: VariantName,
    *,
    run: Run,
    encoders: Mapping[VariantName, TaughtEncoder],
    store: VolumeStore,
    digests: Mapping[str, str],
) -> None:
    """Write the tokens of one encoder."""
    with _stage(run, name, encoders[name], digests) as stage:
        encode_scans(encoders[name].path, store, list(digests)).write(_folder(run, name))
        stage.finish()


def _stage(
    run: Run, name: VariantName, encoder: TaughtEncoder, digests: Mapping[str, str]
) -> Stage:
    depends_on = {
        "encoder": digest_of_file(encoder.path),
        "scans": dict(digests),
        "code": digest_of_code(*CODE),
    }
    return run.stage(f"{stage_name(name)}_tokens", depends_on=depends_on)


def _folder(run: Run, name: VariantName) -> Path:
    return run.folder / f"{stage_name(name)}_tokens" / "tokens"
