"""Patients without images: what tokens and tables of them hold, and what they do not."""

import numpy as np
import pandas as pd
import pytest

from psp_core.evaluation.classes import POSITIVE_CLASS
from psp_core.phantom.latents import CausalModel
from psp_core.study.latent_cohort import (
    ceiling,
    draw_latent_cohort,
    latent_tokens,
)

MODEL = CausalModel()


def test_the_same_seed_gives_the_same_patients_and_another_others() -> None:
    first, again, other = (draw_latent_cohort(MODEL, (30, 10), seed=seed) for seed in (1, 1, 2))
    for one, two in zip(first.parts, again.parts, strict=True):
        pd.testing.assert_frame_equal(one, two)
    assert np.array_equal(first.tokens.values, again.tokens.values)
    assert not np.array_equal(first.tokens.values, other.tokens.values)


def test_each_part_has_its_exact_share_of_both_classes() -> None:
    cohort = draw_latent_cohort(MODEL, (59, 118), seed=0)
    assert [int((part["label"] == POSITIVE_CLASS).sum()) for part in cohort.parts] == [34, 68]
    assert not set(cohort.parts[0]["subject_id"]) & set(cohort.parts[1]["subject_id"])


def test_tables_hold_no_latent_and_no_dose() -> None:
    part = draw_latent_cohort(MODEL, (20,), seed=0).parts[0]
    assert not {"outfield", "solidity", "rim", "oedema", "true_label"} & set(part)
    assert part["mean_dose_gy"].isna().all()
    assert part["days_since_rt"].notna().all()


def test_the_latents_can_be_read_back_from_the_tokens() -> None:
    latents = np.random.default_rng(0).standard_normal((50, 4))
    tokens = latent_tokens(latents)
    flat = tokens.reshape(50, -1)
    solved, *_ = np.linalg.lstsq(np.column_stack([flat, np.ones(50)]), latents, rcond=None)
    assert np.allclose(np.column_stack([flat, np.ones(50)]) @ solved, latents, atol=1e-4)
    means = tokens.mean(axis=1) - latent_tokens(np.zeros((1, 4))).mean(axis=1)
    assert np.linalg.matrix_rank(means, tol=1e-4) == 4


def test_tokens_belong_to_their_patients() -> None:
    cohort = draw_latent_cohort(MODEL, (12, 5), seed=3)
    last = cohort.parts[1].iloc[::-1]
    assert np.array_equal(cohort.tokens.of(last), cohort.tokens.values[12:][::-1])
    assert (cohort.tokens.lesion_of(last).sum(axis=1) == 4).all()


def test_ceilings_are_those_of_the_oracle_and_a_half_where_nothing_is_seen() -> None:
    assert ceiling(MODEL, "image_only") == pytest.approx(0.80, abs=0.01)
    assert ceiling(MODEL, "full") > ceiling(MODEL, "clinical_only") > 0.6
    assert ceiling(MODEL, "none") == 0.5
