"""One reading for a whole table."""

from __future__ import annotations

from psp_core.audit.tables import table_readings
from tests.audit.gomaa import PINNED, ROWS


def test_one_meaning_of_a_column_comes_before_a_misprint_per_row() -> None:
    (found,) = table_readings(ROWS, 11, 9)
    assert found.shared.meanings == {"specificity": "ppv"}
    assert found.left_over == ("proposed, Table 4", "akbari", "sun")
    assert (found.changes, len(found.fitting)) == (4, 6)
    assert found.text == (
        "specificity column: positive predictive value, but for proposed, Table 4, akbari, sun"
    )


def test_rows_of_which_both_meanings_agree_stay_as_named() -> None:
    rows = {row: ROWS[row] for row in ("clinical", "end to end")}
    (found,) = table_readings(rows, 11, 9)
    assert (found.text, found.changes) == ("as named", 0)


def test_all_rows_together_name_what_one_row_leaves_open() -> None:
    assert len(table_readings({"proposed": ROWS["proposed"]}, 11, 9)) == 2
    together = {row: ROWS[row] for row in PINNED}
    (found,) = table_readings(together, 11, 9)
    assert (found.shared.meanings, found.left_over) == ({"specificity": "ppv"}, ("sun",))
