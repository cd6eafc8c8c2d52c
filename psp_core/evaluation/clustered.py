"""AUC of several time points per patient: its variance counts patients, not rows."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.intervals import AucInterval, logit_bounds, structural_components
from psp_core.evaluation.metrics import check_scores

SMALLEST = 1e-15  # below it a variance is rounding


def clustered_interval(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    patient: npt.ArrayLike,
    *,
    confidence_level: float = 0.95,
) -> AucInterval:
    """AUC over all time points, with an interval that lets those of a patient be alike.

    With one time point per patient it is `intervals.logit_delong_interval`.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        One value per time point; those of a patient may differ.
    y_score : array-like of float, shape (n,)
    patient : array-like, shape (n,)
        Whose time point it is.
    confidence_level : float, default 0.95
        Of the interval on the logit scale.

    Returns
    -------
    AucInterval
        ``n_positive`` and ``n_negative`` count time points. The standard error and the bounds
        are NaN where fewer than two patients have a class.

    Raises
    ------
    UndefinedMetricError
        If the AUC does not exist (see `metrics.auc`), the lengths differ, a time point has no
        patient, or the level is not in (0, 1).

    References
    ----------
    Obuchowski, Biometrics 1997;53:567-578.
    """
    truth, _ = check_scores(y_true, y_score)
    who = np.asarray(patient)
    if who.shape != truth.shape or pd.isna(who).any():
        raise UndefinedMetricError(
            f"patient has shape {who.shape} with {int(pd.isna(who).sum())} missing, y_true "
            f"{truth.shape}; expected the patient of every time point"
        )
    of_positive, of_negative = structural_components(y_true, y_score)
    area, (n_positive, n_negative) = float(of_positive.mean()), (of_positive.size, of_negative.size)
    codes, names = pd.factorize(who)
    totals = []
    for components, chosen in ((of_positive, truth), (of_negative, ~truth)):
        # what a patient's time points of one class lie above the AUC, together
        totals.append(np.bincount(codes[chosen], components - area, minlength=len(names)))
    patients = [np.unique(codes[chosen]).size for chosen in (truth, ~truth)]
    error = math.nan
    if min(patients) > 1:
        variance = sum(
            count / (count - 1) * float((total**2).sum()) / n**2
            for total, count, n in zip(totals, patients, (n_positive, n_negative), strict=True)
        )
        shared = len(names) / (len(names) - 1) * float((totals[0] * totals[1]).sum())
        variance += 2 * shared / (n_positive * n_negative)
        error = math.sqrt(variance) if variance > SMALLEST else 0.0
    lower, upper = logit_bounds(area, error, confidence_level=confidence_level)
    return AucInterval(area, error, lower, upper, n_positive, n_negative)
