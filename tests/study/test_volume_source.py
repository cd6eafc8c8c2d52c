"""Sources of networks that read images: who is served, and where weights start."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from psp_core.encoder.vit import VisionTransformer3D
from psp_core.encoder.weights import ENCODER, save_encoder, write_card
from psp_core.errors import OverlapError
from psp_core.pretraining.study_pretraining import landmarks_digest
from psp_core.runs import Run
from psp_core.study import sequence_pretext, survival_transfer, volume_source
from psp_core.study.entry import build_estimator
from psp_core.study.latent_cohort import CausalModel, draw_latent_cohort
from psp_core.study.latent_inputs import latent_sources
from psp_core.study.rows_volume import ROWS
from psp_core.study.volume_source import crops, sequence_weights, small_encoder, small_volumes
from tests.study.made_volumes import LANDMARKS, PATIENTS, made_run


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    modules = (volume_source, survival_transfer, sequence_pretext)
    return made_run(tmp_path / "run", monkeypatch, *modules)


def test_patients_with_a_prepared_image_have_a_small_volume_and_a_cube(run: Run) -> None:
    volumes, cubes = small_volumes(run, PATIENTS), crops(run, PATIENTS[:1])
    assert volumes is not None
    assert cubes is not None
    assert volumes.has(PATIENTS).tolist() == [True, False, False]
    found = volumes.of(PATIENTS[:1])
    assert found.shape == (1, 2, 8, 8, 8)
    whole = volume_source.volume_store(run).read("burdenko/P1/001").astype(np.float32)
    expected = whole[:, :2, :2, :2].mean(axis=(1, 2, 3))
    np.testing.assert_allclose(found[0, :, 0, 0, 0], expected, atol=2e-3)
    assert cubes.of(PATIENTS[:1]).shape == (1, 2, 16, 16, 16)


def test_without_an_image_there_is_no_source(run: Run) -> None:
    nobody = PATIENTS.assign(has_image=False)
    assert small_volumes(run, nobody) is None
    assert crops(run, nobody) is None


def test_weights_start_from_the_seed_from_survival_or_from_self_supervision(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    untrained = small_encoder(run, PATIENTS, "untrained")
    survival = small_encoder(run, PATIENTS, "survival")
    folder = run.folder / "made"
    save_encoder(folder / ENCODER, VisionTransformer3D(**untrained.architecture))  # type: ignore[union-attr]
    monkeypatch.setattr(volume_source, "ablation_encoder", lambda *_: folder / ENCODER)
    monkeypatch.setattr(volume_source, "unlabelled_scans", lambda _: "some")

    landmarks = landmarks_digest(LANDMARKS)
    network = VisionTransformer3D(**untrained.architecture)  # type: ignore[union-attr]
    write_card(folder, network, landmarks=landmarks, keys=["brats2021/B/000"])
    self_supervised = small_encoder(run, PATIENTS, "r + c*r")
    starts = [untrained, survival, self_supervised]
    assert [one.file is None for one in starts] == [True, False, False]  # type: ignore[union-attr]
    assert len({one.digest for one in starts}) == 3  # type: ignore[union-attr]
    assert len({str(one.architecture) for one in starts}) == 1  # type: ignore[union-attr]
    write_card(folder, network, landmarks=landmarks, keys=["burdenko/P1/000"])
    with pytest.raises(OverlapError, match="trained on 1 of the patients to be predicted"):
        small_encoder(run, PATIENTS, "r + c*r")
    monkeypatch.setattr(volume_source, "unlabelled_scans", lambda _: None)
    assert small_encoder(run, PATIENTS, "r + c*r") is None


def test_without_scans_to_learn_from_there_are_no_weights(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sequence_weights(run, PATIENTS) is not None
    for module in (survival_transfer, sequence_pretext):
        monkeypatch.setattr(module, "study_cases", lambda _: {})
    assert sequence_weights(run, PATIENTS) is None
    assert small_encoder(run, PATIENTS, "survival") is None


@pytest.mark.parametrize("name", ["scratch_mri", "densenet"])
def test_every_row_can_be_fitted_on_patients_made_of_numbers(name: str) -> None:
    cohort = draw_latent_cohort(CausalModel(), [24, 8], seed=1)
    train, test = cohort.parts
    entry = ROWS[name]
    estimator = build_estimator(
        entry,
        sources=latent_sources(cohort, entry.sources.values()),
        defaults={"steps": 2, "batch_size": 4},
    )
    scores = estimator.fit(train, (train["label"] == "true_progression")).predict_proba(test)
    assert scores.shape == (8, 2)
    assert torch.isfinite(torch.from_numpy(scores)).all()
