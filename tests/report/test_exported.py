"""Weights of every finished stage are found, and none goes without a card."""

from __future__ import annotations

from pathlib import Path

import pytest
from safetensors.torch import load_file

from psp_core.encoder.weights import ENCODER
from psp_core.errors import MissingInputError, TableError
from psp_core.report.exported import exported_weights, weights_behind
from psp_core.runs import Run, digest_of_file, open_run
from psp_core.study.ablation import stage_name
from psp_core.study.catalogue import CATALOGUE
from tests.report.made_cards import PARAMS, SEEN, write_encoder


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return open_run(PARAMS, tmp_path / "run")


def test_an_encoder_is_told_with_its_file_and_what_it_saw(run: Run) -> None:
    folder = write_encoder(run)
    [one] = exported_weights(run)
    assert one.name == "pretraining"
    assert one.sha256 == digest_of_file(folder / ENCODER)
    assert one.n_numbers == sum(value.numel() for value in load_file(folder / ENCODER).values())
    assert one.scans == tuple(sorted(SEEN))
    assert one.collections == ("brats2021", "external")
    assert one.n_scans == "2 scans"
    assert one.measured == ({"figure": "training loss", "of": "step 2", "value": "0.500"},)
    assert "width 12" in one.shape


def test_states_of_a_training_are_no_models(run: Run) -> None:
    folder = write_encoder(run)
    weights = (folder / ENCODER).read_bytes()
    (folder / "snapshots").mkdir()
    for name in ("snapshots/step_1.safetensors", "restorer.safetensors"):
        (folder / name).write_bytes(weights)
    assert len(exported_weights(run)) == 1


def test_weights_without_a_card_are_refused(run: Run) -> None:
    write_encoder(run, stage="another")
    with pytest.raises(TableError, match=r"another/encoder\.safetensors has no card"):
        exported_weights(run)


def test_weights_that_are_gone_are_missed(run: Run) -> None:
    (write_encoder(run) / ENCODER).unlink()
    with pytest.raises(MissingInputError, match=r"pretraining/encoder\.safetensors is not there"):
        exported_weights(run)


def test_a_stage_that_is_not_finished_exports_nothing(run: Run) -> None:
    assert exported_weights(run) == []


def test_every_source_leads_to_weights_that_are_known_or_to_none() -> None:
    assert weights_behind(CATALOGUE["mri_only"]) == {"pretraining"}
    assert weights_behind(CATALOGUE["transfer"]) == {"survival", "segmenter"}
    assert weights_behind(CATALOGUE["mri_only_untrained"]) == set()
    assert weights_behind(CATALOGUE["days_only"]) == set()
    names = {name for one in CATALOGUE.values() for name in weights_behind(one)}
    assert stage_name("mae") in names


def test_the_segmenter_is_behind_whatever_is_read_where_the_lesion_is() -> None:
    reading = {name for name, one in CATALOGUE.items() if "segmenter" in weights_behind(one)}
    assert {"dose_only", "volume_only", "radiomics_forest", "cnn_svm", "densenet", "proposed",
            "cnn_lstm_image_paper", "mri_only_untrained_lesion"} <= reading  # fmt: skip
    assert reading.isdisjoint({"days_only", "majority", "mri_only", "no_dose"})
