"""Patients for the tests of the classifiers: the true latents in place of tokens."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import torch

from psp_core.encoder.tokens import Tokens
from psp_core.phantom.latents import IMAGE_LATENTS, CausalModel, draw_labels, draw_latents

Cohort = tuple[pd.DataFrame, npt.NDArray[np.bool_], Tokens]
DOSES = ("mean_dose_gy", "min_dose_gy", "median_dose_gy", "d98_gy")
N_TOKENS, WIDTH = 8, 16


def draw_patients(
    n: int, seed: int, *, model: CausalModel | None = None, place_in_dose: bool = False
) -> Cohort:
    """Rows of the patients table, written labels, and tokens that hold the image latents.

    Each latent stands in one token, along one random direction; all else in the tokens is the
    same for every patient. The tokens of the latents are those of the lesion. With
    `place_in_dose`, the place in field stands in the dose columns and not in the tokens.
    """
    model = model or CausalModel()
    rng = np.random.default_rng([seed, 7])
    drawn = draw_latents(rng, draw_labels(rng, n, model), model)
    fixed = np.random.default_rng(0)  # one encoder for every cohort
    directions = fixed.standard_normal((len(IMAGE_LATENTS), WIDTH))
    values = np.tile(fixed.standard_normal((N_TOKENS, WIDTH)), (n, 1, 1))
    for place, (name, direction) in enumerate(zip(IMAGE_LATENTS, directions, strict=True)):
        if not (place_in_dose and name == "outfield"):
            values[:, 2 * place] += drawn[name].to_numpy()[:, None] * direction
    shares = np.zeros((n, N_TOKENS))
    shares[:, ::2] = 0.5
    rows = drawn[["days_since_rt", "age_years", "sex", "idh_status", "mgmt_status"]].copy()
    rows.insert(0, "dataset", f"drawn{seed}")
    rows.insert(1, "subject_id", [f"P{number:05d}" for number in range(n)])
    rows.insert(2, "timepoint", 1)
    for number, name in enumerate(DOSES):
        rows[name] = 60 - (number + 1) * drawn["outfield"] if place_in_dose else np.nan
    rows["lesion_volume_cm3"] = np.where(np.arange(n) % 5 == 2, np.nan, 3.0)
    keys = tuple(f"drawn{seed}/{one}/001" for one in rows["subject_id"])
    tokens = Tokens(keys, values.astype(np.float32), shares.astype(np.float32))
    return rows, drawn["written_label"].to_numpy(dtype=bool), tokens


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def draw() -> Callable[..., Cohort]:
    return draw_patients


@pytest.fixture(scope="session")
def cohort() -> Cohort:
    return draw_patients(40, seed=5, place_in_dose=True)
