"""The DenseNet's pretext task as a stage of a run: on scans without label only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.inputs.crops import lesion_crops
from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.learnable import learnable_cases
from psp_core.preprocessing.pipeline import study_cases, volume_store
from psp_core.pretraining.densenet import save_densenet
from psp_core.pretraining.sequence_type import train_sequence_type
from psp_core.runs import Run, digest_of_code, write_table

STAGE = "sequence_type"
WEIGHTS, HISTORY = "densenet.safetensors", "history.parquet"
CODE = (
    *("psp_core.study.sequence_pretext", "psp_core.pretraining.sequence_type"),
    *("psp_core.pretraining.densenet", "psp_core.inputs.crops", "psp_core.training"),
)


@dataclass(frozen=True)
class SequenceType:
    """What became of the pretext task.

    Attributes
    ----------
    weights : Path
        Of the whole network.
    history : DataFrame
        See `sequence_type.train_sequence_type`.
    """

    weights: Path
    history: pd.DataFrame


def densenet_of(run: Run) -> dict[str, Any]:
    """Shape of the DenseNet that the parameters of a run ask for."""
    options = run.params.densenet
    return {
        "blocks": options.blocks,
        "growth": options.growth,
        "first_features": options.first_features,
    }


def learn_sequence_type(run: Run) -> SequenceType | None:
    """Train the DenseNet to tell FLAIR from T1CE on cubes of scans without label.

    Returns
    -------
    SequenceType or None
        None without such a scan; a stage of an earlier call is then taken away.

    Raises
    ------
    OverlapError
        If a scan among them is of a person who has a label.
    StageError, MissingInputError
        If what earlier pages write is not there.
    TrainingDivergedError
        See `training.train`.
    """
    options, store = run.params.densenet, volume_store(run)
    cases = learnable_cases(run, study_cases(run), run.params.pretraining.collections, stage=STAGE)
    keys = [case.key for case in cases if store.record(case.key)["status"] == DONE]
    depends_on = {
        "scans": {key: str(store.record(key)["digest"]) for key in keys},
        "options": options,
        "code": digest_of_code(*CODE),
    }
    with run.stage(STAGE, depends_on=depends_on) as stage:
        if not keys:
            return None
        if not stage.is_done:
            cubes = lesion_crops(
                store,
                keys,
                run.folder / "unlabelled_crops",
                side=options.side,
                log=run.private / "errors",
                workers=run.params.study.workers,
            )
            network, history = train_sequence_type(
                cubes.arrays["values"],
                architecture=densenet_of(run),
                steps=options.pretext_steps,
                batch_size=options.pretext_batch_size,
                learning_rate=options.pretext_learning_rate,
                weight_decay=options.weight_decay,
                seed=int(run.seed_sequence(STAGE).generate_state(1)[0]),
            )
            save_densenet(stage.folder / WEIGHTS, network)
            write_table(stage.folder / HISTORY, history)
            stage.finish()
    return SequenceType(stage.folder / WEIGHTS, pd.read_parquet(stage.folder / HISTORY))
