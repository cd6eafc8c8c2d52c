"""The card of a weights file tells whose scans it learned from, and under which licences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from psp_core.report.exported import exported_weights
from psp_core.report.weights_cards import weights_card
from psp_core.runs import Run, open_run
from tests.report.made_cards import PARAMS, write_encoder
from tests.study.conftest import make_patients

PATIENTS = make_patients({"external": 4})


def open_with_encoder(folder: Path) -> Run:
    run = open_run(PARAMS, folder)
    write_encoder(run)
    return run


def test_of_phantoms_no_licence_of_a_collection_is_told(tmp_path: Path) -> None:
    run = open_with_encoder(tmp_path / "run")
    card = weights_card(run, exported_weights(run)[0], PATIENTS, None)
    assert card.licence == "MIT licence, as the code; trained on computed scans (phantoms)"
    assert card.training["collections"] == "BraTS 2021 (phantoms), external (phantoms)"
    assert card.disclosure == "everybody"
    assert "BraTS 2021: phantoms" in card.limits[0]
    assert card.training["n"].startswith("2 scans; task: restoration")


def test_of_real_scans_the_disclosure_is_that_of_the_collections(tmp_path: Path) -> None:
    run = open_with_encoder(tmp_path / "run")
    real = replace(run.params.brats2021, root="somewhere")
    run = replace(run, params=replace(run.params, brats2021=real))
    card = weights_card(run, exported_weights(run)[0], PATIENTS, None)
    assert card.disclosure == "as its collections say: BraTS 2021: everybody"
    assert card.licence.endswith("trained on BraTS 2021 (CC BY 4.0), computed scans (phantoms)")
    assert card.training["collections"] == "BraTS 2021 (real patients), external (phantoms)"
    assert "BraTS 2021: real patients" in card.limits[0]
