"""Only weights that are in use mark a set, each with what it was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from psp_core.runs import Run, open_run
from psp_core.study import weights_marks as module
from psp_core.study.weights_marks import weights_marks

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
SETS = ("burdenko", "upenn_gbm")


@pytest.fixture(autouse=True)
def plain_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    def mark(trained_on: Sequence[str] | None, dataset: str) -> str:
        if trained_on is None:
            return "not stated"
        return "seen" if dataset in trained_on else ""

    monkeypatch.setattr(module, "weights_mark", mark)


def run(folder: Path, **overrides: Any) -> Run:
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    if "lesion.nnunet_folder" in changes:
        changes["lesion.trust_checkpoint"] = ["0" * 64]
    return open_run(PARAMS, folder, changes)


def test_a_study_with_its_own_weights_alone_has_no_marks(tmp_path: Path) -> None:
    assert weights_marks(run(tmp_path), SETS) == {}
    unused = run(tmp_path, lesion__nnunet_folder="x", lesion__sources=["mask"])
    assert weights_marks(unused, SETS) == {}


def test_the_users_weights_mark_the_sets_they_have_seen(tmp_path: Path) -> None:
    used = run(
        tmp_path,
        lesion__nnunet_folder="x",
        lesion__sources=["mask", "nnunet"],
        lesion__nnunet_trained_on=["upenn_gbm"],
    )
    assert weights_marks(used, SETS) == {"upenn_gbm": "weights of nnU-Net: seen"}


def test_each_of_two_weights_says_its_own_and_silence_is_said(tmp_path: Path) -> None:
    both = run(
        tmp_path,
        lesion__nnunet_folder="x",
        lesion__sources=["nnunet"],
        lesion__nnunet_trained_on=["burdenko"],
        brain__method="command",
        brain__command="strip {input} {output}",
    )
    assert weights_marks(both, SETS) == {
        "burdenko": "weights of nnU-Net: seen; weights of the brain extraction: not stated",
        "upenn_gbm": "weights of the brain extraction: not stated",
    }
