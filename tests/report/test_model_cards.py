"""Cards of models tell what a run has: weights, patients, figures and their absence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from psp_core.errors import StageError, TableError
from psp_core.report.cards import check_cards
from psp_core.report.model_card import ModelCard
from psp_core.report.model_cards import model_cards
from psp_core.runs import Run, open_run
from tests.report.made_cards import PARAMS, run_with_results, write_encoder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with pytest.MonkeyPatch.context() as patch:
        made = run_with_results(tmp_path_factory.mktemp("cards") / "run", patch)
        write_encoder(made)
        yield made


@pytest.fixture(scope="module")
def cards(run: Run) -> dict[str, ModelCard]:
    return {card.name: card for card in model_cards(run)}


def test_every_weights_file_and_every_scored_model_has_a_whole_card(
    cards: dict[str, ModelCard],
) -> None:
    assert list(cards) == ["weights_pretraining", "majority", "days_only"]
    check_cards(cards.values())


def test_a_patient_whom_the_encoder_saw_is_told(cards: dict[str, ModelCard]) -> None:
    overlap = cards["weights_pretraining"].overlap
    assert overlap["external (phantoms)"] == "1 of its 12 patients were learned from"
    assert overlap["burdenko (phantoms)"] == "0 of its 30 patients were learned from"
    assert cards["days_only"].overlap == {
        "external (phantoms)": "0 of its 12 patients were learned from"
    }


def test_training_and_settings_are_those_of_the_run(run: Run, cards: dict[str, ModelCard]) -> None:
    card = cards["days_only"]
    assert card.training["n"].startswith("30 patients (18 true progression, 12 pseudoprogression)")
    assert card.training["folds"] == f"{run.params.classification.folds}, repetitions 1"
    assert card.training["params digest"] == run.provenance["params_digest"]
    assert card.model["feature set"] == "time only"
    assert card.weights["sha256"].endswith(run.finished("classification").digest)


def test_performance_calibration_and_subgroups_stand_by_set(cards: dict[str, ModelCard]) -> None:
    card = cards["days_only"]
    assert {row["patients"] for row in card.performance} == {
        "burdenko, held-out folds (phantoms)", "external, soft vote (phantoms)",
    }  # fmt: skip
    counts = {row["patients"]: row["n"] for row in card.calibration}
    assert counts["burdenko, held-out folds (phantoms)"] == "30 (18 true progression)"
    assert card.subgroups[0]["subset"] == "event up to 12 weeks after radiotherapy"


def test_a_card_without_a_digest_of_its_weights_is_refused(cards: dict[str, ModelCard]) -> None:
    card = cards["weights_pretraining"]
    broken = ModelCard(**{**vars(card), "weights": {"file": "here"}})
    with pytest.raises(TableError, match="models/weights_pretraining: weights lacks 'sha256'"):
        check_cards([broken])


def test_without_the_page_of_the_models_the_page_to_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="classification"):
        model_cards(open_run(PARAMS, tmp_path / "run"))
