"""Pre-training as a stage of a run: on unlabelled scans only, and measured for collapse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt
import pandas as pd

from psp_core.encoder.weights import ENCODER, EncoderCard, load_encoder, read_card, write_card
from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.intensity import Landmarks
from psp_core.preprocessing.learnable import learnable_cases
from psp_core.preprocessing.prepared import PreparedRun
from psp_core.preprocessing.store import VolumeStore
from psp_core.pretraining.collapse import collapse_of, mean_tokens
from psp_core.pretraining.devices import Precision
from psp_core.pretraining.pretrain import SNAPSHOTS, pretrain, state_name
from psp_core.pretraining.views import Corruption
from psp_core.runs import Run, digest_of, digest_of_code, write_table

HISTORY, COLLAPSE = "history.parquet", "collapse.parquet"
CODE = ("psp_core.pretraining", "psp_core.encoder", "psp_core.training")
PRECISIONS: tuple[Precision, ...] = ("float32", "bf16")
COLLAPSE_SCANS = 48  # the first of the sorted scans, the same at every snapshot


@dataclass(frozen=True)
class PretrainedRun:
    """What became of pre-training.

    Attributes
    ----------
    folder : Path
        Of the stage: encoder, card, restorer and snapshots.
    card : EncoderCard
        Of the trained encoder.
    history : DataFrame
        See `pretrain.pretrain`.
    collapse : DataFrame
        One row per snapshot: ``step``, ``spread``, ``effective_rank``, ``level``, ``sentence``.
    """

    folder: Path
    card: EncoderCard
    history: pd.DataFrame
    collapse: pd.DataFrame

    @property
    def encoder(self) -> Path:
        """File of the trained encoder."""
        return self.folder / ENCODER

    @property
    def snapshots(self) -> dict[int, Path]:
        """Files of the encoder by steps done; 0 is the untrained one."""
        return snapshots_of(self.folder)


@dataclass(frozen=True)
class StoredScans:
    """Scans of a store, each read when it is asked for: no file stays open."""

    store: VolumeStore
    keys: Sequence[str]

    def __len__(self) -> int:
        """Number of scans."""
        return len(self.keys)

    def __getitem__(self, number: int, /) -> npt.NDArray[Any]:
        """One scan, (C, D, H, W)."""
        return self.store.read(self.keys[number])


def pretrain_run(run: Run, prepared: PreparedRun) -> PretrainedRun | None:
    """Pre-train the encoder of a run; a stopped training goes on, a finished one is read.

    Parameters
    ----------
    prepared : PreparedRun
        The scans of the run.

    Returns
    -------
    PretrainedRun or None
        None if fewer scans of ``pretraining.collections`` were prepared than a batch holds: the
        run then has no encoder, and one of an earlier call is taken away.

    Raises
    ------
    OverlapError
        If a scan among them is of a person who has a label.
    StageError, TrainingDivergedError, CheckpointError
        See `Run.stage` and `training.train`.
    """
    options, store = run.params.pretraining, prepared.volumes
    keys = unlabelled_keys(run, prepared, options.collections)
    landmarks = landmarks_digest(prepared.landmarks)
    digests = {key: str(store.record(key)["digest"]) for key in keys}
    architecture = architecture_of(run)
    depends_on = {
        "scans": digests,
        "landmarks": landmarks,
        "encoder": architecture,
        "options": options,
        "code": digest_of_code(*CODE),
    }
    with run.stage("pretraining", depends_on=depends_on) as stage:
        if len(keys) < options.batch_size:
            return None
        if not stage.is_done:
            restorer, history = pretrain(
                StoredScans(store, keys),
                architecture=architecture,
                steps=options.steps,
                batch_size=options.batch_size,
                learning_rate=options.learning_rate,
                weight_decay=options.weight_decay,
                warmup_share=options.warmup_share,
                mix=options.mix,
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
                precision=options.precision,
                snapshots=[max(1, round(share * options.steps)) for share in options.snapshots],
                seed=int(run.seed_sequence("pretraining").generate_state(1)[0]),
                folder=stage.folder,
                identity=digest_of(digests),
            )
            write_card(stage.folder, restorer.encoder, landmarks=landmarks, keys=keys)
            write_table(stage.folder / HISTORY, history)
            table = collapse_table(stage.folder, store, keys[:COLLAPSE_SCANS])
            write_table(stage.folder / COLLAPSE, table)
            stage.finish()
        for precision in PRECISIONS:  # three times the weights, and of no use when done
            (stage.folder / state_name(precision)).unlink(missing_ok=True)
        return PretrainedRun(
            stage.folder,
            read_card(stage.folder),
            pd.read_parquet(stage.folder / HISTORY),
            pd.read_parquet(stage.folder / COLLAPSE),
        )


def unlabelled_keys(run: Run, prepared: PreparedRun, collections: Iterable[str]) -> list[str]:
    """Scans to learn from, sorted: prepared ones of these collections that nobody predicts.

    Raises
    ------
    OverlapError, StageError
        See `preprocessing.learnable.learnable_cases`.
    """
    cases = learnable_cases(run, prepared.cases, collections, stage="pretraining")
    return [case.key for case in cases if prepared.volumes.record(case.key)["status"] == DONE]


def architecture_of(run: Run) -> dict[str, Any]:
    """Arguments of the encoder that the parameters of a run ask for."""
    shape = run.params.encoder
    return {
        "side": run.params.volume.side,
        "patch": shape.patch,
        "width": shape.width,
        "depth": shape.depth,
        "heads": shape.heads,
    }


def landmarks_digest(landmarks: Landmarks | None) -> str:
    """What tells one scale of grey values from another."""
    return digest_of(None if landmarks is None else landmarks.record())


def snapshots_of(folder: Path) -> dict[int, Path]:
    """Snapshots of a pre-training by steps done, in their order."""
    files = (folder / SNAPSHOTS).glob("step_*.safetensors")
    return dict(sorted((int(file.stem.removeprefix("step_")), file) for file in files))


def collapse_table(folder: Path, store: VolumeStore, keys: Sequence[str]) -> pd.DataFrame:
    """State of the mean tokens of the same scans at every snapshot."""
    rows: list[dict[str, Any]] = []
    for step, file in snapshots_of(folder).items():
        tokens = mean_tokens(load_encoder(file), (store.open(key) for key in keys))
        found = collapse_of(tokens, untrained=rows[0]["spread"] if rows else None)
        rows.append(
            {
                "step": step,
                "spread": found.spread,
                "effective_rank": found.effective_rank,
                "level": found.level,
                "sentence": found.sentence,
            }
        )
    return pd.DataFrame(rows)
