"""Probes over snapshots of a run: targets from the store, tokens from the snapshots."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from psp_core.encoder.vit import VisionTransformer3D
from psp_core.encoder.weights import save_encoder
from psp_core.errors import StageError
from psp_core.explain.lesion_figures import FIGURES
from psp_core.preprocessing.batch import DONE, EXCLUDED
from psp_core.preprocessing.pipeline import volume_store
from psp_core.runs import Run
from psp_core.study.probing import GREY_VALUES, PATCHES, TOKENS, ProbedScans, probe_run, represent
from tests.cohorts.made import run_with_cohorts

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
SIDE, PATCH, WIDTH = 16, 4, 24
CLASSES = ("true_progression", "pseudoprogression")
PROBING = {
    "study.workers": 1,
    "volume.side": SIDE,
    "encoder.patch": PATCH,
    "probing.collections": ["burdenko", "brats2021"],
    "probing.scans": 30,
    "probing.folds": 3,
    "probing.repeats": 1,
}


def write_scans(run: Run, dataset: str, n: int, *, is_labelled: bool) -> list[str]:
    """Balls of different size; their rim is bright in T1CE."""
    rng = np.random.default_rng([n, is_labelled])
    store = volume_store(run)
    grid = np.indices((SIDE,) * 3) - SIDE / 2
    keys = []
    for number in range(n):
        label = CLASSES[number % 2] if is_labelled else "unlabelled"
        radius = np.sqrt((grid**2).sum(axis=0))
        size, core = rng.uniform(3, 5), rng.uniform(1, 2.5)
        labels = np.select([radius < core, radius < size, radius < size + 2], [1, 4, 2], 0)
        t1ce = 3.0 * (labels == 4) + 0.1 * rng.standard_normal(labels.shape)
        volume = np.stack([t1ce, 2.0 * (labels == 2)]).astype(np.float16)
        key = f"{dataset}/P{number:02d}/001"
        arrays = {
            "volume": volume,
            "brain": np.ones(labels.shape, dtype=np.uint8),
            "labels": labels.astype(np.uint8),
            "lesion": (labels == 4).astype(np.uint8),
        }
        record = {
            "dataset": dataset,
            "status": DONE if number else EXCLUDED,
            "label": label,
            "lesion": {"known": ["enhancing", "core", "whole"]},
        }
        store.write(key, arrays, record, digest=str(number))
        keys.append(key)
    return keys[1:]


def write_snapshots(run: Run, steps: tuple[int, ...]) -> None:
    with run.stage("pretraining", depends_on={"steps": list(steps)}) as stage:
        for step in steps:
            torch.manual_seed(step)
            encoder = VisionTransformer3D(side=SIDE, patch=PATCH, width=WIDTH, depth=1, heads=2)
            save_encoder(stage.folder / "snapshots" / f"step_{step}.safetensors", encoder)
        stage.finish()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = run_with_cohorts(PARAMS, tmp_path_factory.mktemp("probing"), PROBING)
    write_scans(run, "burdenko", 25, is_labelled=True)
    write_scans(run, "brats2021", 31, is_labelled=False)
    write_snapshots(run, (0, 10))
    return run


def test_every_snapshot_is_probed_beside_grey_values(run: Run) -> None:
    table = probe_run(run)
    keys = ["dataset", "representation", "step", "pooling", "target"]
    assert not table.duplicated(keys).any()
    labelled = table[table["dataset"] == "burdenko"]
    assert len(labelled) == 6 * 2 * 4
    assert len(table) - len(labelled) == 6 * 2 * 3  # nobody has a label there
    assert set(table.loc[table["representation"] == GREY_VALUES, "step"]) == {-1}
    assert {f"{PATCHES} {side}" for side in (8, 4, 2)} <= set(table["representation"])
    assert set(table.loc[table["representation"] == TOKENS, "step"]) == {0, 10}
    assert (labelled["n"] == 24).all()
    assert table["value"].notna().all()
    assert ((table["lower"] <= table["value"]) & (table["value"] <= table["upper"])).all()
    pd.testing.assert_frame_equal(probe_run(run), table)


def test_a_probe_of_too_few_scans_says_so(tmp_path: Path) -> None:
    run = run_with_cohorts(PARAMS, tmp_path / "run", PROBING)
    write_scans(run, "burdenko", 5, is_labelled=True)
    write_snapshots(run, (0,))
    table = probe_run(run)
    assert table["value"].isna().all()
    assert table["note"].str.contains("needs 6").all()


def test_tokens_of_the_lesion_are_the_mean_of_those_that_hold_it(run: Run) -> None:
    store = volume_store(run)
    snapshot = run.finished("pretraining").folder / "snapshots" / "step_0.safetensors"
    scans = ProbedScans("burdenko", ("burdenko/P03/001",), snapshot, 0)
    pooled = represent(scans, store, 2.5)
    torch.manual_seed(0)
    encoder = VisionTransformer3D(side=SIDE, patch=PATCH, width=WIDTH, depth=1, heads=2).eval()
    volume = store.read("burdenko/P03/001").astype(np.float32)
    with torch.inference_mode():
        tokens = encoder(torch.from_numpy(volume)[None])[0].numpy()
    blocks = store.read("burdenko/P03/001", "lesion").reshape((4, PATCH) * 3).any(axis=(1, 3, 5))
    assert np.allclose(pooled["all"][0], tokens.mean(axis=0), atol=1e-5)
    assert np.allclose(pooled["lesion"][0], tokens[blocks.ravel()].mean(axis=0), atol=1e-5)


def test_without_a_lesion_file_nothing_is_known_of_it(tmp_path: Path) -> None:
    run = run_with_cohorts(PARAMS, tmp_path / "run", PROBING)
    for key in write_scans(run, "burdenko", 15, is_labelled=True):
        for name in ("labels", "lesion"):
            volume_store(run).path(key, name).unlink()
    write_snapshots(run, (0,))
    table = probe_run(run).set_index("target")
    assert (table.loc[list(FIGURES), "n"] == 0).all()
    assert table.loc["label", "value"].notna().all()


def test_without_pretraining_it_says_what_to_run(tmp_path: Path) -> None:
    run = run_with_cohorts(PARAMS, tmp_path / "run", PROBING)
    with pytest.raises(StageError, match="run the notebook that writes it first"):
        probe_run(run)


def test_probes_are_computed_again_for_other_weights_alone(tmp_path: Path) -> None:
    run = run_with_cohorts(PARAMS, tmp_path / "run", PROBING)
    write_scans(run, "burdenko", 15, is_labelled=True)
    write_snapshots(run, (0, 1))
    first = probe_run(run)
    digest = run.finished("probing").digest
    folder = run.finished("pretraining").folder / "snapshots"
    with run.stage("pretraining", depends_on={"steps": "the same weights"}) as stage:
        for step in (0, 1):
            torch.manual_seed(step)
            encoder = VisionTransformer3D(side=SIDE, patch=PATCH, width=WIDTH, depth=1, heads=2)
            save_encoder(folder / f"step_{step}.safetensors", encoder)
        stage.finish()
    pd.testing.assert_frame_equal(probe_run(run), first)
    assert run.finished("probing").digest == digest
    (folder / "step_0.safetensors").replace(folder / "step_1.safetensors")
    torch.manual_seed(7)
    encoder = VisionTransformer3D(side=SIDE, patch=PATCH, width=WIDTH, depth=1, heads=2)
    save_encoder(folder / "step_0.safetensors", encoder)
    again = probe_run(run)
    assert run.finished("probing").digest != digest
    assert not again["value"].equals(first["value"])
