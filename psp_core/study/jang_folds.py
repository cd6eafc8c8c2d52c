"""Cross-validation of the CNN-LSTM, Jang 2018's Fig. 3, and its scrambled control, Fig. S1.

In the control the images and clinical values of the training patients stand together, in one
order drawn by a seed, against labels that stay where they are: the labels are permuted once.
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
from psp_core.errors import PSPError
from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.metrics import auc
from psp_core.inputs.arrays import PatientArrays
from psp_core.params.cnn_lstm import CnnLstmParams
from psp_core.runs import Run, digest_of, digest_of_code
from psp_core.study.folds import fold_numbers
from psp_core.study.sweeps import CODE as SEARCH_CODE
from psp_core.study.sweeps import seed_of_searches, settings_of_searches, training_slices
from psp_core.study.units import table_of_units

CURVES, SCRAMBLED = "jang_curves", "jang_scrambled"
FIGURES = ("training_auc", "training_auc_by_batch")
CURVE_COLUMNS = ("fold", "subject_id", "y_true", "y_score", *FIGURES, "note")
CODE = (*SEARCH_CODE, "psp_core.study.jang_folds")


@dataclass(frozen=True)
class FoldFit:
    """One fold.

    Attributes
    ----------
    fold : int
    held_out : bool array, shape (n,)
        Labels that are held out, with whoever stands there.
    order : int array, shape (n,)
        Row of the patient whose images and clinical values stand with each label.
    settings : mapping
        Arguments of `CnnLstm`.
    """

    fold: int
    held_out: npt.NDArray[np.bool_] = field(repr=False)
    order: npt.NDArray[np.int64] = field(repr=False)
    settings: Mapping[str, Any]


def jang_curves(run: Run) -> pd.DataFrame:
    """Scores of the held-out folds of Fig. 3, as the network gives them.

    Returns
    -------
    DataFrame
        `CURVE_COLUMNS`, one row per patient; the two of `FIGURES` are of the fold's training
        patients, scored as all patients are, and with the means and variances of each batch, as
        while training. ``note`` tells why a fold failed. Empty before the first book.

    Raises
    ------
    EstimatorError, OverlapError
        See `sweeps.training_slices`.
    UndefinedMetricError
        See `folds.fold_numbers`.
    StageError, MissingInputError
        See `units.table_of_units` and `slice_source.t1ce_slices`.
    """
    return _folds(run, CURVES, run.params.cnn_lstm.sweeps.curve_folds, scrambled_by=None)


def jang_scrambled(run: Run) -> pd.DataFrame:
    """The same on patients whose labels are permuted once, by the seed of page 07.

    Returns
    -------
    DataFrame
        As `jang_curves`; ``subject_id`` is whose images were scored, ``y_true`` the label that
        the order put beside them. Raises as `jang_curves`.
    """
    seed = run.params.controls.scramble.single_seed
    return _folds(run, SCRAMBLED, run.params.cnn_lstm.sweeps.scrambled_folds, scrambled_by=seed)


def fold_fits(
    params: CnnLstmParams,
    rows: pd.DataFrame,
    *,
    n_folds: int,
    seed: int,
    scrambled_by: int | None = None,
) -> dict[str, FoldFit]:
    """Every fold, by a name of its own; the order of patients in an epoch is always drawn.

    Parameters
    ----------
    rows : DataFrame, n rows
        Of the patients table.
    n_folds : int
    seed : int
        Of folds and first weights.
    scrambled_by : int, optional
        Seed of the permutation; without it everybody keeps the own label.
    """
    folds = fold_numbers(is_true_progression(rows["label"]), n_folds=n_folds, seed=seed)
    order = np.arange(len(rows))
    if scrambled_by is not None:
        order = np.random.default_rng(scrambled_by).permutation(order)
    settings = settings_of_searches(params, seed) | {"shuffle": True}
    return {
        f"fold_{number}": FoldFit(number, folds == number, order, settings)
        for number in range(n_folds)
    }


def fit_fold(fit: FoldFit, *, rows: pd.DataFrame, slices: PatientArrays) -> pd.DataFrame:
    """Fit once, to `CURVE_COLUMNS`; a named error is the note of a row without figures."""
    y_true, out = is_true_progression(rows["label"]), fit.held_out
    shown = rows.iloc[fit.order]
    try:
        estimator = CnnLstm(slices=slices, **fit.settings).fit(shown[~out], y_true[~out])
        told = pd.DataFrame(
            {
                "subject_id": shown["subject_id"].to_numpy()[out],
                "y_true": y_true[out],
                "y_score": estimator.predict_proba(shown[out])[:, 1],
                "training_auc": auc(y_true[~out], estimator.predict_proba(shown[~out])[:, 1]),
                "training_auc_by_batch": auc(y_true[~out], estimator.scores_by_batch(shown[~out])),
            }
        )
    except PSPError as error:
        told = pd.DataFrame({"note": [f"{type(error).__name__}: {error}"]})
    common = {"fold": fit.fold} | ({} if "note" in told else {"note": ""})
    return told.assign(**common).reindex(columns=list(CURVE_COLUMNS))


def _folds(run: Run, stage: str, n_folds: int, *, scrambled_by: int | None) -> pd.DataFrame:
    if run.params.study.only_light:
        return pd.DataFrame(columns=list(CURVE_COLUMNS))
    rows, slices = training_slices(run)
    fits = fold_fits(
        run.params.cnn_lstm,
        rows,
        n_folds=n_folds,
        seed=seed_of_searches(run),
        scrambled_by=scrambled_by,
    )
    depends_on = {
        "fits": digest_of(
            [asdict(fit) | {"held_out": fit.held_out.tolist(), "order": fit.order.tolist()}
             for fit in fits.values()]
        ),
        "patients": digest_of(rows.to_csv(index=False)),
        "slices": slices.digest,
        "code": digest_of_code(*CODE),
    }  # fmt: skip
    work = partial(fit_fold, rows=rows, slices=slices)
    return table_of_units(run, stage, fits, work, depends_on=depends_on)
