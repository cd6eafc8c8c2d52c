"""Learning from survival as a stage: on whom, and what it leaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from psp_core.encoder.weights import ENCODER, load_encoder, read_card
from psp_core.errors import OverlapError
from psp_core.study import survival_transfer
from psp_core.study.survival_transfer import learn_survival, survival_table
from tests.study.made_volumes import COPIED, made_run


def test_a_person_is_learned_from_once_with_the_scan_that_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = survival_table(made_run(tmp_path / "run", monkeypatch, survival_transfer))
    assert len(table) == 9  # of ten one has no survival
    assert f"upenn_gbm/{COPIED}/000" not in set(table["key"])
    days = table.set_index("key")["days"]
    assert days["brats2021/BraTS2021_00000/000"] == 100  # the survival of the same person
    assert days["upenn_gbm/UPENN-GBM-00004/000"] == 300
    assert table["died"].sum() == 7


def test_without_such_a_collection_there_is_nobody_to_learn_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(tmp_path / "run", monkeypatch, survival_transfer)
    monkeypatch.setattr(survival_transfer, "stored_cohorts", lambda _: {})
    assert survival_table(run).empty
    assert learn_survival(run) is None


def test_a_person_with_a_label_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_run(tmp_path / "run", monkeypatch, survival_transfer, label="true_progression")
    with pytest.raises(OverlapError, match="survival"):
        survival_table(run)


def test_every_loss_is_measured_on_the_same_patients_and_one_encoder_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"survival.held_out_share": 0.5, "survival.loss": "cox"}
    run = made_run(tmp_path / "run", monkeypatch, survival_transfer, overrides=options)
    learnt = learn_survival(run)
    assert learnt is not None
    found = learnt.concordance.set_index("loss")
    assert list(found.index) == ["deephit", "cox", "logistic_hazard"]
    assert found["is_used"].tolist() == [False, True, False]
    assert set(found["n_train"]) == {5}
    assert set(found["n_held_out"]) == {4}
    assert found["pairs"].nunique() == 1
    assert found["concordance"].between(0, 1).all()
    card = read_card(learnt.folder)
    assert len(card.keys) == 5  # the measured ones it has not seen
    assert card.architecture["side"] == 8
    written = (learnt.folder / ENCODER).stat().st_mtime_ns
    again = learn_survival(run)
    assert again is not None
    assert (again.folder / ENCODER).stat().st_mtime_ns == written


def test_the_same_seed_gives_the_same_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoders = []
    for name in ("one", "two"):
        learnt = learn_survival(made_run(tmp_path / name, monkeypatch, survival_transfer))
        assert learnt is not None
        encoders.append(load_encoder(learnt.folder / ENCODER))
    assert torch.equal(encoders[0].embed.weight, encoders[1].embed.weight)


def test_without_enough_deaths_there_is_no_transfer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"survival.held_out_share": 0.01}
    run = made_run(tmp_path / "run", monkeypatch, survival_transfer, overrides=options)
    assert learn_survival(run) is None
    assert not np.any([path.suffix == ".safetensors" for path in run.folder.rglob("survival/*")])
