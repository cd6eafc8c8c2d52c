"""What the written files show of each latent, and with what error."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.phantom.latents import IMAGE_LATENTS, CausalModel, draw_labels, draw_latents
from psp_core.phantom.measure import calibrate
from psp_core.phantom.registered import build_registered


@pytest.fixture(scope="module")
def measured() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    model = CausalModel()
    latents = draw_latents(rng, draw_labels(rng, 40, model), model)
    rows = [
        {**row.to_dict(), **build_registered(f"Case-{number}", row, 3.2, (0, number))[1]}
        for number, (_, row) in enumerate(latents.iterrows())
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize("latent", IMAGE_LATENTS)
def test_the_files_show_every_latent(measured: pd.DataFrame, latent: str) -> None:
    assert measured[latent].corr(measured[f"{latent}_seen"], method="spearman") > 0.6


def test_the_place_in_field_is_read_to_a_quarter_of_its_spread(measured: pd.DataFrame) -> None:
    _, error_sd = calibrate(measured)
    assert error_sd["outfield"] < 0.25


def test_calibration_recovers_a_known_line_and_its_error() -> None:
    rng = np.random.default_rng(1)
    truth = pd.DataFrame(rng.standard_normal((4000, 4)), columns=list(IMAGE_LATENTS))
    for name in IMAGE_LATENTS:
        truth[f"{name}_seen"] = 7 - 3 * (truth[name] + 0.4 * rng.standard_normal(4000))
    seen, error_sd = calibrate(truth)
    for name in IMAGE_LATENTS:
        assert error_sd[name] == pytest.approx(0.4, abs=0.02)
        assert seen[name].corr(truth[name]) > 0.9


def test_a_patient_without_a_figure_stays_without(measured: pd.DataFrame) -> None:
    holed = measured.copy()
    holed.loc[3, [f"{name}_seen" for name in IMAGE_LATENTS]] = np.nan
    seen, error_sd = calibrate(holed)
    assert seen.loc[3].isna().all()
    assert seen.drop(index=3).notna().all(axis=None)
    assert all(np.isfinite(list(error_sd.values())))
