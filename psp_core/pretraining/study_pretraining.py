"""Pre-training as a stage of a run: on unlabelled scans only, and measured for collapse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from psp_core.encoder.weights import ENCODER, EncoderCard, load_encoder, read_card, write_card
from psp_core.errors import MissingInputError, OverlapError
from psp_core.evaluation.classes import CLASSES
from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.prepared import PreparedRun
from psp_core.preprocessing.store import VolumeStore
from psp_core.pretraining.collapse import collapse_of, mean_tokens
from psp_core.pretraining.pretrain import SNAPSHOTS, STATE, pretrain
from psp_core.pretraining.views import Corruption
from psp_core.runs import Run, digest_of, digest_of_code, write_table

HISTORY, COLLAPSE = "history.parquet", "collapse.parquet"
CODE = ("psp_core.pretraining", "psp_core.encoder", "psp_core.training")
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


def pretrain_run(run: Run, prepared: PreparedRun) -> PretrainedRun:
    """Pre-train the encoder of a run; a stopped training goes on, a finished one is read.

    Parameters
    ----------
    prepared : PreparedRun
        The scans of the run.

    Raises
    ------
    MissingInputError
        If no scan of ``pretraining.collections`` was prepared.
    OverlapError
        If a scan among them has a label.
    StageError, TrainingDivergedError, CheckpointError
        See `Run.stage` and `training.train`.
    """
    params, options, store = run.params, run.params.pretraining, prepared.volumes
    keys = unlabelled_keys(prepared, options.collections)
    landmarks = digest_of(None if prepared.landmarks is None else prepared.landmarks.record())
    digests = {key: str(store.record(key)["digest"]) for key in keys}
    shape = params.encoder
    architecture = {
        "side": params.volume.side,
        "patch": shape.patch,
        "width": shape.width,
        "depth": shape.depth,
        "heads": shape.heads,
    }
    depends_on = {
        "scans": digests,
        "landmarks": landmarks,
        "encoder": architecture,
        "options": options,
        "code": digest_of_code(*CODE),
    }
    with run.stage("pretraining", depends_on=depends_on) as stage:
        if not stage.is_done:
            restorer, history = pretrain(
                [store.open(key) for key in keys],
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
            (stage.folder / STATE).unlink(
                missing_ok=True
            )  # three times the weights, and of no use when done
            stage.finish()
        return PretrainedRun(
            stage.folder,
            read_card(stage.folder),
            pd.read_parquet(stage.folder / HISTORY),
            pd.read_parquet(stage.folder / COLLAPSE),
        )


def unlabelled_keys(prepared: PreparedRun, collections: Iterable[str]) -> list[str]:
    """Scans to learn from, sorted: prepared ones of these collections, none with a label.

    Raises
    ------
    MissingInputError
        If there is none.
    OverlapError
        If one has a label.
    """
    names = list(collections)
    cases = [case for name in names for case in prepared.cases.get(name, ())]
    labelled = sorted(case.key for case in cases if case.label in CLASSES)
    foreign = sorted(case.key for case in cases if case.dataset not in names)
    if labelled or foreign:
        raise OverlapError(
            f"{(labelled + foreign)[0]} has a label or is of another collection than "
            f"{', '.join(names)}; the encoder may learn only from scans that are never predicted: "
            "take it out of that collection"
        )
    keys = sorted(case.key for case in cases)
    found = [key for key in keys if prepared.volumes.record(key)["status"] == DONE]
    if not found:
        raise MissingInputError(
            f"no prepared scan of {', '.join(names)} to pre-train on; give the folder of the "
            "collection (brats2021.root), or a number of phantom patients"
        )
    return found


def snapshots_of(folder: Path) -> dict[int, Path]:
    """Snapshots of a pre-training by steps done, in their order."""
    files = (folder / SNAPSHOTS).glob("step_*.safetensors")
    return dict(sorted((int(file.stem.removeprefix("step_")), file) for file in files))


def collapse_table(folder: Path, store: VolumeStore, keys: Sequence[str]) -> pd.DataFrame:
    """State of the mean tokens of the same scans at every snapshot."""
    rows = []
    for step, file in snapshots_of(folder).items():
        found = collapse_of(mean_tokens(load_encoder(file), (store.open(key) for key in keys)))
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
