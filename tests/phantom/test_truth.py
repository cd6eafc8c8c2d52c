"""The truth table: one row per labelled phantom, each with the score of its own centre."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from psp_core.phantom.latents import IMAGE_LATENTS, CausalModel, Centre, draw_labels, draw_latents
from psp_core.phantom.oracle import ARMS, log_likelihood_ratio
from psp_core.phantom.truth import truth_summary, truth_table
from psp_core.runs import write_json

MODEL = CausalModel(informative_missingness=True)


def rows(dataset: str, n: int = 40, *, error: float = 0.3, seed: int = 0) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    centre: Centre = "external" if dataset == "external" else "training"
    latents = draw_latents(rng, draw_labels(rng, n, MODEL), MODEL, centre=centre)
    for name in IMAGE_LATENTS:
        latents[f"{name}_seen"] = 4 - 2 * (latents[name] + error * rng.standard_normal(n))
    names = [f"{dataset}-{number:04d}" for number in range(n)]
    latents = latents.assign(dataset=dataset, subject_id=names, reason="eligible")
    return latents.to_dict("records")  # type: ignore[return-value]


def test_rows_are_sorted_and_none_is_lost() -> None:
    given = rows("sealed") + rows("external") + rows("burdenko")
    truth, _ = truth_table(reversed(given), MODEL)
    assert len(truth) == len(given)
    keys = list(zip(truth["dataset"], truth["subject_id"], strict=True))
    assert keys == sorted(keys)


@pytest.mark.parametrize("dataset", ["burdenko", "external"])
def test_the_latent_score_is_that_of_the_centre(dataset: str) -> None:
    truth, _ = truth_table(rows("burdenko") + rows("external"), MODEL)
    part = truth[truth["dataset"] == dataset]
    centre: Centre = "external" if dataset == "external" else "training"
    other: Centre = "training" if dataset == "external" else "external"
    expected = log_likelihood_ratio(part, "full", MODEL, centre=centre)
    np.testing.assert_allclose(part["bayes_full"], expected)
    wrong = log_likelihood_ratio(part, "full", MODEL, centre=other)
    assert not np.allclose(part["bayes_full"], wrong)


def test_the_prior_of_a_centre_does_not_enter_its_score() -> None:
    """The external centre has 11 of 20 true progressions: a prior, not a likelihood."""
    given = rows("external")
    first, _ = truth_table(given, MODEL)
    second, _ = truth_table(given, replace(MODEL, true_progression_fraction=11 / 20))
    pd.testing.assert_frame_equal(first, second)


def test_figures_without_error_make_the_oracles_agree() -> None:
    truth, errors = truth_table(rows("development", error=0.0), MODEL)
    for arm in ARMS:
        np.testing.assert_allclose(truth[f"bayes_{arm}_observable"], truth[f"bayes_{arm}"])
    assert max(errors["development"].values()) == pytest.approx(0, abs=1e-9)


def test_each_dataset_has_its_own_measurement_error() -> None:
    given = rows("development", 400, error=0.2) + rows("sealed", 400, error=0.8)
    _, errors = truth_table(given, MODEL)
    assert errors["development"]["rim"] == pytest.approx(0.2, abs=0.03)
    assert errors["sealed"]["rim"] == pytest.approx(0.8, abs=0.1)


def test_too_few_figures_leave_the_score_unknown_and_the_summary_writable(tmp_path: Any) -> None:
    truth, errors = truth_table(rows("external", 3), MODEL)
    assert truth["bayes_image_only_observable"].isna().all()
    assert truth["bayes_image_only"].notna().all()
    assert truth["bayes_time_only_observable"].notna().all()
    write_json(tmp_path / "truth.json", truth_summary(MODEL, errors, n=500))
    summary = json.loads((tmp_path / "truth.json").read_text())
    assert summary["measurement_error_sd"]["external"] == dict.fromkeys(IMAGE_LATENTS)


def test_patients_without_any_figure_do_not_stop_the_table() -> None:
    without = [
        {key: value for key, value in row.items() if not key.endswith("_seen")}
        for row in rows("burdenko", 5)
    ]
    truth, _ = truth_table(without, MODEL)
    assert truth["bayes_full_observable"].isna().all()


def test_without_labelled_phantoms_the_table_is_empty() -> None:
    truth, errors = truth_table([], MODEL)
    assert truth.empty
    assert errors == {}


def test_the_summary_names_every_arm_and_the_strong_setting_is_stronger() -> None:
    summary = truth_summary(CausalModel(), {}, n=5000)
    assert set(summary["arms"]) == set(ARMS)
    moderate, strong = summary["best_possible_auc"], summary["best_possible_auc_strong"]
    assert strong["image_only"] > moderate["image_only"] + 0.1
    assert strong["time_only"] == moderate["time_only"]
