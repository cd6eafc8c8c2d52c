"""What the card of a model tells in short, and how settings are written on it."""

from __future__ import annotations

from pathlib import Path

from psp_core.report.exported import exported_weights
from psp_core.report.model_card import model_cards_table, settings_text
from psp_core.report.weights_cards import weights_card
from psp_core.runs import open_run
from tests.report.made_cards import PARAMS, write_encoder
from tests.study.conftest import make_patients


def test_the_table_has_one_row_per_card(tmp_path: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run")
    write_encoder(run)
    patients = make_patients({"external": 2, "upenn_gbm": 3})
    table = model_cards_table([weights_card(run, exported_weights(run)[0], patients, None)])
    assert table.loc[0, "model"] == "Self-supervised encoder"
    assert table.loc[0, "overlap"] == (
        "external (phantoms): 1 of its 2 patients were learned from; "
        "UPENN-GBM (phantoms): 0 of its 3 patients were learned from"
    )


def test_of_a_path_only_its_last_part_is_written() -> None:
    path = str(Path.home() / "secret" / "vgg.pth")
    assert settings_text({"weights": path, "kept": (10, 0.2)}) == "weights vgg.pth, kept 10 0.2"
