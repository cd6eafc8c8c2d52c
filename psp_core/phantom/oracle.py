"""The Bayes scores: the best that any model can do with what an arm may see.

Two rows. The *latent oracle* sees the latents themselves. The *observable
oracle* sees what was written: days as whole numbers, categories with their
unknowns integrated out, and for each image latent the figure measured on the
written image, contour or dose, whose error (taken as normal and independent of the
others) is part of the score.

Scores are log likelihood ratios of the *true* label. Label noise below one half leaves
their order the best there is for the written label too, whose posterior rises with them.
All arms see the event's visit; what grows on a later one is how the label was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logsumexp
from scipy.stats import norm

from psp_core.evaluation.metrics import auc
from psp_core.phantom import distributions as published
from psp_core.phantom.latents import (
    IMAGE_LATENTS,
    SIGNED_LATENTS,
    CausalModel,
    Centre,
    draw_labels,
    draw_latents,
)

Floats = npt.NDArray[np.float64]

ARMS: dict[str, tuple[str, ...]] = {
    "time_only": ("days_since_rt",),
    "clinical_only": ("days_since_rt", "sex", "idh_status", "mgmt_status", "age_years"),
    "dose_only": ("outfield",),
    "image_only": IMAGE_LATENTS,
    "no_dose_no_time": (*IMAGE_LATENTS, "sex", "idh_status", "mgmt_status", "age_years"),
    "full": (*IMAGE_LATENTS, "days_since_rt", "sex", "idh_status", "mgmt_status", "age_years"),
}
"""What each arm may see. Images show the place in field, so dose adds nothing to ``full``."""

CLINICAL_PARTS: dict[str, tuple[str, ...]] = {
    "clinical_no_dose_no_time": ("sex", "idh_status", "mgmt_status", "age_years"),
    "age_mgmt": ("mgmt_status", "age_years"),
}
"""Further arms, of controls that see a part of the clinical values; no truth table has them."""


def log_likelihood_ratio(
    seen: pd.DataFrame,
    arm: str,
    model: CausalModel,
    *,
    centre: Centre = "training",
    error_sd: Mapping[str, float] | None = None,
) -> Floats:
    """Log likelihood ratio, true progression against pseudoprogression.

    Parameters
    ----------
    seen : DataFrame
        The columns of the arm: latents, or their measured counterparts on the latent scale.
    arm : str
        A key of `ARMS` or of `CLINICAL_PARTS`.
    error_sd : mapping of latent to float, optional
        Standard deviation of each measurement's error on the latent scale; none: 0.

    Returns
    -------
    float array, shape (n,)
    """
    columns = (ARMS | CLINICAL_PARTS)[arm]
    total = np.zeros(len(seen))
    if "days_since_rt" in columns and not model.zero_effect:
        psp, tp = published.DAYS_SINCE_RT[model.timing]
        days = seen["days_since_rt"].to_numpy()
        total += tp.log_pmf(days) - psp.log_pmf(days)
    if "sex" in columns:
        total += _binary(seen["sex"] == "M", model.probabilities(published.MALE))
    if "idh_status" in columns:
        mutant = _binary(seen["idh_status"] == "mutant", model.probabilities(published.IDH_MUTANT))
        total += np.where(seen["idh_status"] == "unknown", 0.0, mutant)
    if "mgmt_status" in columns:
        unknown = seen["mgmt_status"] == "unknown"
        by_class = model.probabilities(published.MGMT_METHYLATED)
        known = _binary(seen["mgmt_status"] == "methylated", by_class)
        total += np.where(unknown, 0.0, known) + _binary(unknown, model.unknown_mgmt(centre))
    if "outfield" in columns:
        signed = tuple(name for name in SIGNED_LATENTS if name in columns)
        total += _image(seen, signed, model, error_sd or {})
    return total


def best_possible_auc(
    model: CausalModel,
    arm: str,
    *,
    centre: Centre = "training",
    n: int = 200_000,
    seed: int = 0,
) -> float:
    """Population AUC of the Bayes score of one arm; see `best_possible_aucs`."""
    return best_possible_aucs(model, centre=centre, n=n, seed=seed, arms=(arm,))[arm]


def best_possible_aucs(
    model: CausalModel,
    *,
    centre: Centre = "training",
    n: int = 200_000,
    seed: int = 0,
    arms: Iterable[str] = ARMS,
) -> dict[str, float]:
    """Population AUC of each arm's Bayes score, on the same `n` simulated patients.

    Labels are those written, so label noise lowers the ceiling.
    """
    rng = np.random.default_rng([seed, 0xB57])
    drawn = draw_latents(rng, draw_labels(rng, n, model), model, centre=centre)
    written = drawn["written_label"].to_numpy()
    return {
        arm: auc(written, log_likelihood_ratio(drawn, arm, model, centre=centre)) for arm in arms
    }


def _binary(is_one: pd.Series[bool], by_class: tuple[float, float]) -> Floats:
    """Log likelihood ratio of a yes/no value with known class probabilities."""
    psp, tp = by_class
    if psp == tp:
        return np.zeros(len(is_one))
    return np.where(is_one.to_numpy(), np.log(tp / psp), np.log((1 - tp) / (1 - psp)))


def _image(
    seen: pd.DataFrame, signed: tuple[str, ...], model: CausalModel, error_sd: Mapping[str, float]
) -> Floats:
    """Image part: measured place in field and, if seen, the latents whose sign it may turn."""
    measured = seen["outfield"].to_numpy(dtype=float)
    variance = 1 + error_sd.get("outfield", 0.0) ** 2
    by_class = []
    for half in (-0.5, 0.5):
        mean = half * model.effects["outfield"]
        log_place = norm.logpdf(measured, mean, np.sqrt(variance))
        terms = [
            log_weight + sum(_signed(seen, name, sign * half, model, error_sd) for name in signed)
            for sign, log_weight in _sign_weights(measured, mean, variance, model)
        ]
        by_class.append(log_place + logsumexp(np.stack(terms), axis=0))
    return np.asarray(by_class[1] - by_class[0])


def _signed(
    seen: pd.DataFrame, name: str, half: float, model: CausalModel, error_sd: Mapping[str, float]
) -> Floats:
    spread = np.sqrt(1 + error_sd.get(name, 0.0) ** 2)
    values = seen[name].to_numpy(dtype=float)
    return np.asarray(norm.logpdf(values, half * model.effects[name], spread))


def _sign_weights(
    measured: Floats, mean: float, variance: float, model: CausalModel
) -> list[tuple[float, Floats]]:
    """(sign, log P(sign | measured place, class)); the true place is normal given the measured."""
    if not model.interaction:
        return [(1.0, np.zeros_like(measured))]
    posterior_mean = mean + (measured - mean) / variance
    posterior_sd = np.sqrt(max((variance - 1) / variance, 1e-12))
    return [
        (1.0, np.asarray(norm.logcdf(-posterior_mean / posterior_sd))),
        (-1.0, np.asarray(norm.logcdf(posterior_mean / posterior_sd))),
    ]
