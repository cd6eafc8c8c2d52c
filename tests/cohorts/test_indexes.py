"""The kept index of a DICOM collection: used while it holds, made anew when it does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from psp_core.acquisition.index import DicomIndex
from psp_core.cohorts import indexes
from psp_core.cohorts.indexes import find_series, index_collection
from psp_core.errors import PSPError
from psp_core.phantom.imaging import Steps
from psp_core.phantom.latents import CausalModel
from psp_core.phantom.study import write_phantoms
from psp_core.phantom.tasks import Plan
from psp_core.runs import Run, open_run

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


@pytest.fixture(scope="module")
def download(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("download")
    sizes = dict.fromkeys(
        ("train", "train_ineligible", "external", "development", "learning",
         "sealed", "brats2021", "upenn_gbm", "ucsf_pdgm"), 0,
    )  # fmt: skip
    steps = Steps(10.0, 12.0, 10.0, 10.0, 10.0)
    plan = Plan(CausalModel(), sizes | {"train": 1}, steps, 10.0, "descriptive", 3)
    write_phantoms(folder, plan, simulated_patients=500)
    return folder / "burdenko"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return open_run(PARAMS, tmp_path / "run")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Roots that were indexed."""
    seen: list[Path] = []
    original = indexes.index_dicom

    def index(root: Path, *, workers: int = 1) -> DicomIndex:
        seen.append(root)
        return original(root, workers=workers)

    monkeypatch.setattr(indexes, "index_dicom", index)
    return seen


def mr_series(index: DicomIndex) -> str:
    return str(index.series.loc[index.series["modality"] == "MR", "series_uid"].iloc[0])


def test_a_kept_index_finds_the_files_of_the_index(
    run: Run, download: Path, counted: list[Path]
) -> None:
    index = index_collection(run, "burdenko", download)
    uid = mr_series(index)
    found = find_series(run, "burdenko", download, [uid])
    assert found[uid] == tuple(index.files(uid))
    assert len(counted) == 1
    assert find_series(run, "burdenko", download, []) == {}


def test_files_that_moved_are_looked_for_again(
    run: Run, download: Path, tmp_path: Path, counted: list[Path]
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(download, root)
    uid = mr_series(index_collection(run, "burdenko", root))
    (study,) = {path.parent.parent for path in root.rglob("*.dcm") if "Control" not in str(path)}
    study.rename(study.with_name("renamed"))
    found = find_series(run, "burdenko", root, [uid])[uid]
    assert not isinstance(found, PSPError)
    assert all(ref.location.is_file() for ref in found)


def test_a_series_that_is_nowhere_is_an_error_for_the_scan_alone(
    run: Run, download: Path, counted: list[Path]
) -> None:
    uid = mr_series(index_collection(run, "burdenko", download))
    found = find_series(run, "burdenko", download, [uid, "1.2.3"])
    assert isinstance(found["1.2.3"], PSPError)
    assert not isinstance(found[uid], PSPError)


def test_the_index_lies_in_the_private_folder(run: Run, download: Path) -> None:
    index_collection(run, "burdenko", download)
    assert sorted(path.name for path in (run.private / "index_burdenko").iterdir()) == [
        "excluded.parquet",
        "instances.parquet",
        "series.parquet",
    ]
