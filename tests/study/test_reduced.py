"""Which rows are smaller than the papers' is read from the params."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from psp_core.params.cnn_lstm import CnnLstmParams, CnnLstmSweepParams
from psp_core.params.reading import read_params
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.reduced import reduced_settings, section_of

PARAMS = Path(__file__).parents[2] / "params"


def reduced(name: str, overrides: str = "", profile: str = "demo") -> list[str]:
    return reduced_settings(read_params(PARAMS / f"{profile}.yaml", overrides), CATALOGUE[name])


def test_what_the_demo_makes_smaller_is_named_and_what_it_does_not_is_not() -> None:
    assert reduced("cnn_lstm_code")[:2] == ["cnn_lstm.side", "cnn_lstm.filters"]
    assert "volume_network.steps" in reduced("scratch")
    assert "ablation.side" in reduced("scratch")  # of the encoder that it starts from
    assert "densenet.blocks" in reduced("densenet")
    for name in ("clinical_logistic", "majority", "clinical_network"):
        assert reduced(name) == []


def test_at_paper_size_nothing_is_reduced() -> None:
    sizes = "{cnn_lstm.side: 256, cnn_lstm.filters: [64, 128, 256], cnn_lstm.cells: 24, "
    assert reduced("cnn_lstm_code", sizes + "cnn_lstm.epochs: 25}") == []


@pytest.mark.parametrize("name", ["proposed", "mri_only_untrained"])
def test_rows_on_tokens_have_the_sizes_of_their_encoder(name: str) -> None:
    named = reduced(name, "{encoder.width: 24, encoder.heads: 2}")
    assert {"encoder.width", "encoder.heads"} <= set(named)


def test_a_section_is_found_by_its_dotted_name() -> None:
    params = read_params(PARAMS / "ci.yaml", "")
    assert section_of(params, "classification.network") is params.classification.network


SMALL = ["ablation.steps", "ablation.batch_size"]


@pytest.mark.parametrize(
    ("name", "told", "not_told"),
    [
        ("proposed", ["pretraining.steps", "pretraining.batch_size"], SMALL),
        ("mri_only_untrained", [], ["pretraining.steps", *SMALL]),
        ("proposed_finetuned", SMALL, ["survival.steps", "ablation.decoder_width"]),
        ("transfer", ["survival.steps", "survival.batch_size"], SMALL),
        ("scratch", [], [*SMALL, "survival.steps"]),
        ("ssl_mae", [*SMALL, "ablation.decoder_width"], ["pretraining.steps"]),
        ("ssl_untrained", [], SMALL),
        ("densenet", ["densenet.pretext_steps"], SMALL),
    ],
)
def test_a_row_has_the_sizes_of_what_it_was_taught_with(
    name: str, told: list[str], not_told: list[str]
) -> None:
    changed = (
        "{pretraining.steps: 7, pretraining.batch_size: 3, ablation.steps: 7, "
        "ablation.batch_size: 3, ablation.decoder_width: 32, survival.steps: 7, "
        "survival.batch_size: 3, densenet.pretext_steps: 7}"
    )
    named = reduced(name, changed)
    assert set(told) <= set(named)
    assert not set(not_told) & set(named)
    assert len(named) == len(set(named))


def test_a_section_within_a_section_is_compared_with_its_own_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CnnLstmParams, "SIZES", ("sweeps",))
    default = {f"cnn_lstm.sweeps.{key}": one for key, one in asdict(CnnLstmSweepParams()).items()}
    for changes, told in ((default, []), (default | {"cnn_lstm.sweeps.folds": 3}, ["sweeps"])):
        params = read_params(PARAMS / "demo.yaml", json.dumps(changes))
        named = reduced_settings(params, CATALOGUE["cnn_lstm_code"])
        assert named == [f"cnn_lstm.{one}" for one in told]
