"""What each collection allows and can serve, told once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from psp_core.classifiers.feature_sets import FEATURE_SETS
from psp_core.cohorts.collections import ALL, OPTIONAL, collections_table, is_on_atlas, module_of
from psp_core.preprocessing.lesion.labels import LabelMap

DATA_PAGE = Path(__file__).parents[2] / "book" / "data.md"


def test_every_collection_states_licence_access_and_disclosure() -> None:
    table = collections_table().set_index("dataset")
    assert set(table.index) == set(ALL)
    stated = ["title", "role", "access", "licence", "reference_standard", "label_map"]
    assert (table[stated] != "").all(axis=None)
    assert set(table["disclosure"]) <= {"public", "access-holders"}
    assert table.loc["burdenko", "disclosure"] == "access-holders"
    assert table.loc["brats2021", "doi"] == "10.7937/jc8x-9874"


def test_every_collection_names_feature_sets_frames_and_label_maps_that_there_are() -> None:
    table = collections_table().set_index("dataset")
    for names in table["feature_sets"]:
        assert set(names) <= set(FEATURE_SETS)
    assert set(table["frame"]) <= {"native", "stripped", "atlas"}
    assert set(table["label_map"]) <= set(LabelMap.__args__)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ALL)
def test_a_module_is_named_like_its_collection_and_loads(name: str) -> None:
    module = module_of(name)
    assert name in {"external", module.NAME}
    assert callable(getattr(module, "load_cohort", None)) or name == "burdenko"


def test_an_unknown_name_is_a_cohort_of_ones_own() -> None:
    assert module_of("development").NAME == "own"
    assert not is_on_atlas("development")
    assert is_on_atlas("brats2021")


def test_optional_collections_are_not_imported_by_default() -> None:
    code = (
        "import sys, psp_core.cohorts.stored, psp_core.preprocessing.pipeline;"
        "print([name for name in sys.modules if 'cohorts.plugins' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert len(OPTIONAL) == 4


def test_the_data_page_names_every_collection_with_its_doi() -> None:
    page = DATA_PAGE.read_text(encoding="utf-8").lower()
    table = collections_table()
    for row in table[table["doi"] != ""].to_dict("records"):
        assert row["title"].lower() in page
        assert row["doi"].lower() in page
