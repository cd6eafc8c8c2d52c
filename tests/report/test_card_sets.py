"""The name of a set on a card says whether its patients are phantoms or real."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from psp_core.params import read_params
from psp_core.report.card_sets import roots_of, set_with_owner

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


def test_folders_are_those_of_the_params() -> None:
    params = read_params(PARAMS)
    roots = roots_of(replace(params, burdenko=replace(params.burdenko, root="here")))
    assert roots["burdenko"] == "here"
    assert roots["upenn_gbm"] is None
    assert "study" not in roots


def test_a_set_has_its_name_and_whose_it_is() -> None:
    roots = {"burdenko": None, "upenn_gbm": "here"}
    assert set_with_owner("burdenko", roots) == "burdenko (phantoms)"
    cut = "upenn_gbm, score 1 to 2 against 5 to 6"
    assert set_with_owner(cut, roots) == ("UPENN-GBM, score 1 to 2 against 5 to 6 (real patients)")
    assert set_with_owner("sealed", roots, called="sealed, soft vote") == (
        "sealed, soft vote (phantoms)"
    )
