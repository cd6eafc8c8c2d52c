"""The segmenter of a run: trained on the scans with masks, and used only if it proves good."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.lesion.agreement import held_out_dice
from psp_core.preprocessing.lesion.labels import REGIONS, Region
from psp_core.preprocessing.lesion.segmenter_training import train_segmenter
from psp_core.preprocessing.lesion.training_cases import SegmentationCase, hold_out
from psp_core.preprocessing.pipeline import CODE, volume_store
from psp_core.runs import Run, digest_of_code, write_table

FEWEST_CASES = 2  # one to train on, one to measure on
SEGMENTER, HELD_OUT, HISTORY = "segmenter", "held_out.parquet", "history.parquet"


@dataclass(frozen=True)
class StudySegmenter:
    """What became of the training.

    Attributes
    ----------
    folder : Path
        Of the trained network.
    held_out : DataFrame
        Dice of each region (columns) of each case it was not trained on (rows).
    history : DataFrame
        ``step``, ``loss``, ``learning_rate``, ``gradient_norm``.
    dice : float
        Median of the region that the study is about.
    least_dice : float
        Below it the network is not used.
    """

    folder: Path
    held_out: pd.DataFrame
    history: pd.DataFrame
    dice: float
    least_dice: float

    @property
    def usable(self) -> Path | None:
        """Folder of the network, if it may be used."""
        return self.folder if self.dice >= self.least_dice else None


def train_on_run(run: Run, keys: Iterable[str]) -> StudySegmenter | None:
    """Train the segmenter on the finished scans of the BraTS layout that have masks.

    A training that was stopped goes on; one that was finished is read.

    Parameters
    ----------
    keys : iterable of str
        Finished scans of this study that may be learned from, see `learnable`; the store may
        hold those of an earlier one.

    Returns
    -------
    StudySegmenter or None
        None if there are fewer than two such scans, or ``lesion.segmenter.steps`` is 0.

    Raises
    ------
    StageError, TrainingDivergedError, CheckpointError
        See `Run.stage` and `training.train`.
    """
    store, params = volume_store(run), run.params.lesion
    records = {key: store.record(key) for key in sorted(keys)}
    digests = {
        key: record["digest"]
        for key, record in records.items()
        if record["status"] == DONE and set(record["lesion"]["known"]) == set(REGIONS)
    }
    options = params.segmenter
    if len(digests) < FEWEST_CASES or options.steps == 0:
        return None
    cases = [
        SegmentationCase(key, store.path(key, "volume"), store.path(key, "labels"))
        for key in digests
    ]
    seed = int(run.seed_sequence("segmenter").generate_state(1)[0])
    depends_on = {
        "cases": digests,
        "options": options,
        "code": digest_of_code(*CODE, "psp_core.training"),
    }
    with run.stage("segmenter", depends_on=depends_on) as stage:
        if not stage.is_done:
            taught, held_out = hold_out(cases, options.held_out_share, seed)
            segmenter = train_segmenter(
                taught,
                steps=options.steps,
                batch_size=options.batch_size,
                learning_rate=options.learning_rate,
                channels=options.channels,
                seed=seed,
                folder=stage.folder,
            )
            write_table(stage.folder / HELD_OUT, held_out_dice(segmenter, held_out))
            stage.finish()
        return _read(stage.folder, params.region, options.least_dice)


def _read(folder: Path, region: Region, least_dice: float) -> StudySegmenter:
    held_out = pd.read_parquet(folder / HELD_OUT)
    return StudySegmenter(
        folder=folder / SEGMENTER,
        held_out=held_out,
        history=pd.read_parquet(folder / HISTORY),
        dice=float(held_out[region].median()),
        least_dice=least_dice,
    )
