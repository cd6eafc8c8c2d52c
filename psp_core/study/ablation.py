"""Encoders that differ in their self-supervision alone, one stage of the run for each.

All start from the same weights, take as many steps, and read the same volumes, pooled if asked.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

import pandas as pd

from psp_core.encoder.weights import ENCODER, EncoderCard, read_card, write_card
from psp_core.errors import EstimatorError, MissingInputError
from psp_core.inputs.pooled import pooled_store
from psp_core.params.ablation import VariantName
from psp_core.preprocessing.batch import DONE, run_in_processes
from psp_core.preprocessing.learnable import learnable_cases
from psp_core.preprocessing.pipeline import chosen_cases, fit_scale, study_cases, volume_store
from psp_core.preprocessing.store import VolumeStore
from psp_core.pretraining.collapse import collapse_of, mean_tokens
from psp_core.pretraining.pretrain import RESTORER, SNAPSHOTS, pretrain, state_name
from psp_core.pretraining.pretrain_masked import pretrain_masked
from psp_core.pretraining.study_pretraining import (
    COLLAPSE_SCANS,
    PRECISIONS,
    StoredScans,
    landmarks_digest,
)
from psp_core.pretraining.views import Corruption
from psp_core.runs import Run, Stage, digest_of, digest_of_code, write_json, write_table
from psp_core.study.ablation_variants import VARIANTS, Variant, taught_scans

HISTORY, COLLAPSE = "history.parquet", "collapse.json"
SMALL = "volumes_small"
CODE = (
    *("psp_core.pretraining", "psp_core.encoder", "psp_core.training"),
    *("psp_core.inputs.pooled", "psp_core.inputs.volumes", "psp_core.inputs.arrays"),
    *("psp_core.study.ablation", "psp_core.study.ablation_variants"),
)
OF_SIZE = ("steps", "batch_size", "hidden_share", "decoder_width", "decoder_depth", "decoder_heads")
NOT_TAKEN = ("mix", "steps", "batch_size", "snapshots")  # of the params of pre-training


@dataclass(frozen=True)
class UnlabelledScans:
    """What every encoder of the ablation may learn from.

    Attributes
    ----------
    store : VolumeStore
        Of the ablation's side.
    keys : tuple of str
        Sorted; nobody among them has a label.
    landmarks : str
        Digest of their scale of grey values.
    """

    store: VolumeStore
    keys: tuple[str, ...]
    landmarks: str


@dataclass(frozen=True)
class TaughtEncoder:
    """One encoder of the ablation.

    Attributes
    ----------
    path : Path
        Of `encoder.weights.save_encoder`.
    card : EncoderCard
        Its ``keys`` are the scans that it learned from.
    history : DataFrame
        One row per step, see `pretrain.pretrain` and `pretrain_masked.pretrain_masked`; a column
        ``seconds`` has the processor time of the whole training. Empty for the untrained one.
    collapse : dict
        ``spread`` and effective ``rank`` of the mean tokens of the same unlabelled scans for all,
        see `pretraining.collapse`.
    """

    path: Path
    card: EncoderCard
    history: pd.DataFrame
    collapse: dict[str, float]


def ablation_encoder(run: Run, variant: VariantName) -> Path:
    """File of one encoder, trained if that was not done yet.

    Raises
    ------
    EstimatorError, MissingInputError, OverlapError, StageError, TrainingDivergedError
        See `ablation_encoders`.
    """
    return ablation_encoders(run, [variant])[variant].path


def ablation_encoders(
    run: Run, variants: Sequence[VariantName] | None = None
) -> dict[VariantName, TaughtEncoder]:
    """Train the encoders that were not trained yet, over processes, and read all.

    Parameters
    ----------
    variants : sequence of str, optional
        Names of `ablation_variants.VARIANTS`; those of ``params.ablation`` if not given.

    Raises
    ------
    EstimatorError
        If there is no such encoder.
    MissingInputError
        If fewer than two unlabelled scans were prepared, see `unlabelled_scans`.
    OverlapError
        If a scan to learn from is of a person who has a label.
    StageError, TrainingDivergedError
        See `Run.stage` and `training.train`.
    """
    names = list(run.params.ablation.variants if variants is None else variants)
    if unknown := [name for name in names if name not in VARIANTS]:
        raise EstimatorError(
            f"the ablation has no encoder {unknown[0]!r}; it has {', '.join(VARIANTS)}"
        )
    scans = unlabelled_scans(run)
    if scans is None:
        raise MissingInputError(
            "fewer than two unlabelled scans were prepared, so the ablation has nothing to learn "
            "from; give the root of one of pretraining.collections and run 02_preprocessing again"
        )
    pending = [name for name in names if not _is_done(run, name, scans)]
    work = partial(teach, run=run, scans=scans)
    run_in_processes(work, pending, run.params.study.workers)
    return {name: _read(run.finished(stage_name(name)).folder) for name in names}


def unlabelled_scans(run: Run) -> UnlabelledScans | None:
    """Scans of ``pretraining.collections`` at the ablation's side; None if there are not two.

    Raises
    ------
    OverlapError, StageError
        See `preprocessing.learnable.learnable_cases`.
    """
    cases, store = chosen_cases(run, study_cases(run)), volume_store(run)
    learnable = learnable_cases(run, cases, run.params.pretraining.collections, stage="ablation")
    keys = tuple(case.key for case in learnable if store.record(case.key)["status"] == DONE)
    if len(keys) < 2:
        return None
    return UnlabelledScans(small_volumes(run, keys), keys, landmarks_digest(fit_scale(run, cases)))


def small_volumes(run: Run, keys: Sequence[str]) -> VolumeStore:
    """Prepared scans of the run at the ablation's side.

    Raises
    ------
    GeometryError, MissingInputError, StageError
        See `inputs.pooled.pooled_store`.
    """
    return pooled_store(
        volume_store(run),
        keys,
        run.folder / SMALL,
        side=run.params.ablation.side,
        log=run.private / "errors",
    )


def small_architecture(run: Run) -> dict[str, Any]:
    """Arguments of the ablation's `VisionTransformer3D`."""
    shape = run.params.ablation
    return {
        "side": shape.side,
        "patch": shape.patch,
        "width": shape.width,
        "depth": shape.depth,
        "heads": shape.heads,
    }


