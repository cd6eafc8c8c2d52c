"""Whether scores are probabilities: Brier score, intercept and slope.

Scores are taken as they are. Nothing is recalibrated on the patients that are judged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import statsmodels.api as sm
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.metrics import brier_score_loss

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import check_scores, split_by_class

Floats = npt.NDArray[np.float64]
LARGEST_LOGIT = 30.0  # beyond it 1 minus the fitted share is lost in rounding


@dataclass(frozen=True)
class Brier:
    """Mean squared error of probabilities.

    Attributes
    ----------
    value : float
    null : float
        Of the share of true progression of these very patients, given to all of them.
    scaled : float
        One minus value / null: 0 is no better than the share, 1 is perfect, it can be negative.
        NaN for one class.
    observed, mean_score : float
        Share of true progression, and what the scores say it is.
    """

    value: float
    null: float
    scaled: float
    observed: float
    mean_score: float


@dataclass(frozen=True)
class Recalibration:
    """A parameter of the logistic model of the truth on the logit of the score.

    Attributes
    ----------
    value, lower, upper : float
        With Wald's interval; NaN where `note` says why it is not estimable.
    note : str
    """

    value: float
    lower: float
    upper: float
    note: str = ""


def brier(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> Brier:
    """Brier score beside its null.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    y_score : array-like of float, shape (n,)
        Probabilities.

    Raises
    ------
    UndefinedMetricError
        If there is no patient, or a score is no probability.

    References
    ----------
    Brier, Monthly Weather Review 1950;78:1-3.
    """
    truth, score = check_probabilities(y_true, y_score)
    share = float(truth.mean())
    value, null = float(brier_score_loss(truth, score, pos_label=True)), share * (1 - share)
    scaled = 1 - value / null if null > 0 else math.nan
    return Brier(value, null, scaled, share, float(score.mean()))


def calibration_intercept(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, confidence_level: float = 0.95
) -> Recalibration:
    """Shift of all logits that the truth asks for, the slope being fixed at 1.

    Above 0: true progression is more frequent than the scores say. The parameters, and what is
    raised, are those of `calibration_slope`.
    """
    truth, logits, note = _logits(y_true, y_score)
    if note:
        return Recalibration(math.nan, math.nan, math.nan, note)
    model = sm.GLM(truth, np.ones((len(truth), 1)), family=sm.families.Binomial(), offset=logits)
    return _parameter(model, confidence_level, start=[_intercept(truth, logits)])


def calibration_slope(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    *,
    widest_interval: float,
    confidence_level: float = 0.95,
) -> Recalibration:
    """Slope of the truth on the logit of the score; below 1 the scores are too extreme.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    y_score : array-like of float, shape (n,)
        Probabilities.
    widest_interval : float
        A slope whose interval is wider is not estimable; the interval stays, to show it.
    confidence_level : float, default 0.95

    Returns
    -------
    Recalibration
        Without a value, and with a note, where the interval is too wide, the scores separate
        the classes (no finite slope), are all the same, are 0 or 1 (no finite logit), or have
        a logit beyond `LARGEST_LOGIT`.

    Raises
    ------
    UndefinedMetricError
        If a class is absent, or a score is no probability.

    References
    ----------
    Cox, Biometrika 1958;45:562-565. Van Calster et al., BMC Medicine 2019;17:230.
    """
    truth, logits, note = _logits(y_true, y_score)
    positive, negative = logits[truth == 1], logits[truth == 0]
    if not note and np.ptp(logits) == 0:
        note = "not estimable: all scores are the same"
    if not note and (positive.min() >= negative.max() or positive.max() <= negative.min()):
        note = "not estimable: the scores separate the classes, so no slope is finite"
    if note:
        return Recalibration(math.nan, math.nan, math.nan, note)
    model = sm.GLM(truth, sm.add_constant(logits), family=sm.families.Binomial())
    found = _parameter(model, confidence_level)
    width = found.upper - found.lower
    if not width <= widest_interval:
        note = f"not estimable: the interval is {width:.1f} wide, at most {widest_interval:g} is"
        return Recalibration(math.nan, found.lower, found.upper, f"{note} asked for")
    return found


def check_probabilities(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike
) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Truths and probabilities as arrays, shape (n,) each; a class may be absent.

    Raises
    ------
    UndefinedMetricError
        See `metrics.check_scores`; or if there is no patient, or a score is no probability.
    """
    truth, score = check_scores(y_true, y_score)
    if truth.size == 0:
        raise UndefinedMetricError("no patients: calibration needs at least one")
    if ((score < 0) | (score > 1)).any():
        raise UndefinedMetricError(
            f"scores run from {score.min():g} to {score.max():g}; calibration is of probabilities "
            "between 0 and 1: calibrate them first"
        )
    return truth, score


def _logits(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> tuple[Floats, Floats, str]:
    """Truths and logits of both classes, and why nothing can be fitted to them."""
    split_by_class(y_true, y_score)
    truth, score = check_probabilities(y_true, y_score)
    sure = int(((score == 0) | (score == 1)).sum())
    note = f"not estimable: {sure} scores are 0 or 1, which have no logit" if sure else ""
    logits: Floats = logit(score if not sure else np.full(len(score), 0.5))
    if extreme := int((np.abs(logits) > LARGEST_LOGIT).sum()):
        note = (
            f"not estimable: {extreme} scores have a logit beyond {LARGEST_LOGIT:g}, too near to "
            "0 or 1 to fit"
        )
    return truth.astype(np.float64), logits, note


def _intercept(truth: Floats, logits: Floats) -> float:
    """The shift at which the scores add up to the truths.

    From its usual start the fit runs away where a sure score is wrong; from here it does not.
    """
    total, share = truth.sum(), logit(truth.mean())
    ends = (share - logits.max() - 1, share - logits.min() + 1)
    return float(brentq(lambda shift: expit(logits + shift).sum() - total, *ends))


def _parameter(
    model: sm.GLM, confidence_level: float, *, start: list[float] | None = None
) -> Recalibration:
    """The last parameter of a fitted model."""
    if not 0 < confidence_level < 1:
        raise UndefinedMetricError(
            f"confidence level {confidence_level}; expected one between 0 and 1, like 0.95"
        )
    fitted = model.fit(start_params=start)
    lower, upper = fitted.conf_int(alpha=1 - confidence_level)[-1]
    return Recalibration(float(fitted.params[-1]), float(lower), float(upper))
