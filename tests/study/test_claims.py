"""Verdicts follow from intervals, and evidence from what a run has."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.evaluation.predictions import COLUMNS
from psp_core.runs import Run, open_run
from psp_core.study import claims, scored_sets
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.claims import (
    FAILS,
    HOLDS,
    UNDECIDED,
    Effect,
    above_half,
    as_given,
    decide,
    decide_near,
    evidence_of,
    mean_interval,
    of_mean,
    wide_votes,
)

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return open_run(PARAMS, tmp_path / "run")


def predictions(*, seed: int = 0, permutation: int = 0) -> pd.DataFrame:
    rows = [
        {
            "experiment": "baselines", "model": model, "preset": "", "feature_set": "full",
            "seed": seed, "permutation": permutation, "fold": fold, "member": member,
            "split": split, "dataset": dataset, "subject_id": f"P{number}", "timepoint": 1,
            "n_train": 9, "y_true": number > 1, "y_score": number / 10 + shift, "threshold": 0.2,
        }
        for model, shift in (("proposed", 0.0), ("mri_only", 0.5))
        for fold, member, split, dataset in (
            (-1, "soft_vote", "test", "external"),
            (0, "0", "test", "external"),
            (0, "0", "validation", "burdenko"),
        )
        for number in range(4)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


@pytest.mark.parametrize(
    ("intervals", "verdict"),
    [
        ([(0.1, 0.2), (0.05, 0.4)], HOLDS),
        ([(0.1, 0.2), (-0.4, -0.05)], FAILS),
        ([(0.1, 0.2), (-0.4, 0.05)], UNDECIDED),
        ([(math.nan, math.nan)], UNDECIDED),
        ([], UNDECIDED),
        ([(-1e-16, -1e-17)], UNDECIDED),
        ([(1e-17, 1e-16)], UNDECIDED),
        ([(0.1, 0.2), (-1e-9, -1e-9)], UNDECIDED),
    ],
)
def test_a_claim_needs_all_its_effects_and_fails_by_one(
    intervals: list[tuple[float, float]], verdict: str
) -> None:
    effects = [Effect(as_given(*bounds), f"text {bounds}") for bounds in intervals]
    found = decide(effects, "data", confidence_level=0.95)
    assert found.verdict == verdict
    assert found.figures.count("text") == len(intervals)


def test_one_of_many_fails_a_claim_only_by_a_wider_interval() -> None:
    asked: list[float] = []

    def below(level: float) -> tuple[float, float]:
        asked.append(level)
        return -0.3, -0.01 if level < 0.98 else 0.02

    clear = Effect(as_given(0.1, 0.2), "clear")
    assert decide([Effect(below, "")], "", confidence_level=0.95).verdict == FAILS
    verdict = decide([Effect(below, ""), clear, clear, clear], "", confidence_level=0.95).verdict
    assert verdict == UNDECIDED
    assert asked == pytest.approx([0.95, 0.9875, 0.95])


def test_bounds_follow_the_level() -> None:
    values = [1.0, 2.0, 3.0]
    assert of_mean(values)(0.9) == mean_interval(values, confidence_level=0.9)[1:]
    truth, score = [True, False] * 20, np.arange(40) % 7
    narrow, wide = (above_half(truth, score)(level) for level in (0.9, 0.99))
    assert wide[0] < narrow[0] < 0.0 < narrow[1] < wide[1]


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ((0.46, 0.54), HOLDS), ((0.52, 0.54), HOLDS), ((0.40, 0.52), UNDECIDED),
        ((0.52, 0.60), UNDECIDED), ((0.551, 0.60), FAILS), ((0.3, 0.4), FAILS),
        ((math.nan, math.nan), UNDECIDED),
    ],
)  # fmt: skip
def test_about_a_value_means_within_the_tolerance(
    bounds: tuple[float, float], verdict: str
) -> None:
    assert decide_near(0.5, bounds, "text", "data", tolerance=0.05).verdict == verdict


def test_the_mean_has_student_s_interval() -> None:
    mean, lower, upper = mean_interval([1.0, 2.0, 3.0], confidence_level=0.95)
    half = 4.302652729911275 / math.sqrt(3)  # t with 2 degrees of freedom, SD 1
    assert (mean, lower, upper) == pytest.approx((2.0, 2 - half, 2 + half))
    assert np.isnan(mean_interval([1.0], confidence_level=0.95)[1:]).all()


def test_votes_stand_by_model_and_only_those_of_the_test_sets() -> None:
    table = pd.concat([predictions(), predictions(seed=1), predictions(permutation=1)])
    wide = wide_votes(table)
    assert wide["subject_id"].tolist() == ["P0", "P1", "P2", "P3"]
    assert wide["mri_only"].tolist() == pytest.approx([0.5, 0.6, 0.7, 0.8])
    assert wide["proposed@"].tolist() == [0.2] * 4


def test_a_run_without_anything_has_empty_evidence(run: Run) -> None:
    evidence = evidence_of(run)
    assert evidence.votes.empty
    assert evidence.patients.empty
    assert evidence.built is None
    assert evidence.table("explanation", "explanation") is None
    assert evidence.built_with("external", "an effect") == ""


def test_what_phantoms_were_built_with_is_told_and_not_of_real_patients(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_run(PARAMS, tmp_path / "run", {"external.root": "somewhere"})
    (run.folder / "phantom").mkdir()
    model = {"outfield": 0.5, "zero_effect": False}
    (run.folder / "phantom" / "truth.json").write_text(json.dumps({"model": model}))
    monkeypatch.setattr(claims, "read_all_predictions", lambda _: predictions())
    monkeypatch.setattr(claims, "read_patients", lambda _: pd.DataFrame({"label": ["x"]}))
    monkeypatch.setattr(scored_sets, "stored_scores", lambda _: None)
    evidence = evidence_of(run)
    assert evidence.built_with("burdenko", "an effect") == "an effect"
    assert evidence.built_with("external", "an effect") == ""
    assert evidence.described("external", evidence.votes) == (
        "external, real patients: n = 4, 2 true progression"
    )
    (run.folder / "phantom" / "truth.json").write_text(
        json.dumps({"model": model | {"zero_effect": True}})
    )
    assert evidence_of(run).built_with("burdenko", "x") == "built without any effect"


def test_a_set_with_scores_is_judged_once_per_cut(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = predictions().replace({"dataset": {"external": "upenn_gbm"}})
    scores = pd.DataFrame(
        {"subject_id": ["P0", "P1", "P2", "P3"], "timepoint": 1, "psp_tp_score": [6, 5, 3, 1]}
    )
    monkeypatch.setattr(claims, "read_all_predictions", lambda _: told)
    monkeypatch.setattr(claims, "read_patients", lambda _: pd.DataFrame({"label": ["x"]}))
    monkeypatch.setattr(scored_sets, "stored_scores", lambda _: scores)
    evidence = evidence_of(run)
    names = {scored_sets.name_of(cut) for cut in run.params.upenn_gbm.cuts}
    assert set(evidence.votes["dataset"]) == names
    rows = evidence.votes.set_index("subject_id")
    assert rows.loc["P0", "y_true"].all()  # false by the label, true by every cut
    assert all(evidence.is_phantom(name) for name in names)


def test_a_model_below_paper_size_is_told_as_reduced(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = evidence_of(run)
    assert evidence.title_of("mri_only") == "MRI only (reduced)"
    assert evidence.title_of("clinical_logistic") == CATALOGUE["clinical_logistic"].title
    assert evidence.title_of("own model") == "own model"
    rows = pd.DataFrame({"y_true": [True, False]})
    assert evidence.described("external", rows, ["mri_only"]).endswith("; reduced models")
    monkeypatch.setattr(claims, "reduced_settings", lambda *_: [])
    assert evidence.title_of("mri_only") == "MRI only"
    assert evidence.described("external", rows, ["mri_only"]).endswith("1 true progression")