def stage_name(name: VariantName) -> str:
    """Stage of one encoder."""
    return f"ablation_{VARIANTS[name].slug}"


def teach(name: VariantName, *, run: Run, scans: UnlabelledScans) -> None:
    """Train one encoder as a stage of the run, if that was not done; see `ablation_encoders`."""
    variant, seed = VARIANTS[name], ablation_seed(run)
    keys = _keys_of(run, variant, scans)
    with run.stage(stage_name(name), depends_on=_depends_on(run, variant, scans)) as stage:
        if stage.is_done:
            return
        started = process_time()
        encoder, history = _trained(run, variant, StoredScans(scans.store, keys), stage, seed)
        history["seconds"] = process_time() - started
        seen = () if variant.objective == "none" else keys
        write_card(stage.folder, encoder, landmarks=scans.landmarks, keys=seen)
        write_table(stage.folder / HISTORY, history)
        volumes = (scans.store.read(key) for key in scans.keys[:COLLAPSE_SCANS])
        found = collapse_of(mean_tokens(encoder, volumes))
        write_json(stage.folder / COLLAPSE, {"spread": found.spread, "rank": found.effective_rank})
        shutil.rmtree(stage.folder / SNAPSHOTS, ignore_errors=True)
        for name_of in (RESTORER, *map(state_name, PRECISIONS)):  # of no use when done
            (stage.folder / name_of).unlink(missing_ok=True)
        stage.finish()


def ablation_seed(run: Run) -> int:
    """What decides first weights, order of scans and subsets of all encoders."""
    return int(run.seed_sequence("ablation").generate_state(1)[0])


def _trained(
    run: Run, variant: Variant, source: StoredScans, stage: Stage, seed: int
) -> tuple[Any, pd.DataFrame]:
    size, options = run.params.ablation, run.params.pretraining
    common: dict[str, Any] = {
        "architecture": small_architecture(run),
        "steps": size.steps,
        "batch_size": min(size.batch_size, len(source)),
        "learning_rate": options.learning_rate,
        "weight_decay": options.weight_decay,
        "warmup_share": options.warmup_share,
        "precision": options.precision,
        "seed": seed,
        "folder": stage.folder,
        "identity": digest_of([variant.objective, source.keys]),
    }
    if variant.objective == "mae":
        decoder = {
            "width": size.decoder_width,
            "depth": size.decoder_depth,
            "heads": size.decoder_heads,
        }
        masked, history = pretrain_masked(
            source, hidden_share=size.hidden_share, decoder=decoder, **common
        )
        return masked.encoder, history
    untrained = variant.objective == "none"
    restorer, history = pretrain(
        source,
        mix="r + c*r" if variant.objective == "none" else variant.objective,
        contrastive_on=options.contrastive_on,
        temperature=options.temperature,
        corruption=Corruption(
            options.swaps,
            options.swap_share,
            options.holes,
            options.hole_share,
            options.keep_probability,
            options.keep_share,
        ),
        snapshots=(),
        **(common | ({"steps": 0} if untrained else {})),
    )
    return restorer.encoder, history


def _keys_of(run: Run, variant: Variant, scans: UnlabelledScans) -> list[str]:
    """Scans that one encoder learns from; the untrained one takes no step on them."""
    least = run.params.ablation.least_scans
    return taught_scans(scans.keys, variant.share, least=least, seed=ablation_seed(run))


def _depends_on(run: Run, variant: Variant, scans: UnlabelledScans) -> dict[str, Any]:
    keys, size = _keys_of(run, variant, scans), asdict(run.params.ablation)
    options = asdict(run.params.pretraining)
    return {
        "scans": {key: str(scans.store.record(key)["digest"]) for key in keys},
        "landmarks": scans.landmarks,
        "encoder": small_architecture(run),
        "objective": variant.objective,
        "size": {name: size[name] for name in OF_SIZE},
        "options": {name: value for name, value in options.items() if name not in NOT_TAKEN},
        "seed": ablation_seed(run),
        "code": digest_of_code(*CODE),
    }


def _is_done(run: Run, name: VariantName, scans: UnlabelledScans) -> bool:
    with run.stage(stage_name(name), depends_on=_depends_on(run, VARIANTS[name], scans)) as stage:
        return stage.is_done


def _read(folder: Path) -> TaughtEncoder:
    return TaughtEncoder(
        folder / ENCODER,
        read_card(folder),
        pd.read_parquet(folder / HISTORY),
        json.loads((folder / COLLAPSE).read_text(encoding="utf-8")),
    )
