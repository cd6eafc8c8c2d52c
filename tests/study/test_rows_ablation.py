"""Rows of the ablation: one estimator for all, each with its own tokens."""

from __future__ import annotations

import numpy as np
import pandas as pd

from psp_core.encoder.tokens import Tokens
from psp_core.evaluation.metrics import auc
from psp_core.study.ablation_variants import VARIANTS
from psp_core.study.entry import build_estimator
from psp_core.study.rows_ablation import ROWS
from psp_core.study.sources import SOURCES
from tests.study.conftest import make_patients, make_tokens


def test_every_encoder_has_a_row_that_differs_in_its_tokens_alone() -> None:
    assert set(ROWS) == {f"ssl_{variant.slug}" for variant in VARIANTS.values()}
    settings = [dict(entry.settings) for entry in ROWS.values()]
    assert all(one == settings[0] for one in settings)
    sources = [entry.sources["tokens"] for entry in ROWS.values()]
    assert sources == [f"ablation_tokens:{name}" for name in VARIANTS]
    assert all(source.partition(":")[0] in SOURCES for source in sources)


def test_a_row_finds_what_its_tokens_hold() -> None:
    patients = make_patients({"burdenko": 60})
    tokens: Tokens = make_tokens(patients)
    entry = ROWS["ssl_mae"]
    network = build_estimator(
        entry, sources={"ablation_tokens:mae": tokens}, defaults={"steps": 60, "batch_size": 32}
    )
    y = (patients["label"] == "true_progression").to_numpy()
    network.fit(patients.iloc[:40], y[:40])
    scores = pd.Series(network.predict_proba(patients.iloc[40:])[:, 1])
    assert auc(y[40:], np.asarray(scores)) > 0.8
