"""Known contributions of phantoms: they add up to the Bayes scores."""

from __future__ import annotations

import numpy as np
import pandas as pd

from psp_core.classifiers.feature_sets import DOSES
from psp_core.explain.known_effects import DOSE, known_contributions
from psp_core.phantom.latents import CausalModel, draw_labels, draw_latents
from psp_core.phantom.oracle import log_likelihood_ratio


def drawn(model: CausalModel) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = draw_latents(rng, draw_labels(rng, 200, model), model)
    for arm, name in (("time_only", "time"), ("image_only", "image"), ("dose_only", "dose")):
        table[f"bayes_{name}_only_observable"] = log_likelihood_ratio(table, arm, model)
    return table


def test_clinical_parts_and_the_image_add_up_to_the_whole() -> None:
    model = CausalModel(informative_missingness=True)
    table = drawn(model)
    known = known_contributions(table, model)
    total = known.drop(columns=[*DOSES, DOSE]).sum(axis=1)
    np.testing.assert_allclose(total, log_likelihood_ratio(table, "full", model), atol=1e-9)
    assert (known["age_years"] == 0).all()
    assert (known.loc[table["idh_status"] == "unknown", "idh_status"].abs() < 1e-12).all()
    np.testing.assert_array_equal(known[DOSE], known["d98_gy"])


def test_without_an_effect_nothing_is_worth_anything() -> None:
    model = CausalModel(zero_effect=True)
    known = known_contributions(drawn(model), model)
    np.testing.assert_allclose(known, 0, atol=1e-9)
