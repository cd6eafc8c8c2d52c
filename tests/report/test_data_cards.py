"""Cards of data tell where a cohort is from, who is in it, and what is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from psp_core.cohorts.flow import LoadedCohort, build_flow, make_notes
from psp_core.cohorts.schema import make_cohort
from psp_core.errors import StageError
from psp_core.params import read_params
from psp_core.report.cards import check_cards
from psp_core.report.data_cards import data_card, data_cards, data_cards_table, missing_rows
from psp_core.runs import open_run
from tests.cohorts.made import store_cohorts
from tests.report.made_cards import PARAMS

ROWS = [
    {"subject_id": "A", "timepoint": 1, "label": "true_progression", "age_years": 50.0,
     "label_rule": "first_non_distant", "sex": "F", "mgmt_status": "methylated"},
    {"subject_id": "B", "timepoint": 1, "label": "pseudoprogression", "age_years": 60.0,
     "label_rule": "first_non_distant", "sex": "M"},
    {"subject_id": "B", "timepoint": 2, "label": "unlabelled"},
]  # fmt: skip
COHORT = make_cohort([row | {"dataset": "burdenko"} for row in ROWS], source="made")
LOADED = LoadedCohort(
    COHORT,
    build_flow("Patients", ["A", "B", "C"], [("Aged 18 or more", {"C": "aged 7"})], {}),
    make_notes(
        [{"subject_id": "A", "check": "two plans"}, {"subject_id": "A", "check": "two plans"}]
    ),
)


def test_a_card_counts_who_is_in_and_who_was_left_out() -> None:
    card = data_card("burdenko", LOADED, read_params(PARAMS))
    check_cards([card])
    assert card.people["patients"] == "2"
    assert card.people["true progression"] == "1 patients"
    assert card.flow[-1] == {"step": "Aged 18 or more", "left out": "1", "remaining": "2"}
    assert card.left_out == (
        {"step": "Aged 18 or more", "reason": "aged 7", "patients": "1", "times": "1"},
    )
    assert card.problems == ({"check": "two plans", "patients": "1", "times": "2"},)
    assert card.labels["rule"] == "first non distant; window any time"


def test_phantoms_are_called_so_and_real_patients_keep_their_terms() -> None:
    params = read_params(PARAMS)
    phantoms = data_card("burdenko", LOADED, params)
    real = data_card(
        "burdenko", LOADED, replace(params, burdenko=replace(params.burdenko, root="here"))
    )
    assert phantoms.whose.startswith("phantoms")
    assert phantoms.title.endswith("(phantoms in its layout)")
    assert phantoms.disclosure.startswith("everybody; of the real collection: holders")
    assert real.whose == "real patients of this run"
    assert real.disclosure == "holders of the data access"
    assert real.licence.startswith("images: NIH Controlled Data Access Policy")
    table = data_cards_table([phantoms, real])
    assert table["whose"].tolist() == ["phantoms", "real patients of this run"]


def test_a_phantom_cohort_without_a_real_one_says_so() -> None:
    card = data_card("sealed", LOADED, read_params(PARAMS))
    assert card.source["collection"] == "none: there is no real one"
    assert (card.licence, card.disclosure) == ("free", "everybody")
    assert card.uses[0] == "scored once per release"


def test_what_is_missing_is_counted_of_labelled_scans_or_of_first_scans() -> None:
    labelled = {row["variable"]: row for row in missing_rows(COHORT, labelled=True)}
    assert labelled["MGMT"]["not known, n (%)"] == "1 (50.0)"
    assert "number of lesions" in labelled
    assert labelled["MGMT"]["of"] == "2 labelled scans"
    first = missing_rows(COHORT.assign(label="unlabelled"), labelled=False)
    assert {row["of"] for row in first} == {"2 patients, first scan"}


def test_every_stored_cohort_has_a_whole_card(tmp_path: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run")
    store_cohorts(run, {"burdenko": {"A": "true_progression"}, "brats2021": {"B": ""}})
    cards = data_cards(run)
    check_cards(cards)
    assert [card.name for card in cards] == ["burdenko", "brats2021"]
    assert cards[1].labels["found"] == "no label"
    assert cards[1].left_out == ({"step": "nobody was left out"},)


def test_without_the_cohort_page_the_stage_is_named(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="cohort"):
        data_cards(open_run(PARAMS, tmp_path / "run"))
