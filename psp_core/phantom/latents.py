"""What a phantom patient is, given the label: the causal story, drawn by column.

Image latents are standard normal within a class; the class means lie
``effect`` standard deviations apart. ``outfield`` is the place of the lesion in
the treated field (larger: farther out); dose figures and images both show it and
nothing else of the label reaches the dose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from psp_core.phantom import distributions as published

IMAGE_LATENTS = ("outfield", "solidity", "rim", "oedema")
SIGNED_LATENTS = ("solidity", "rim", "oedema")  # those whose meaning the interaction turns
Centre = Literal["training", "external"]


@dataclass(frozen=True, kw_only=True)
class CausalModel:
    """Effect sizes and switches; see the params file for what each means.

    Attributes
    ----------
    outfield, solidity, rim, oedema : float
        Distance of the class means in standard deviations; positive: larger in true progression.
    timing : {"jang2018", "burdenko"}
        Which published distribution of days since radiotherapy.
    """

    outfield: float = 0.50
    solidity: float = 0.70
    rim: float = 0.55
    oedema: float = 0.60
    timing: published.Timing = "jang2018"
    true_progression_fraction: float = 34 / 59
    zero_effect: bool = False
    label_depends_on_time_only: bool = False
    interaction: bool = False
    label_noise: float = 0.0
    informative_missingness: bool = False
    centre_shift: bool = True

    @property
    def effects(self) -> dict[str, float]:
        """Effect of each image latent after the switches."""
        off = self.zero_effect or self.label_depends_on_time_only
        return {name: 0.0 if off else float(getattr(self, name)) for name in IMAGE_LATENTS}

    @property
    def clinical_effect(self) -> bool:
        """Whether sex, MGMT and IDH differ between the classes."""
        return not (self.zero_effect or self.label_depends_on_time_only)

    def probabilities(self, by_class: tuple[float, float]) -> tuple[float, float]:
        """A published pair, or its mixture for both classes when the effect is switched off."""
        if self.clinical_effect:
            return by_class
        share = self.true_progression_fraction
        pooled = (1 - share) * by_class[0] + share * by_class[1]
        return pooled, pooled

    def unknown_mgmt(self, centre: Centre) -> tuple[float, float]:
        """P(MGMT unknown) in (pseudoprogression, true progression)."""
        base = published.MGMT_UNKNOWN[centre]
        if not self.informative_missingness or not self.clinical_effect:
            return base, base
        half = published.INFORMATIVE_MISSINGNESS_LOG_ODDS / 2
        return float(expit(logit(base) - half)), float(expit(logit(base) + half))

    def strong(self) -> CausalModel:
        """The strong setting: every image effect doubled."""
        return replace(
            self,
            outfield=2 * self.outfield,
            solidity=2 * self.solidity,
            rim=2 * self.rim,
            oedema=2 * self.oedema,
        )


def interaction_sign(outfield: npt.ArrayLike, model: CausalModel) -> npt.NDArray[np.float64]:
    """+1, or with the interaction -1 where the lesion lies outside the median place in field."""
    outfield = np.asarray(outfield, dtype=float)
    return np.where(outfield > 0, -1.0, 1.0) if model.interaction else np.ones_like(outfield)


def draw_labels(
    rng: np.random.Generator, n: int, model: CausalModel, *, exact: bool = True
) -> npt.NDArray[np.bool_]:
    """True where true progression; `exact` fixes the count at the rounded share."""
    if not exact:
        return np.asarray(rng.random(n) < model.true_progression_fraction)
    labels = np.zeros(n, dtype=bool)
    labels[: round(n * model.true_progression_fraction)] = True
    return rng.permutation(labels)


def draw_latents(
    rng: np.random.Generator,
    is_tp: npt.NDArray[np.bool_],
    model: CausalModel,
    *,
    centre: Centre = "training",
) -> pd.DataFrame:
    """Draw one row per patient.

    Parameters
    ----------
    is_tp : bool array, shape (n,)
        True label: true progression. The *written* label may differ by label noise.

    Returns
    -------
    DataFrame
        ``true_label``, ``written_label`` (bool), the image latents, ``days_since_rt``, ``sex``,
        ``age_years``, ``idh_status``, ``mgmt_status`` as written (unknown is a category).
    """
    n = len(is_tp)
    shift = np.where(is_tp, 0.5, -0.5)
    outfield = rng.standard_normal(n) + shift * model.effects["outfield"]
    sign = interaction_sign(outfield, model)
    columns: dict[str, npt.NDArray[np.generic]] = {
        "true_label": is_tp,
        "written_label": is_tp ^ (rng.random(n) < model.label_noise),
        "outfield": outfield,
    }
    for name in SIGNED_LATENTS:
        columns[name] = rng.standard_normal(n) + sign * shift * model.effects[name]
    columns["days_since_rt"] = _draw_days(rng, is_tp, model)
    columns["sex"] = np.where(_bernoulli(rng, is_tp, model.probabilities(published.MALE)), "M", "F")
    columns["age_years"] = _draw_ages(rng, n)
    mutant = _bernoulli(rng, is_tp, model.probabilities(published.IDH_MUTANT))
    idh = np.where(mutant, "mutant", "wildtype")
    columns["idh_status"] = np.where(rng.random(n) < published.IDH_UNKNOWN[centre], "unknown", idh)
    methylated = _bernoulli(rng, is_tp, model.probabilities(published.MGMT_METHYLATED))
    mgmt = np.where(methylated, "methylated", "unmethylated")
    missing = _bernoulli(rng, is_tp, model.unknown_mgmt(centre))
    columns["mgmt_status"] = np.where(missing, "unknown", mgmt)
    columns["hypofractionated"] = rng.random(n) < published.HYPOFRACTIONATED
    return pd.DataFrame(columns)


def _bernoulli(
    rng: np.random.Generator, is_tp: npt.NDArray[np.bool_], by_class: tuple[float, float]
) -> npt.NDArray[np.bool_]:
    return np.asarray(rng.random(len(is_tp)) < np.where(is_tp, by_class[1], by_class[0]))


def _draw_days(
    rng: np.random.Generator, is_tp: npt.NDArray[np.bool_], model: CausalModel
) -> npt.NDArray[np.int64]:
    """Days given the class; with zero effect every patient draws from the mixture."""
    from_tp = is_tp
    if model.zero_effect:
        from_tp = rng.random(len(is_tp)) < model.true_progression_fraction
    psp, tp = published.DAYS_SINCE_RT[model.timing]
    return np.where(from_tp, tp.draw(rng, len(is_tp)), psp.draw(rng, len(is_tp)))


def _draw_ages(rng: np.random.Generator, n: int) -> npt.NDArray[np.int64]:
    ages = published.AGE_MEDIAN_YEARS + published.AGE_SD_YEARS * rng.standard_normal(n)
    return np.clip(np.rint(ages), *published.AGE_RANGE_YEARS).astype(np.int64)
