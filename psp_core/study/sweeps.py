"""Searches of Jang 2018 on the training cohort, its Fig. 2.

They look for settings on the very patients that are cross-validated afterwards, as the paper
did. No other page takes a setting from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.classifiers.cnn_lstm import CnnLstm
from psp_core.classifiers.cnn_lstm_presets import settings_of_preset
from psp_core.errors import EstimatorError, PSPError
from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.metrics import auc
from psp_core.inputs.arrays import PatientArrays
from psp_core.params.cnn_lstm import CnnLstmParams
from psp_core.preprocessing.learnable import check_learned_from
from psp_core.runs import Run, digest_of, digest_of_code
from psp_core.study.cross_validation import CODE as FITTING
from psp_core.study.folds import fold_numbers
from psp_core.study.patients import TRAINING, patient_keys, study_patients
from psp_core.study.slice_source import t1ce_slices
from psp_core.study.units import table_of_units

SEARCHES = "sweeps"
CELLS, BATCH_SIZE, LEARNING_RATE, EPOCHS = "cells", "batch_size", "learning_rate", "epochs"
SEARCH_COLUMNS = ("parameter", "value", "fold", "auc", "loss", "traced_loss", "note")
TRACED_SHARE = 0.2
CODE = (*FITTING, "psp_core.study.sweeps")
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SweepFit:
    """One fit of a search.

    Attributes
    ----------
    parameter : str
        What is searched: `CELLS`, `BATCH_SIZE`, `LEARNING_RATE` or `EPOCHS`.
    value : float
        Its value; not of `EPOCHS`.
    held_out : bool array, shape (n,)
        Patients that are scored.
    fold : int
        Fold, or repetition of a trace.
    settings : mapping
        Arguments of `CnnLstm`.
    """

    parameter: str
    value: float
    held_out: Bools = field(repr=False)
    fold: int
    settings: Mapping[str, Any]


def jang_searches(run: Run) -> pd.DataFrame:
    """Search the number of cells, batch size, learning rate and number of epochs.

    Returns
    -------
    DataFrame
        `SEARCH_COLUMNS`. Of epochs one row per epoch (``value``) and repetition (``fold``)
        with both losses, of all others one AUC per fold; ``note`` tells why a fit failed.
        Empty before the first book.

    Raises
    ------
    EstimatorError
        If the training cohort has no slices.
    OverlapError, StageError, MissingInputError
        See `units.table_of_units` and `training_slices`.
    """
    if run.params.study.only_light:
        return pd.DataFrame(columns=list(SEARCH_COLUMNS))
    rows, slices = training_slices(run)
    fits = search_fits(run.params.cnn_lstm, rows, seed_of_searches(run))
    depends_on = {
        "fits": digest_of(
            [[name, asdict(fit) | {"held_out": fit.held_out.tolist()}]
             for name, fit in fits.items()]
        ),
        "patients": digest_of(rows.to_csv(index=False)),
        "slices": slices.digest,
        "code": digest_of_code(*CODE),
    }  # fmt: skip
    work = partial(fit_one, rows=rows, slices=slices)
    return table_of_units(run, SEARCHES, fits, work, depends_on=depends_on)


def search_fits(params: CnnLstmParams, rows: pd.DataFrame, seed: int) -> dict[str, SweepFit]:
    """Every fit of the searches of Fig. 2, by a name of its own."""
    sweeps, y_true = params.sweeps, is_true_progression(rows["label"])
    folds = fold_numbers(y_true, n_folds=sweeps.folds, seed=seed)
    searched: dict[str, list[tuple[float, dict[str, Any]]]] = {
        CELLS: [
            (n, {"cells": n, "batch_size": sweeps.cell_batch_size, "epochs": sweeps.cell_epochs})
            for n in sweeps.cells
        ],
        BATCH_SIZE: [(n, {"batch_size": n}) for n in sweeps.batch_sizes],
        LEARNING_RATE: [(rate, {"learning_rate": rate}) for rate in sweeps.learning_rates],
    }
    base = settings_of_searches(params, seed)
    fits = {
        f"{parameter}_{place}_{fold}": SweepFit(
            parameter, value, folds == fold, fold, base | changed
        )
        for parameter, values in searched.items()
        for place, (value, changed) in enumerate(values)
        for fold in range(sweeps.folds)
    }
    traced = base | {
        "epochs": sweeps.trace_epochs,
        "batch_size": sweeps.trace_batch_size,
        "learning_rate": sweeps.trace_learning_rate,
    }
    for number in range(sweeps.traces):
        out = traced_rows(y_true, sweeps.traced_on, seed + number)
        again = traced | {"random_state": seed + number}
        fits[f"{EPOCHS}_{number}"] = SweepFit(EPOCHS, float("nan"), out, number, again)
    return fits


def traced_rows(y_true: Bools, traced_on: str, seed: int) -> Bools:
    """Whose loss is traced: the last fifth of the table, or a fifth drawn within the classes."""
    out = np.zeros(len(y_true), dtype=bool)
    if traced_on == "last":
        out[len(out) - round(TRACED_SHARE * len(out)) :] = True
        return out
    rng = np.random.default_rng(seed)
    for of_class in (True, False):
        members = np.flatnonzero(y_true == of_class)
        out[rng.permutation(members)[: round(TRACED_SHARE * len(members))]] = True
    return out


def fit_one(fit: SweepFit, *, rows: pd.DataFrame, slices: PatientArrays) -> pd.DataFrame:
    """Fit once, to `SEARCH_COLUMNS`; a named error is the note of a row without figures."""
    y_true, out = is_true_progression(rows["label"]), fit.held_out
    try:
        estimator = CnnLstm(slices=slices, **fit.settings)
        traced = (rows[out], y_true[out]) if fit.parameter == EPOCHS else None
        estimator.fit(rows[~out], y_true[~out], traced=traced)
        if fit.parameter == EPOCHS:
            told = estimator.traces_.rename(columns={"epoch": "value"})
        else:
            told = pd.DataFrame(
                {"auc": [auc(y_true[out], estimator.predict_proba(rows[out])[:, 1])]}
            )
    except PSPError as error:
        told = pd.DataFrame({"note": [f"{type(error).__name__}: {error}"]})
    common: dict[str, Any] = {
        "parameter": fit.parameter,
        "value": fit.value,
        "fold": fit.fold,
        "note": "",
    }
    missing = {name: value for name, value in common.items() if name not in told}
    return told.assign(**missing).reindex(columns=list(SEARCH_COLUMNS))


def training_slices(run: Run) -> tuple[pd.DataFrame, PatientArrays]:
    """Patients of the training cohort with slices, in the order of the table, and the slices.

    Raises
    ------
    EstimatorError
        If there is none.
    OverlapError
        If a patient of a test set is among them.
    StageError, MissingInputError
        See `slice_source.t1ce_slices`.
    """
    table = study_patients(run).table
    rows = table[(table["dataset"] == TRAINING) & table["has_image"]]
    check_learned_from(run, SEARCHES, patient_keys(rows))
    slices = t1ce_slices(run, table)
    if rows.empty or slices is None:
        raise EstimatorError(
            f"no patient of {TRAINING} has slices of T1CE; look at the page of preprocessing"
        )
    return rows[slices.has(rows)].reset_index(drop=True), slices


def settings_of_searches(params: CnnLstmParams, seed: int) -> dict[str, Any]:
    """Arguments of `CnnLstm` where nothing is searched: the run's, in the preset of the sweeps."""
    names = ("filters", "cells", "epochs", "batch_size", "learning_rate")
    given = {name: getattr(params, name) for name in names}
    return given | dict(settings_of_preset(params.sweeps.preset)) | {"random_state": seed}


def seed_of_searches(run: Run) -> int:
    """Seed of their folds and first weights."""
    return int(run.seed_sequence(SEARCHES).generate_state(1)[0] % 2**30)
