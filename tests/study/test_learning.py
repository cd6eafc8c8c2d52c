"""Learning curves on images: who is fitted on and who is scored, and that signal is found."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import torch

from psp_core.encoder.tokens import Tokens
from psp_core.encoder.vit import VisionTransformer3D
from psp_core.encoder.weights import save_encoder
from psp_core.evaluation.classes import CLASSES
from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.pipeline import volume_store
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run
from psp_core.study import learning
from psp_core.study.learning import (
    GREY_VALUES,
    TRAINED,
    UNTRAINED,
    ImageFit,
    fit_on_images,
    learning_on_images,
    splits,
)
from psp_core.study.patients import Patients, patient_keys
from tests.cohorts.made import run_with_cohorts

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
SIDE = 16
OVERRIDES = {
    "study.workers": 1,
    "classification.models": ["mri_only_lesion", "clinical_logistic"],
    "classification.network.steps": 2,
    "truth.learning_patients": [8, 12],
    "truth.learning_seeds": 2,
    "truth.learning_network_seeds": 1,
}


def patients(n: int, dataset: str = "development") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "dataset": dataset,
            "subject_id": [f"{dataset}-{number:03d}" for number in range(n)],
            "timepoint": 1,
            "label": np.where(np.arange(n) % 5 < 3, *CLASSES),
            "has_image": True,
        }
    )


def test_halves_take_turns_and_never_overlap() -> None:
    table = patients(40)
    pairs = list(splits(table, 0))
    assert [len(train) for train, _ in pairs] == [20, 20]
    for train, test in pairs:
        assert sorted([*train, *test]) == list(range(40))
    assert sorted(pairs[0][1]) == sorted(pairs[1][0])
    assert not np.array_equal(pairs[0][0], next(splits(table, 1))[0])


def test_a_learning_cohort_is_fitted_on_and_development_scored() -> None:
    table = pd.concat([patients(30, "learning"), patients(10)], ignore_index=True)
    (pair,) = splits(table, 0)
    assert sorted(pair[0]) == list(range(30))
    assert pair[1].tolist() == list(range(30, 40))


def test_every_first_part_holds_both_classes_in_their_share() -> None:
    table = patients(100)
    train, _ = next(splits(table, 3))
    is_positive = (table["label"].iloc[train] == CLASSES[0]).to_numpy()
    for size in (5, 10, 25, 50):
        assert is_positive[:size].mean() == pytest.approx(0.6, abs=0.5 / size + 0.1)


@pytest.mark.parametrize(
    ("model", "least", "most"), [("ridge_lesion", 0.97, 1.0), ("ridge_all", 0.7, 0.97)]
)
def test_the_lesion_token_tells_more_than_the_mean_that_dilutes_it(
    model: str, least: float, most: float
) -> None:
    table = patients(120)
    rng = np.random.default_rng(0)
    values = rng.standard_normal((120, 6, 5)).astype(np.float32)
    values[:, 2, 0] += 4 * (table["label"] == CLASSES[0])
    share = np.zeros((120, 6), dtype=np.float32)
    share[:, 2] = 0.5
    unit = ImageFit(TRAINED, model, Tokens(tuple(patient_keys(table)), values, share), (0, 1))
    fits = fit_on_images(
        unit,
        patients=table,
        sizes=(20, 60, 500),
        store=VolumeStore(Path("unread")),
        voxel_mm=1.0,
        defaults={},
    )
    assert len(fits) == 2 * 2 * 2
    assert set(fits["n_train"]) == {20, 60}
    assert fits.loc[fits["n_train"] == 60, "auc"].between(least, most).all()


def test_a_fit_that_fails_says_why() -> None:
    table = patients(20)
    tokens = Tokens((), np.zeros((0, 6, 5)), np.zeros((0, 6)))
    fits = fit_on_images(
        ImageFit(TRAINED, "mri_only", tokens, (0,)),
        patients=table,
        sizes=(5,),
        store=VolumeStore(Path("unread")),
        voxel_mm=1.0,
        defaults={"steps": 1},
    )
    assert fits["auc"].isna().all()
    assert fits["note"].str.contains("are not in Tokens").all()


class StudyPatients:
    """Stands in for `study_patients`, and notes what it was asked for."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self.asked: list[bool] = []

    def __call__(self, _: Run, *, with_learning: bool = False) -> Patients:
        self.asked.append(with_learning)
        return Patients(self.table, pd.DataFrame())


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with prepared scans and two snapshots."""
    folder = tmp_path_factory.mktemp("learning") / "run"
    run = run_with_cohorts(PARAMS, folder, OVERRIDES)
    rng = np.random.default_rng(0)
    for key in patient_keys(patients(24)):
        lesion = np.zeros((SIDE,) * 3, dtype=np.uint8)
        lesion[4:9, 4:9, 4:9] = 1
        volume = rng.standard_normal((2, *lesion.shape)).astype(np.float16)
        arrays: dict[str, npt.NDArray[Any]] = {"volume": volume, "lesion": lesion}
        arrays["brain"] = np.ones_like(lesion)
        volume_store(run).write(key, arrays, {"status": DONE}, digest=key)
    with run.stage("pretraining", depends_on={}) as stage:
        for step in (0, 5):
            torch.manual_seed(step)
            encoder = VisionTransformer3D(side=SIDE, patch=4, width=8, depth=1, heads=2)
            save_encoder(stage.folder / "snapshots" / f"step_{step}.safetensors", encoder)
        stage.finish()
    return folder


def test_a_run_has_trained_and_untrained_tokens_and_grey_values(
    encoded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, asked_of = run_with_cohorts(PARAMS, encoded, OVERRIDES), StudyPatients(patients(24))
    monkeypatch.setattr(learning, "study_patients", asked_of)
    fits = learning_on_images(run)
    models = fits.groupby("representation")["model"].unique().map(set).to_dict()
    of_tokens = {"ridge_all", "ridge_lesion", "mri_only_lesion"}
    assert models == {TRAINED: of_tokens, UNTRAINED: of_tokens, GREY_VALUES: {"ridge_lesion"}}
    assert fits["auc"].notna().all()
    pd.testing.assert_frame_equal(learning_on_images(run), fits)
    assert asked_of.asked == [True, True]


def test_other_labels_and_another_seed_of_the_run_give_another_curve(
    encoded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overrides = {**OVERRIDES, "classification.models": ["clinical_logistic"]}
    table = patients(24)
    turned = table.assign(label=table["label"].to_numpy()[::-1])
    curves, seeds = [], []
    for rows, seed in ((table, 1), (turned, 1), (table, 2)):
        run = run_with_cohorts(PARAMS, encoded, {**overrides, "study.seed": seed})
        monkeypatch.setattr(learning, "study_patients", StudyPatients(rows))
        fits = learning_on_images(run)
        curves.append(fits["auc"].tolist())
        seeds.append(set(fits["seed"]))
    assert curves[0] != curves[1]
    assert seeds[0] == seeds[1]
    assert not seeds[0] & seeds[2]


def test_without_an_encoder_grey_values_are_left(
    encoded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_with_cohorts(PARAMS, tmp_path / "run", OVERRIDES)
    shutil.copytree(encoded / "volumes", run.folder / "volumes")
    monkeypatch.setattr(learning, "study_patients", StudyPatients(patients(24)))
    fits = learning_on_images(run)
    assert set(fits["representation"]) == {GREY_VALUES}
    assert fits["auc"].notna().all()


def test_without_registered_phantoms_there_is_no_curve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, asked_of = (
        run_with_cohorts(PARAMS, tmp_path / "run"),
        StudyPatients(patients(24, "burdenko")),
    )
    monkeypatch.setattr(learning, "study_patients", asked_of)
    assert learning_on_images(run).empty
    assert asked_of.asked == [True]
