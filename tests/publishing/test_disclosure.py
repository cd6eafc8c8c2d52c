"""What tells the machine or a patient's date is found, and what does not is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import psp_core
from psp_core.publishing.disclosure import Places, dates_in

CLONE = str(Path(psp_core.__file__).parents[1])


@pytest.fixture
def places(tmp_path: Path) -> Places:
    run_dir = tmp_path / "runs" / "demo"
    (run_dir / "private").mkdir(parents=True)
    sections = {"burdenko": {"root": str(tmp_path / "data" / "gbm"), "clinical_table": None}}
    (run_dir / "private" / "params.json").write_text(json.dumps(sections))
    return Places.of_run(run_dir)


def test_known_places_get_their_short_names(places: Places, tmp_path: Path) -> None:
    text = (
        f"{tmp_path}/runs/demo/cohort.csv '{CLONE}/params/ci.yaml' {tmp_path}/data/gbm/001 {CLONE}"
    )
    expected = "runs/demo/cohort.csv 'params/ci.yaml' <burdenko.root>/001 ."
    assert places.renamed(text) == expected
    assert list(places.faults_of(expected)) == []


def test_other_places_of_the_machine_are_faults(places: Places, tmp_path: Path) -> None:
    assert list(places.faults_of(f"File '{Path.home()}/x.py'")) == (
        ["an absolute path of this machine"] if len(Path.home().parts) > 1 else []
    )
    assert list(places.faults_of(f"{tmp_path}/elsewhere")) == ["an absolute path of this machine"]
    assert list(places.faults_of(f"a/b{tmp_path.name} and 8/11")) == []


def test_the_account_is_a_fault_as_a_whole_word() -> None:
    places = Places({}, (), "adalovelace")
    assert list(places.faults_of("by adalovelace.")) == ["the name of the user's account"]
    assert list(places.faults_of("adalovelaces")) == []


@pytest.mark.parametrize(
    "text", ["2004-08-16", "20040816", "8/16/04", "08/16/2004", "08-16-2004", "on 5/6/04, later"]
)
def test_a_calendar_date_is_found(text: str) -> None:
    assert len(list(dates_in(f"<td>{text}</td>"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "8/11 = 0.727",
        "0.20040816",
        "1.2.840.20040816.1",
        "20041350",
        "2018",
        "17,090",
        "3-5-8",
        "1/2/3/4",
    ],
)
def test_counts_versions_and_identifiers_are_no_dates(text: str) -> None:
    assert list(dates_in(text)) == []
