"""Learning curves on images: who is fitted on and who is scored, and that signal is found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
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
from psp_core.runs import open_run
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

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
SIDE = 16


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


@pytest.mark.parametrize(("model", "reached"), [("ridge_lesion", 0.95), ("ridge_all", 0.0)])
def test_what_lies_in_the_lesion_tokens_is_found(model: str, reached: float) -> None:
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
    assert fits.loc[fits["n_train"] == 60, "auc"].min() > reached


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
    assert fits["note"].str.contains("have no tokens").all()


def test_a_run_has_trained_and_untrained_tokens_and_grey_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overrides = {
        "study.workers": 1,
        "classification.models": ["mri_only_lesion", "clinical_logistic"],
        "classification.network.steps": 2,
        "truth.learning_patients": [8, 12],
        "truth.learning_seeds": 2,
        "truth.learning_network_seeds": 1,
    }
    run = open_run(PARAMS, tmp_path / "run", overrides)
    table, rng = patients(24), np.random.default_rng(0)
    for key in patient_keys(table):
        lesion = np.zeros((SIDE,) * 3, dtype=np.uint8)
        lesion[4:9, 4:9, 4:9] = 1
        volume = rng.standard_normal((2, *lesion.shape)).astype(np.float16)
        arrays = {"volume": volume, "lesion": lesion, "brain": np.ones_like(lesion)}
        volume_store(run).write(key, arrays, {"status": DONE}, digest=key)
    with run.stage("pretraining", depends_on={}) as stage:
        for step in (0, 5):
            torch.manual_seed(step)
            encoder = VisionTransformer3D(side=SIDE, patch=4, width=8, depth=1, heads=2)
            save_encoder(stage.folder / "snapshots" / f"step_{step}.safetensors", encoder)
        stage.finish()
    monkeypatch.setattr(learning, "study_patients", lambda _: Patients(table, pd.DataFrame()))
    fits = learning_on_images(run)
    models = fits.groupby("representation")["model"].unique().map(set).to_dict()
    of_tokens = {"ridge_all", "ridge_lesion", "mri_only_lesion"}
    assert models == {TRAINED: of_tokens, UNTRAINED: of_tokens, GREY_VALUES: {"ridge_lesion"}}
    assert fits["auc"].notna().all()
    pd.testing.assert_frame_equal(learning_on_images(run), fits)


def test_without_registered_phantoms_there_is_no_curve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_run(PARAMS, tmp_path / "run")
    table = patients(24, "burdenko")
    monkeypatch.setattr(learning, "study_patients", lambda _: Patients(table, pd.DataFrame()))
    assert learning_on_images(run).empty
