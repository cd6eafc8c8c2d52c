"""How many patients a logistic prediction model needs, for its development and for its validation.

All expectations are over a linear predictor that is normal in each class with equal variance, of
the reported AUC; they are integrated, not simulated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import norm

from psp_core.audit.binormal import separation
from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.intervals import normal_quantile

Floats = npt.NDArray[np.float64]
GRID = np.linspace(-10, 10, 4001)  # standard deviations
DENSITY = norm.pdf(GRID) / norm.pdf(GRID).sum()
MOST_PATIENTS = 10_000_000


@dataclass(frozen=True)
class DevelopmentSize:
    """Patients that each criterion asks for; `needed` meets all."""

    shrinkage: int
    optimism: int
    intercept: int

    @property
    def needed(self) -> int:
        """The largest of the three."""
        return max(self.shrinkage, self.optimism, self.intercept)


@dataclass(frozen=True)
class ValidationSize:
    """Patients for an interval of the AUC, and of the calibration slope, of the asked width."""

    auc: int
    slope: int


def cox_snell_r2(area: float, share_positive: float) -> float:
    """Cox and Snell's R² of a calibrated model of this AUC.

    Raises
    ------
    UndefinedMetricError
        If the AUC is not above 0.5 and below 1, or the share not between 0 and 1.

    References
    ----------
    Riley, Van Calster and Collins, Stat Med 2021;40:859-864.
    """
    predictor, weight, is_positive = _predictor(area, share_positive)
    chance = np.where(is_positive, predictor, -predictor)
    fitted = float((weight * -np.logaddexp(0, -chance)).sum())
    null = share_positive * math.log(share_positive)
    null += (1 - share_positive) * math.log(1 - share_positive)
    return 1 - math.exp(-2 * (fitted - null))


def largest_cox_snell_r2(share_positive: float) -> float:
    """Cox and Snell's R² of a model that is always right."""
    null = share_positive * math.log(share_positive)
    null += (1 - share_positive) * math.log(1 - share_positive)
    return 1 - math.exp(2 * null)


def development_size(
    area: float,
    share_positive: float,
    *,
    n_parameters: int,
    shrinkage: float = 0.9,
    optimism: float = 0.05,
    margin: float = 0.05,
    confidence_level: float = 0.95,
) -> DevelopmentSize:
    """Patients for the development of a logistic model.

    Parameters
    ----------
    area : float
        AUC that the model is expected to have in new patients, above 0.5.
    share_positive : float
        Of the patients.
    n_parameters : int
        Coefficients beside the intercept, those of steps that look at the outcome included.
    shrinkage : float, default 0.9
        Least expected shrinkage factor.
    optimism : float, default 0.05
        Largest difference of apparent and true R² of Nagelkerke.
    margin : float, default 0.05
        Largest error of the mean risk.
    confidence_level : float, default 0.95
        Of the interval of the mean risk.

    Raises
    ------
    UndefinedMetricError
        If a figure is out of range.

    References
    ----------
    Riley and others, BMJ 2020;368:m441, steps 1, 3 and 4 of the binary outcome there.
    """
    shares = (shrinkage, optimism, margin)
    if n_parameters < 1 or not all(0 < one < 1 for one in shares):
        raise UndefinedMetricError(
            f"{n_parameters} parameters, targets {shares}; expected at least one parameter and "
            "targets between 0 and 1"
        )
    r2 = cox_snell_r2(area, share_positive)
    at_optimism = r2 / (r2 + optimism * largest_cox_snell_r2(share_positive))
    quantile = normal_quantile(confidence_level)
    return DevelopmentSize(
        shrinkage=_for_shrinkage(n_parameters, r2, shrinkage),
        optimism=_for_shrinkage(n_parameters, r2, at_optimism),
        intercept=math.ceil((quantile / margin) ** 2 * share_positive * (1 - share_positive)),
    )


def expected_shrinkage(
    area: float, share_positive: float, *, n_parameters: int, n_patients: int
) -> float:
    """Factor by which the coefficients are expected to be too large, 1 being none.

    One minus parameters over the likelihood ratio statistic that the model's true R² gives this
    many patients. Near 0 or below it the model says nothing that is not chance.

    Raises
    ------
    UndefinedMetricError
        If there is no parameter or no patient, and as `cox_snell_r2` does.

    References
    ----------
    Van Houwelingen and Le Cessie, Stat Med 1990;9:1303-1325.
    """
    if n_parameters < 1 or n_patients < 1:
        raise UndefinedMetricError(
            f"{n_parameters} parameters and {n_patients} patients; expected at least one of each"
        )
    ratio = -n_patients * math.log(1 - cox_snell_r2(area, share_positive))
    return 1 - n_parameters / ratio


def validation_size(
    area: float,
    share_positive: float,
    *,
    auc_half_width: float = 0.05,
    slope_half_width: float = 0.2,
    confidence_level: float = 0.95,
) -> ValidationSize:
    """Patients for the evaluation of a calibrated model in new patients.

    Raises
    ------
    UndefinedMetricError
        If a half width is not above 0, and as `cox_snell_r2` does.

    References
    ----------
    Riley and others, Stat Med 2021;40:4230-4251; the error of the AUC is Newcombe's, Stat Med
    2006;25:559-573.
    """
    if not (auc_half_width > 0 and slope_half_width > 0):
        raise UndefinedMetricError(
            f"half widths {auc_half_width} and {slope_half_width}; expected numbers above 0"
        )
    predictor, weight, _ = _predictor(area, share_positive)
    quantile = normal_quantile(confidence_level)
    variance = expit(predictor) * expit(-predictor)
    moments = [float((weight * variance * predictor**power).sum()) for power in range(3)]
    determinant = moments[0] * moments[2] - moments[1] ** 2
    slope = math.ceil((quantile / slope_half_width) ** 2 * moments[0] / determinant)

    def excess(n: float) -> float:
        return quantile * _newcombe_error(area, share_positive, n) - auc_half_width

    return ValidationSize(auc=math.ceil(brentq(excess, 2, MOST_PATIENTS)), slope=slope)


def _newcombe_error(area: float, share: float, n: float) -> float:
    half = n / 2 - 1
    inner = 1 + half * (1 - area) / (2 - area) + half * area / (1 + area)
    return math.sqrt(area * (1 - area) * inner / (n**2 * share * (1 - share)))


def _for_shrinkage(n_parameters: int, r2: float, shrinkage: float) -> int:
    if shrinkage <= r2:
        return n_parameters + 1
    return math.ceil(n_parameters / ((shrinkage - 1) * math.log(1 - r2 / shrinkage)))


def _predictor(area: float, share_positive: float) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Linear predictor on a grid of both classes, the weights, and which part is positive."""
    if not 0.5 < area < 1 or not 0 < share_positive < 1:
        raise UndefinedMetricError(
            f"AUC {area} at a share of positives of {share_positive}; expected an AUC above 0.5 "
            "and below 1, and a share between 0 and 1"
        )
    apart = separation(area)
    start = logit(share_positive)
    positive = start + apart**2 / 2 + apart * GRID
    negative = start - apart**2 / 2 + apart * GRID
    weight = np.concatenate([share_positive * DENSITY, (1 - share_positive) * DENSITY])
    is_positive = np.repeat([True, False], GRID.size)
    return np.concatenate([positive, negative]), weight, is_positive
