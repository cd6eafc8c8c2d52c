"""The DenseNet's pretext task as a stage."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp_core.errors import OverlapError
from psp_core.pretraining.densenet import build_densenet, start_from
from psp_core.study import sequence_pretext
from psp_core.study.sequence_pretext import densenet_of, learn_sequence_type
from tests.study.made_volumes import made_run


def test_it_learns_once_and_its_weights_fit_the_network_of_the_params(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(tmp_path / "run", monkeypatch, sequence_pretext)
    learnt = learn_sequence_type(run)
    assert learnt is not None
    assert len(learnt.history) == run.params.densenet.pretext_steps
    assert learnt.history["right"].between(0, 1).all()
    start_from(build_densenet(densenet_of(run), 0), learnt.weights)
    written = learnt.weights.stat().st_mtime_ns
    again = learn_sequence_type(run)
    assert again is not None
    assert again.weights.stat().st_mtime_ns == written


def test_a_person_with_a_label_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_run(tmp_path / "run", monkeypatch, sequence_pretext, label="true_progression")
    with pytest.raises(OverlapError, match="sequence_type"):
        learn_sequence_type(run)


def test_without_scans_there_is_nothing_to_start_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(tmp_path / "run", monkeypatch)
    monkeypatch.setattr(sequence_pretext, "study_cases", lambda _: {})
    assert learn_sequence_type(run) is None
