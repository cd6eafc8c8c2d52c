"""What each collection allows, told once."""

from psp_core.cohorts.collections import collections_table


def test_every_collection_states_licence_access_and_disclosure() -> None:
    table = collections_table()
    assert table["dataset"].tolist() == ["burdenko", "brats2021", "own"]
    assert (table[["title", "role", "access", "licence"]] != "").all(axis=None)
    assert set(table["disclosure"]) <= {"public", "access-holders"}
    assert table.set_index("dataset").loc["burdenko", "disclosure"] == "access-holders"
    assert table.set_index("dataset").loc["brats2021", "doi"] == "10.7937/jc8x-9874"
