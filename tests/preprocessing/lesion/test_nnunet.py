"""A user's nnU-Net: a really trained one, and what is refused before anything is opened."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.errors import (
    CheckpointError,
    GridMismatchError,
    MissingInputError,
    UnknownLabelError,
)
from psp_core.preprocessing.lesion.agreement import dice
from psp_core.preprocessing.lesion.labels import region_mask
from psp_core.preprocessing.lesion.nnunet import CHECKPOINT, Nnunet
from psp_core.runs import digest_of_file

PROGRAM = Path(__file__).with_name("tiny_nnunet.py")
GRID = Grid((32, 32, 32), np.eye(4))
needs_nnunet = [
    pytest.mark.nnunet,
    pytest.mark.skipif(find_spec("nnunetv2") is None, reason="the extra nnunet is not installed"),
    pytest.mark.filterwarnings("ignore"),  # nnU-Net's own
]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a network of two channels, FLAIR first, for a few steps."""
    root = tmp_path_factory.mktemp("nnunet")
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(root)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (folder,) = (root / "results").glob("*/nnUNetTrainer__nnUNetPlans__3d_fullres")
    return folder


@pytest.fixture
def held_out() -> tuple[dict[str, np.ndarray], np.ndarray]:
    (flair, t1ce), ball = runpy.run_path(str(PROGRAM))["draw_case"](100)
    return {"t1ce": t1ce, "flair": flair}, ball


@pytest.fixture
def pretended(tmp_path: Path) -> Callable[..., Path]:
    """Lay out a model folder whose checkpoint is no checkpoint."""

    def lay_out(**changes: object) -> Path:
        dataset = {"channel_names": {"0": "T1c", "1": "FLAIR"}, "labels": {"tumor": 1}}
        (tmp_path / "fold_0").mkdir()
        (tmp_path / "fold_0" / CHECKPOINT).write_bytes(b"a pickle that must not be opened")
        (tmp_path / "dataset.json").write_text(json.dumps({**dataset, **changes}))
        return tmp_path

    return lay_out


class TestTrained:
    pytestmark = needs_nnunet

    def test_it_finds_the_lesion_whatever_the_order_of_the_channels(
        self, trained: Path, held_out: tuple[dict[str, np.ndarray], np.ndarray]
    ) -> None:
        images, ball = held_out
        network = Nnunet(trained, [digest_of_file(trained / "fold_all" / CHECKPOINT)])
        assert (network.channels, network.folds) == (("flair", "t1ce"), ("all",))
        labels = network.predict(images, GRID)
        assert labels.known == {"core"}
        assert dice(region_mask(labels.values, "core"), ball > 0) > 0.7
        assert np.array_equal(labels.values, network.predict(images, GRID).values)

    def test_images_off_the_grid_raise(
        self, trained: Path, held_out: tuple[dict[str, np.ndarray], np.ndarray]
    ) -> None:
        network = Nnunet(trained, [digest_of_file(trained / "fold_all" / CHECKPOINT)])
        with pytest.raises(GridMismatchError, match="bring them to one grid first"):
            network.predict({**held_out[0], "flair": np.zeros((4, 4, 4))}, GRID)

    def test_a_changed_checkpoint_is_not_opened(self, trained: Path) -> None:
        with pytest.raises(CheckpointError, match="none of these is trusted") as caught:
            Nnunet(trained, ["0" * 64])
        assert digest_of_file(trained / "fold_all" / CHECKPOINT) in str(caught.value)


def test_an_untrusted_pickle_is_refused_with_its_digest(pretended: Callable[..., Path]) -> None:
    folder = pretended()
    digest = digest_of_file(folder / "fold_0" / CHECKPOINT)
    with pytest.raises(CheckpointError, match=rf"fold_0: {digest}.*set lesion.trust_checkpoint"):
        Nnunet(folder, [])


def test_without_the_package_the_extra_is_named(pretended: Callable[..., Path]) -> None:
    folder = pretended()
    digest = digest_of_file(folder / "fold_0" / CHECKPOINT)
    with (
        patch.dict(sys.modules, {"nnunetv2.inference.predict_from_raw_data": None}),
        pytest.raises(MissingInputError, match=r"psp-core\[nnunet\]"),
    ):
        Nnunet(folder, [digest])


def test_a_folder_that_is_none_is_named(tmp_path: Path, pretended: Callable[..., Path]) -> None:
    with pytest.raises(MissingInputError, match=r"dataset\.json is not there"):
        Nnunet(tmp_path / "absent", [])
    folder = pretended()
    (folder / "fold_0" / CHECKPOINT).unlink()
    with pytest.raises(MissingInputError, match="was it trained"):
        Nnunet(folder, [])
    (folder / "dataset.json").write_text("{")
    with pytest.raises(CheckpointError, match="is no JSON"):
        Nnunet(folder, [])


def test_other_channels_or_labels_raise_before_the_checkpoint_is_read(
    tmp_path: Path, pretended: Callable[..., Path]
) -> None:
    folder = pretended(channel_names={str(n): name for n, name in enumerate("abcd")})
    with pytest.raises(CheckpointError, match=r"wants 4 channels \(a, b, c, d\), expected 2"):
        Nnunet(folder, [])
    content = {"channel_names": {"0": "T1c", "1": "FLAIR"}, "labels": {"cyst": 1}}
    (tmp_path / "dataset.json").write_text(json.dumps(content))
    with pytest.raises(UnknownLabelError, match="cyst is not known"):
        Nnunet(folder, [])
