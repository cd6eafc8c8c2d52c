"""Counts, percentages and totals."""

import pytest

from psp_core.audit.shares import check_share, check_sum, sum_faults
from psp_core.errors import AuditError


def test_a_percentage_is_its_count_of_the_total() -> None:
    share = check_share(36, 59, "61.0")
    assert share.rounded
    assert share.exact == "36/59 = 61.0 %"


def test_twenty_three_of_fifty_nine_is_not_forty_per_cent() -> None:
    share = check_share(23, 59, "40.0")
    assert (share.rounded, share.truncated) == (False, False)
    assert share.exact == "23/59 = 39.0 %"
    assert share.other_counts == ()
    assert share.other_totals == ()


def test_other_counts_and_totals_that_print_so_are_named() -> None:
    share = check_share(3, 10, "40")
    assert share.other_counts == (4,)
    assert share.other_totals == ()
    assert check_share(4, 11, "40").other_totals == (10,)


def test_a_percentage_may_be_cut_off() -> None:
    share = check_share(2, 3, "66.6")
    assert (share.rounded, share.truncated) == (False, True)


@pytest.mark.parametrize(("count", "total"), [(3, 2), (-1, 2), (0, 0)])
def test_what_is_no_share_raises(count: int, total: int) -> None:
    with pytest.raises(AuditError, match="is no share"):
        check_share(count, total, "10")


def test_parts_make_their_total() -> None:
    assert check_sum([20, 25, 3], 48) == ""
    assert check_sum([3, 21, 5, 1], 29) == "3 + 21 + 5 + 1 = 30, not 29"


def test_columns_and_rows_are_summed_against_their_margins() -> None:
    cells = {"male": [27, 24], "female": [21, 6]}
    groups, totals = {"PD": 48, "PsPD": 30}, {"male": 51, "female": 27}
    assert sum_faults(cells, groups, totals) == {}
    assert sum_faults(cells, {**groups, "PD": 47}, {**totals, "female": 28}) == {
        "PD": "27 + 21 = 48, not 47",
        "female": "21 + 6 = 27, not 28",
    }
