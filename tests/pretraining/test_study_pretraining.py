"""Pre-training of a run: its files, its resumption, and who must not be in it."""

from __future__ import annotations

import resource
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from psp_core.encoder.weights import load_encoder
from psp_core.errors import OverlapError, StageError
from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.intensity import Landmarks
from psp_core.preprocessing.prepared import PreparedRun
from psp_core.preprocessing.store import VolumeStore
from psp_core.pretraining import pretrain as pretrain_module
from psp_core.pretraining.study_pretraining import StoredScans, pretrain_run, unlabelled_keys
from psp_core.runs import Run, Stage, digest_of, open_run
from tests.cohorts.made import made_crosswalk, store_cohorts

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
OVERRIDES = {
    "volume.side": 16,
    "encoder.patch": 8,
    "encoder.width": 12,
    "pretraining.steps": 4,
    "pretraining.snapshots": [0.5, 1.0],
}
LANDMARKS = Landmarks({"t1ce": (0.0, 1.0), "flair": (0.0, 2.0)}, ("brats2021",), 6)


def case(number: int, *, dataset: str = "brats2021", label: str = "unlabelled") -> Case:
    return Case(dataset, f"BraTS2021_{number:05d}", 0, label, True, {})


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return opened(tmp_path / "run")


def opened(folder: Path, overrides: dict[str, object] | None = None) -> Run:
    run = open_run(PARAMS, folder, OVERRIDES | (overrides or {}))
    store_cohorts(run, {"burdenko": {"BraTS2021_00009": "true_progression"}})
    return run


@pytest.fixture
def prepared(run: Run) -> PreparedRun:
    store = VolumeStore(run.folder / "volumes")
    cases = [case(number) for number in range(6)]
    for number, one in enumerate([*cases, case(9, dataset="burdenko")]):
        volume = np.random.default_rng(number).normal(size=(2, 16, 16, 16)).astype(np.float16)
        record = {"status": "excluded" if number == 5 else "done"}
        store.write(one.key, {"volume": volume}, record, digest=str(number))
    labelled = [case(9, dataset="burdenko", label="true_progression")]
    return PreparedRun(
        {"brats2021": cases, "burdenko": labelled},
        VolumeStore(run.folder / "aligned"),
        store,
        LANDMARKS,
        None,
    )


def test_a_run_is_pre_trained_once_and_read_afterwards(run: Run, prepared: PreparedRun) -> None:
    trained = pretrain_run(run, prepared)
    assert trained is not None
    assert list(trained.snapshots) == [0, 2, 4]
    assert trained.collapse["step"].tolist() == [0, 2, 4]
    assert trained.history["step"].tolist() == [0, 1, 2, 3]
    assert trained.card.keys == tuple(f"brats2021/BraTS2021_{n:05d}/000" for n in range(5))
    assert trained.card.landmarks == digest_of(LANDMARKS.record())
    last = load_encoder(trained.snapshots[4], expected={"side": 16, "patch": 8, "width": 12})
    assert torch.equal(last.position, load_encoder(trained.encoder).position)
    written = trained.encoder.stat().st_mtime_ns
    again = pretrain_run(run, prepared)
    assert again is not None
    assert again.encoder.stat().st_mtime_ns == written
    assert again.card == trained.card
    left = {path.name for path in trained.folder.iterdir()}
    assert left == {
        *("encoder.safetensors", "card.json", "restorer.safetensors", "snapshots"),
        *("history.parquet", "collapse.parquet"),
    }


def test_the_same_seed_gives_the_same_bytes(
    run: Run, prepared: PreparedRun, tmp_path: Path
) -> None:
    other = opened(tmp_path / "other")
    one, same = pretrain_run(run, prepared), pretrain_run(other, prepared)
    assert one is not None
    assert same is not None
    assert one.encoder.read_bytes() == same.encoder.read_bytes()


def test_no_step_at_all_leaves_the_untrained_encoder(tmp_path: Path, prepared: PreparedRun) -> None:
    run = opened(tmp_path / "untrained", {"pretraining.steps": 0})
    trained = pretrain_run(run, prepared)
    assert trained is not None
    assert list(trained.snapshots) == [0]
    assert trained.history.empty
    assert trained.encoder.read_bytes() == trained.snapshots[0].read_bytes()


def test_a_scan_of_a_patient_with_a_label_raises(run: Run, prepared: PreparedRun) -> None:
    crosswalk = made_crosswalk([("BraTS2021_00003", "upenn_gbm", "UPENN-GBM-00007")])
    store_cohorts(run, {"upenn_gbm": {"UPENN-GBM-00007": "pseudoprogression"}}, crosswalk)
    with pytest.raises(OverlapError, match=r"BraTS2021_00003 is upenn_gbm/UPENN-GBM-00007"):
        unlabelled_keys(run, prepared, ["brats2021"])


def test_a_scan_of_another_collection_raises(run: Run, prepared: PreparedRun) -> None:
    cases = {"brats2021": [case(9, dataset="burdenko")]}
    with pytest.raises(OverlapError, match="of another collection than brats2021"):
        unlabelled_keys(run, replace(prepared, cases=cases), ["brats2021"])


@pytest.mark.parametrize("left", [0, 3])
def test_without_the_scans_of_a_batch_there_is_no_encoder_and_no_older_one(
    run: Run, prepared: PreparedRun, left: int
) -> None:
    pretrain_run(run, prepared)
    run.finished("pretraining")
    cases = {"brats2021": prepared.cases["brats2021"][:left]} if left else {}
    assert pretrain_run(run, replace(prepared, cases=cases)) is None
    with pytest.raises(StageError, match="'pretraining' of this run is not finished"):
        run.finished("pretraining")
    assert pretrain_run(run, prepared) is not None


def test_a_training_that_was_done_but_not_marked_is_not_repeated(
    run: Run, prepared: PreparedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception):
        pass

    def die(*_: object, **__: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(Stage, "finish", die)
        with pytest.raises(KilledError):
            pretrain_run(run, prepared)
    monkeypatch.setattr(pretrain_module, "batch_of", die)  # a further step would end it
    trained = pretrain_run(run, prepared)
    assert trained is not None
    assert len(trained.history) == 4
    assert not list(trained.folder.glob("training*"))


def test_more_scans_than_files_may_be_open_are_borne(run: Run, prepared: PreparedRun) -> None:
    cases = [case(number) for number in range(100, 180)]
    for one in cases:
        volume = np.ones((2, 16, 16, 16), np.float16)
        prepared.volumes.write(one.key, {"volume": volume}, {"status": "done"}, digest="1")
    source = StoredScans(prepared.volumes, [one.key for one in cases])
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(file.name) for file in Path("/dev/fd").iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 40, hard))
    try:
        held = [source[number] for number in range(len(source))]
        assert pretrain_run(run, replace(prepared, cases={"brats2021": cases})) is not None
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(held) == 80
