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


def test_licences_of_the_collections_stand_beside_that_of_the_weights(tmp_path: Path) -> None:
    run = open_with_encoder(tmp_path / "run")
    card = weights_card(run, exported_weights(run)[0], PATIENTS, None)
    assert "BraTS 2021 (CC BY 4.0)" in card.licence
    assert card.disclosure == "everybody"
    assert "BraTS 2021: phantoms" in card.limits[0]
    assert card.training["n"].startswith("2 scans; task: restoration")


def test_of_real_scans_the_disclosure_is_that_of_the_collections(tmp_path: Path) -> None:
    run = open_with_encoder(tmp_path / "run")
    real = replace(run.params.brats2021, root="somewhere")
    run = replace(run, params=replace(run.params, brats2021=real))
    card = weights_card(run, exported_weights(run)[0], PATIENTS, None)
    assert card.disclosure == "as its collections say: BraTS 2021: public"
    assert "BraTS 2021: real patients" in card.limits[0]
