"""Learning from survival as a stage of a run: three losses, each measured on a held-out part."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.cohorts.overlap import person_of
from psp_core.cohorts.pool import SEGMENTED
from psp_core.cohorts.stored import stored_cohorts, stored_people
from psp_core.encoder.weights import ENCODER, save_encoder, write_card
from psp_core.evaluation.concordance import concordance
from psp_core.inputs.pooled import pooled_store
from psp_core.inputs.volumes import NumberedVolumes
from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.copies import patient_of
from psp_core.preprocessing.learnable import learnable_cases
from psp_core.preprocessing.pipeline import fit_scale, study_cases, volume_store
from psp_core.pretraining.study_pretraining import landmarks_digest
from psp_core.pretraining.survival import predict_risk, train_survival
from psp_core.pretraining.survival_losses import LOSSES
from psp_core.runs import Run, digest_of_code, write_table
from psp_core.study.ablation import small_architecture

STAGE = "survival"
CONCORDANCE, HISTORY = "concordance.parquet", "history.parquet"
FEWEST_HELD_OUT = 2  # a pair
KNOWN = ["survival_days", "survival_event"]
CODE = (
    *("psp_core.study.survival_transfer", "psp_core.pretraining", "psp_core.encoder"),
    *("psp_core.training", "psp_core.evaluation", "psp_core.inputs.pooled"),
    *("psp_core.inputs.volumes", "psp_core.inputs.arrays"),
)


@dataclass(frozen=True)
class SurvivalTransfer:
    """What became of the learning from survival.

    Attributes
    ----------
    folder : Path
        Of the stage: encoder of the loss of the params, and its card.
    concordance : DataFrame
        One row per loss: ``loss``, ``is_used``, ``n_train``, ``n_held_out``, ``died`` (of the
        latter), ``pairs``, ``concordance``, ``lower``, ``upper``, ``seconds``.
    history : DataFrame
        See `training.train`, of each ``loss``.
    """

    folder: Path
    concordance: pd.DataFrame
    history: pd.DataFrame


def survival_table(run: Run) -> pd.DataFrame:
    """Scans before the first surgery that survival can be learned from.

    Who is in BraTS 2021 too may be there with that copy of the scan.

    Returns
    -------
    DataFrame
        ``key``, ``days``, ``died``; sorted. Of each person one scan, prepared, whose time and
        event are known and whose label, if any, nobody predicts.

    Raises
    ------
    OverlapError
        If a scan among them is of a person who has a label.
    StageError, MissingInputError
        If what earlier pages write is not there.
    """
    names = run.params.survival.collections
    store, stored, people = volume_store(run), stored_cohorts(run), stored_people(run)
    tables = [table for name, table in stored.items() if name in names]
    if not tables:  # as with the Burdenko collection alone
        return pd.DataFrame(columns=["key", "days", "died"])
    cases = learnable_cases(run, study_cases(run), [*names, SEGMENTED], stage=STAGE)
    rows = pd.concat(tables, ignore_index=True)
    rows = rows[rows[KNOWN].notna().all(axis=1) & (rows["timepoint"] == 0)]
    patients = {case.key: patient_of(case.key) for case in cases}
    of_rows = rows["dataset"].astype(str) + "/" + rows["subject_id"].astype(str)
    person = person_of([*patients.values(), *of_rows], people.crosswalk)
    told = {person[one]: row for one, row in zip(of_rows, rows[KNOWN].to_numpy(), strict=True)}
    found = [
        (key, float(told[person[patient]][0]), bool(told[person[patient]][1]))
        for key, patient in patients.items()
        if person[patient] in told and store.record(key)["status"] == DONE
    ]
    return pd.DataFrame(sorted(found), columns=["key", "days", "died"])


def learn_survival(run: Run) -> SurvivalTransfer | None:
    """Train the small transformer on survival with each loss; a finished stage is read.

    Each loss sees the same patients and is measured on the same held-out ones. The encoder that
    is kept is the one that was measured: it has not seen the held-out part.

    Returns
    -------
    SurvivalTransfer or None
        None if too few patients have a known survival to train and to measure: the run then has
        no such encoder, and one of an earlier call is taken away.

    Raises
    ------
    OverlapError, StageError, MissingInputError
        See `survival_table`.
    TrainingDivergedError
        See `training.train`.
    """
    options = run.params.survival
    table = survival_table(run)
    seed = int(run.seed_sequence(STAGE).generate_state(1)[0])
    held_out = _held_out(len(table), options.held_out_share, seed)
    architecture = small_architecture(run)
    landmarks = landmarks_digest(fit_scale(run, study_cases(run)))
    store, keys = volume_store(run), table["key"].tolist()
    depends_on = {
        "scans": {key: str(store.record(key)["digest"]) for key in keys},
        "survival": table.to_csv(index=False),
        "landmarks": landmarks,
        "encoder": architecture,
        "options": options,
        "bootstrap": run.params.evaluation,
        "code": digest_of_code(*CODE),
    }
    with run.stage(STAGE, depends_on=depends_on) as stage:
        if not _is_enough(table, held_out):
            return None
        if not stage.is_done:
            small = pooled_store(
                store,
                keys,
                run.folder / "survival_volumes",
                side=architecture["side"],
                log=run.private / "errors",
                workers=run.params.study.workers,
            )
            rows, histories = [], []
            taught, measured = table[~held_out], table[held_out]
            for loss in LOSSES:
                started = time.process_time()
                network, history = train_survival(
                    NumberedVolumes(small, taught["key"].tolist()),
                    taught["days"].to_numpy(),
                    taught["died"].to_numpy(),
                    architecture=architecture,
                    loss=loss,
                    time_points=options.time_points,
                    ranking_share=options.ranking_share,
                    steps=options.steps,
                    batch_size=options.batch_size,
                    learning_rate=options.learning_rate,
                    weight_decay=options.weight_decay,
                    seed=seed,
                )
                risk = predict_risk(network, NumberedVolumes(small, measured["key"].tolist()))
                rows.append(
                    {
                        "loss": loss,
                        "is_used": loss == options.loss,
                        "n_train": len(taught),
                        **_measured(run, risk, measured, seed),
                        "seconds": time.process_time() - started,
                    }
                )
                histories.append(history.assign(loss=loss))
                if loss == options.loss:
                    save_encoder(stage.folder / ENCODER, network.encoder)
                    write_card(
                        stage.folder, network.encoder, landmarks=landmarks, keys=list(taught["key"])
                    )
            write_table(stage.folder / CONCORDANCE, pd.DataFrame(rows))
            write_table(stage.folder / HISTORY, pd.concat(histories, ignore_index=True))
            stage.finish()
    return SurvivalTransfer(
        stage.folder,
        pd.read_parquet(stage.folder / CONCORDANCE),
        pd.read_parquet(stage.folder / HISTORY),
    )


def _held_out(n: int, share: float, seed: int) -> np.ndarray:
    """A random share of n patients, bool (n,)."""
    drawn = np.random.default_rng(seed).permutation(n)
    return np.asarray(drawn < round(share * n))


def _is_enough(table: pd.DataFrame, held_out: np.ndarray) -> bool:
    """Deaths to learn from, and a pair to measure on."""
    measured = table[held_out]
    has_pair = len(measured) >= FEWEST_HELD_OUT and bool(
        (measured["died"] & (measured["days"] < measured["days"].max())).any()
    )
    return bool(table.loc[~held_out, "died"].any()) and has_pair


def _measured(
    run: Run, risk: npt.NDArray[np.float64], rows: pd.DataFrame, seed: int
) -> dict[str, Any]:
    options = run.params.evaluation
    found = concordance(
        risk,
        rows["days"],
        rows["died"],
        resamples=options.bootstrap_samples,
        level=options.confidence_level,
        seed=seed,
    )
    told = asdict(found)
    return {
        "n_held_out": len(rows),
        "died": int(rows["died"].sum()),
        "concordance": told.pop("value"),
        **told,
    }
