"""What each collection allows, told once."""

from pathlib import Path

from psp_core.cohorts.collections import collections_table

DATA_PAGE = Path(__file__).parents[2] / "book" / "data.md"


def test_every_collection_states_licence_access_and_disclosure() -> None:
    table = collections_table()
    assert table["dataset"].tolist() == ["burdenko", "brats2021", "own"]
    assert (table[["title", "role", "access", "licence"]] != "").all(axis=None)
    assert set(table["disclosure"]) <= {"public", "access-holders"}
    assert table.set_index("dataset").loc["burdenko", "disclosure"] == "access-holders"
    assert table.set_index("dataset").loc["brats2021", "doi"] == "10.7937/jc8x-9874"


def test_the_data_page_names_every_collection_with_its_doi() -> None:
    page = DATA_PAGE.read_text(encoding="utf-8").lower()
    table = collections_table()
    for row in table[table["doi"] != ""].to_dict("records"):
        assert row["title"].lower() in page
        assert row["doi"].lower() in page
