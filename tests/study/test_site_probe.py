"""The site probe of a run: its rows, what leaves it, and that a finished one is read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.encoder.tokens import Tokens
from psp_core.runs import Run, open_run
from psp_core.study import site_probe as module
from psp_core.study.patients import Patients
from psp_core.study.site_probe import BALANCED, LABEL, SITE, corrected, probe_sites, site_probe_run
from tests.study.conftest import make_patients, make_tokens

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
OPTIONS = {"folds": 3, "repeats": 1, "permutations": 39, "confidence_level": 0.95}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    opened = open_run(PARAMS, tmp_path, {"decisions.site_permutations": 39})
    for name in ("pretraining", "features"):
        with opened.stage(name, depends_on={}) as stage:
            stage.finish()
    return opened


def give(monkeypatch: pytest.MonkeyPatch, patients: pd.DataFrame, tokens: Tokens | None) -> None:
    nobody = pd.DataFrame()
    monkeypatch.setattr(module, "study_patients", lambda _: Patients(patients, nobody, nobody))
    monkeypatch.setattr(module, "trained_tokens", lambda *_: tokens)


def test_collections_that_differ_are_told_in_both_poolings(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {"burdenko": 20, "external": 15, "upenn_gbm": 2, "development": 9, "sealed": 9}
    patients = make_patients(sizes)
    tokens = make_tokens(patients)
    tokens.values[(patients["dataset"] == "external").to_numpy(), :, 3] += 4
    give(monkeypatch, patients, tokens)
    table = site_probe_run(run, confidence_level=0.95)
    assert table.groupby("pooling").size().to_dict() == {"all": 5, "lesion": 5}
    site = table[(table["target"] == SITE) & (table["permuted_within"] == "")]
    assert (site["value"] > 0.9).all()
    assert (site["p_value"] == 1 / 40).all()
    assert set(site["groups"]) == {"burdenko, external"}  # 2 are too few; registered
    assert set(site["n"]) == {35}
    assert (site["p_holm"] == 2 / 40).all()


def test_p_values_are_corrected_over_the_poolings_of_one_question() -> None:
    rows = [
        {"pooling": pooling, "target": target, "permuted_within": "", "p_value": p}
        for target, pair in ((SITE, (0.02, 0.03)), (LABEL, (0.5, float("nan"))))
        for pooling, p in zip(("all", "lesion"), pair, strict=True)
    ]
    found = corrected(rows)["p_holm"].tolist()
    assert found[:3] == pytest.approx([0.04, 0.04, 0.5])
    assert np.isnan(found[3])


def test_a_finished_probe_is_read_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    patients = make_patients({"burdenko": 20, "external": 15})
    give(monkeypatch, patients, make_tokens(patients))
    first = site_probe_run(run, confidence_level=0.95)
    monkeypatch.setattr(module, "probe_sites", None)
    pd.testing.assert_frame_equal(first, site_probe_run(run, confidence_level=0.95))


def test_without_an_encoder_there_is_no_row(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, make_patients({"burdenko": 20}), None)
    assert site_probe_run(run, confidence_level=0.95).empty


def test_one_collection_has_a_label_probe_and_a_sentence_for_the_site() -> None:
    patients = make_patients({"burdenko": 20})
    rows = probe_sites(np.random.default_rng(0).random((20, 4)), patients, seed=0, **OPTIONS)
    by_target = {(row["target"], row["permuted_within"]): row for row in rows}
    for name in ((SITE, ""), (SITE, LABEL), (BALANCED, "")):
        assert np.isnan(by_target[name]["value"])
        assert "needs at least two groups" in by_target[name]["note"]
    assert 0 <= by_target[LABEL, ""]["value"] <= 1


def test_balanced_collections_have_equally_many_of_each_label() -> None:
    patients = make_patients({"burdenko": 30, "external": 10})
    rows = probe_sites(np.random.default_rng(0).random((40, 4)), patients, seed=0, **OPTIONS)
    balanced = next(row for row in rows if row["target"] == BALANCED)
    assert balanced["n"] == 20
