"""What the tokens hold: probes over the snapshots of a pre-training, beside plain grey values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from psp_core.encoder.patches import patchify
from psp_core.encoder.weights import load_encoder
from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.classes import CLASSES, is_true_progression
from psp_core.explain.grey_values import brain_percentiles, lesion_percentiles
from psp_core.explain.lesion_figures import FIGURES, lesion_figures
from psp_core.explain.pooling import POOLINGS, mean_token
from psp_core.explain.probes import Metric, probe
from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.copies import left_out_copies
from psp_core.preprocessing.learnable import check_learned_from
from psp_core.preprocessing.pipeline import volume_store
from psp_core.preprocessing.store import VolumeStore
from psp_core.pretraining.study_pretraining import snapshots_of
from psp_core.runs import Run, digest_of_code, digest_of_file
from psp_core.study.units import table_of_units

GREY_VALUES, TOKENS, PATCHES = "grey values", "tokens", "random patches of side"
EMBEDDED = 192  # length of a randomly embedded patch; ours
CODE = (
    *("psp_core.explain", "psp_core.encoder"),
    *("psp_core.study.probing", "psp_core.evaluation.classes"),
)
LABEL = "label"

Features = dict[str, npt.NDArray[np.floating]]


@dataclass(frozen=True)
class ProbedScans:
    """The scans of one collection, and the representation that is probed.

    Attributes
    ----------
    encoder : Path or None
        File of a snapshot; None probes percentiles of grey values.
    step : int
        Of the snapshot, 0 before training; -1 for what is not trained.
    patch : int, default 0
        Side in voxels of patches that a fixed random map embeds, in place of an encoder: what
        the size of a patch alone lets through. 0: none.
    """

    dataset: str
    keys: tuple[str, ...]
    encoder: Path | None
    step: int
    patch: int = 0


def probe_run(run: Run) -> pd.DataFrame:
    """Probe every snapshot of the run's pre-training on the collections of ``params.probing``.

    Returns
    -------
    DataFrame
        ``dataset, representation`` (tokens, grey values, or `PATCHES` with their side in
        voxels), ``step, pooling`` (all or lesion),
        ``target`` (size, solidity, oedema, label), ``metric`` (r2 or auc), ``value, lower,
        upper, n, note``; a probe that too few scans allow has NaN and says so. What
        is not trained has step -1.

    Raises
    ------
    StageError
        If pre-training was not run, or no scan is there to probe.
    """
    pretraining, store, params = run.finished("pretraining"), volume_store(run), run.params.probing
    snapshots = snapshots_of(pretraining.folder)
    units: dict[str, ProbedScans] = {}
    digests: dict[str, str] = {}
    keys_there = set(store.scans()) - set(left_out_copies(run))
    for dataset in params.collections:
        records = _usable(store, dataset, params.scans, keys_there)
        if not records:
            continue
        digests |= {key: record["digest"] for key, record in records.items()}
        keys = tuple(records)
        units[f"{dataset}_grey"] = ProbedScans(dataset, keys, None, -1)
        for patch in _sides(run.params.encoder.patch, run.params.volume.side):
            units[f"{dataset}_patch_{patch}"] = ProbedScans(dataset, keys, None, -1, patch)
        for step, file in snapshots.items():
            units[f"{dataset}_{step}"] = ProbedScans(dataset, keys, file, step)
    check_learned_from(run, "probing", digests)
    seed = int(run.seed_sequence("probing").generate_state(1)[0] % 2**31)
    work = partial(
        probe_scans, store=store, voxel_mm=run.params.volume.spacing_mm, seed=seed,
        folds=params.folds, repeats=params.repeats,
    )  # fmt: skip
    depends_on = {
        "snapshots": {str(step): digest_of_file(file) for step, file in snapshots.items()},
        "scans": digests,
        "params": params,
        "units": sorted(units),
        "seed": seed,
        "code": digest_of_code(*CODE),
    }
    return table_of_units(run, "probing", units, work, depends_on=depends_on)


def probe_scans(
    scans: ProbedScans,
    *,
    store: VolumeStore,
    voxel_mm: float,
    seed: int,
    folds: int,
    repeats: int,
) -> pd.DataFrame:
    """Probe one representation of the scans of one collection; see `probe_run`."""
    records = [store.record(key) for key in scans.keys]
    targets = pd.DataFrame(
        lesion_figures(store.read(key, "labels"), record["lesion"]["known"], voxel_mm)
        if store.has(key, "labels")
        else dict.fromkeys(FIGURES, float("nan"))
        for key, record in zip(scans.keys, records, strict=True)
    )
    wanted: list[tuple[str, Metric, npt.NDArray[Any]]] = [
        (name, "r2", targets[name].to_numpy()) for name in FIGURES
    ]
    labels = [record["label"] for record in records]
    if set(labels) <= set(CLASSES):
        wanted.append((LABEL, "auc", is_true_progression(labels)))
    rows = []
    for pooling, features in represent(scans, store, voxel_mm).items():
        for target, metric, values in wanted:
            about = {
                "dataset": scans.dataset,
                "representation": _name(scans),
                "step": scans.step,
                "pooling": pooling,
                "target": target,
            }
            try:
                score = probe(
                    features, values, metric=metric, seed=seed, folds=folds, repeats=repeats
                )
                rows.append({**about, **asdict(score), "note": ""})
            except UndefinedMetricError as error:
                nothing = dict.fromkeys(("value", "lower", "upper"), float("nan"))
                n = int(np.isfinite(values).sum())
                rows.append({**about, "metric": metric, **nothing, "n": n, "note": str(error)})
    return pd.DataFrame(rows)


def represent(scans: ProbedScans, store: VolumeStore, voxel_mm: float) -> Features:
    """One row per scan for each pooling: mean tokens of a snapshot, or percentiles.

    Without tokens, "all" are percentiles in the brain and "lesion" those in the lesion and
    around it.
    """
    pooled: dict[str, list[npt.NDArray[np.floating]]] = {pooling: [] for pooling in POOLINGS}
    encoder = load_encoder(scans.encoder) if scans.encoder else None
    for key in scans.keys:
        volume = store.read(key).astype(np.float32)
        lesion = np.zeros(volume.shape[1:], dtype=bool)
        if store.has(key, "lesion"):
            lesion = store.read(key, "lesion") > 0
        if encoder is None and not scans.patch:
            brain = store.read(key, "brain") > 0
            pooled["all"].append(brain_percentiles(volume, brain))
            pooled["lesion"].append(lesion_percentiles(volume, brain, lesion, voxel_mm))
            continue
        with torch.inference_mode():
            image = torch.from_numpy(volume)[None]
            if encoder is not None:
                patch, tokens = encoder.patch, encoder(image).numpy()
            else:
                patch, tokens = scans.patch, _embedded(patchify(image, scans.patch)).numpy()
        blocks = patchify(torch.from_numpy(lesion).float()[None, None], patch)
        share = blocks.mean(dim=-1).numpy()  # (1, N)
        for pooling in POOLINGS:
            pooled[pooling].append(mean_token(tokens, share, pooling)[0])
    return {pooling: np.stack(rows) for pooling, rows in pooled.items()}


def _embedded(rows: torch.Tensor) -> torch.Tensor:
    """Patches (1, N, voxels) by a fixed random map and a rectifier, (1, N, 192)."""
    generator = torch.Generator().manual_seed(0)
    voxels = rows.shape[-1]
    weights = torch.randn((voxels, EMBEDDED), generator=generator) * (3 / voxels**0.5)
    shifts = 0.3 * torch.randn(EMBEDDED, generator=generator)
    return torch.relu(rows @ weights + shifts)


def _sides(patch: int, side: int) -> list[int]:
    """Twice the patch, the patch, and half of it, where they fill the volume."""
    return [p for p in (2 * patch, patch, patch // 2) if p > 0 and side % p == 0]


def _name(scans: ProbedScans) -> str:
    if scans.encoder is not None:
        return TOKENS
    return f"{PATCHES} {scans.patch}" if scans.patch else GREY_VALUES


def _usable(
    store: VolumeStore, dataset: str, most: int, keys: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Records of the first scans of a collection that were prepared, by key."""
    records = {key: store.record(key) for key in sorted(keys) if key.partition("/")[0] == dataset}
    usable = {key: record for key, record in records.items() if record["status"] == DONE}
    return dict(list(usable.items())[:most])
