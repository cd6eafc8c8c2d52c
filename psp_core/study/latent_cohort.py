"""Patients without images: tables as the study reads them, and the true latents as tokens.

With the latents in the tokens nothing is lost between patient and model. A model that falls
short of the Bayes score here falls short by its own fault, whatever the effect sizes are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.encoder.tokens import Tokens
from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.params.phantoms import PhantomParams
from psp_core.phantom.latents import IMAGE_LATENTS, CausalModel, draw_labels, draw_latents
from psp_core.phantom.oracle import best_possible_auc

DATASET = "latent"
N_TOKENS, WIDTH = 8, 16
IMAGE_FIGURES = ("mean_dose_gy", "min_dose_gy", "median_dose_gy", "d98_gy", "lesion_volume_cm3")
TREATMENT = {"total_dose_gy": 60.0, "fractions": 30.0, "visit_number": 1.0, "has_image": True}
CEILING_PATIENTS = 200_000

ARM_OF_FEATURES = {
    "full": "full",
    "no_dose": "full",
    "no_dose_no_time": "no_dose_no_time",
    "clinical_only": "clinical_only",
    "clinical_no_time": "clinical_no_dose_no_time",
    "clinical_no_dose_no_time": "clinical_no_dose_no_time",
    "age_mgmt": "age_mgmt",
    "image_only": "image_only",
    "time_only": "time_only",
}
"""Which arm of the oracle sees what a feature set sees, where no dose is written down."""


@dataclass(frozen=True)
class LatentCohort:
    """Patients of one draw, in parts.

    Attributes
    ----------
    parts : tuple of DataFrame
        Patients tables; they hold no latent.
    tokens : Tokens
        Of the patients of all parts.
    latents : float array, shape (n, 4)
        The true latents of the image, of the patients of `tokens`.
    """

    parts: tuple[pd.DataFrame, ...]
    tokens: Tokens
    latents: npt.NDArray[np.float64]


def causal_model(phantom: PhantomParams) -> CausalModel:
    """The causal story of a run's phantoms."""
    return CausalModel(
        **asdict(phantom.effects),
        **asdict(phantom.switches),
        timing=phantom.timing,
        true_progression_fraction=phantom.true_progression_fraction,
    )


def draw_latent_cohort(model: CausalModel, sizes: Sequence[int], *, seed: int) -> LatentCohort:
    """Draw patients, each with the exact share of true progression in every part.

    Parameters
    ----------
    sizes : sequence of int
        Patients of each part, for example those to fit on and those to score.
    seed : int
        The same seed gives the same patients.

    Returns
    -------
    LatentCohort
        Doses and lesion volume are NaN: they come from images. Token j of 8 carries latent
        j mod 4 along a fixed direction, on top of a fixed vector of its place; half of the
        tokens count as lesion.
    """
    rng = np.random.default_rng([seed, 0x1A7E])
    drawn = [draw_latents(rng, draw_labels(rng, size, model), model) for size in sizes]
    table = pd.concat(drawn, ignore_index=True)
    latents = table[list(IMAGE_LATENTS)].to_numpy()
    rows = pd.DataFrame(
        {
            "dataset": DATASET,
            "subject_id": [f"Latent-{number:06d}" for number in range(len(table))],
            "timepoint": 1,
            "label": np.where(table["written_label"], POSITIVE_CLASS, NEGATIVE_CLASS),
            "days_since_rt": table["days_since_rt"].astype(float),
            "age_years": table["age_years"].astype(float),
            **{name: table[name] for name in ("sex", "idh_status", "mgmt_status")},
            **TREATMENT,
            **dict.fromkeys(IMAGE_FIGURES, np.nan),
        }
    )
    share = np.zeros((len(rows), N_TOKENS), dtype=np.float32)
    share[:, : N_TOKENS // 2] = 1.0
    keys = tuple(f"{DATASET}/{subject}/001" for subject in rows["subject_id"])
    edges = np.cumsum([0, *sizes])
    parts = tuple(rows.iloc[low:high].reset_index(drop=True) for low, high in pairwise(edges))
    return LatentCohort(parts, Tokens(keys, latent_tokens(latents), share), latents)


def latent_tokens(latents: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Tokens (n, 8, 16) that carry the latents (n, 4) and nothing else of a patient."""
    rng = np.random.default_rng(0)  # the place of each latent is fixed, as an encoder's is
    directions, _ = np.linalg.qr(rng.standard_normal((WIDTH, WIDTH)))
    places = 0.5 * rng.standard_normal((N_TOKENS, WIDTH))
    carried = np.arange(N_TOKENS) % latents.shape[1]
    tokens = latents[:, carried, None] * directions[carried] + places
    return np.asarray(tokens, dtype=np.float32)


@cache
def ceiling(model: CausalModel, feature_set: str) -> float:
    """Best possible AUC of a feature set on patients of `draw_latent_cohort`; 0.5 if it sees none.

    Parameters
    ----------
    feature_set : str
        One that `ARM_OF_FEATURES` does not list sees nothing of the label.
    """
    arm = ARM_OF_FEATURES.get(feature_set)
    return 0.5 if arm is None else best_possible_auc(model, arm, n=CEILING_PATIENTS)
