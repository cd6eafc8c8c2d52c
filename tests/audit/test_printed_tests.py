"""Which test gives a printed p value, on the tables of Jang 2018."""

import pytest
from scipy.stats import fisher_exact

from psp_core.audit import printed_tests
from psp_core.audit.printed import Printed
from psp_core.audit.printed_tests import CHI_SQUARED, FISHER, YATES, exact_p, p_values
from psp_core.errors import AuditError


def test_the_sex_of_patients_by_hand() -> None:
    values = p_values([[27, 24], [21, 6]])
    assert values[CHI_SQUARED] == pytest.approx(0.0319537)  # chi-squared 4.602, one degree
    assert values[YATES] == pytest.approx(0.0573825)
    assert values[FISHER] == pytest.approx(0.0495021)


@pytest.mark.parametrize(
    ("counts", "printed", "test"),
    [
        ([[27, 24], [21, 6]], "0.03", CHI_SQUARED),
        ([[41, 10], [18, 9]], "0.18", CHI_SQUARED),
        ([[18, 15], [30, 15]], "0.28", CHI_SQUARED),
        ([[24, 9], [35, 10]], "0.61", CHI_SQUARED),
        ([[37, 11], [22, 8]], "0.71", CHI_SQUARED),
        ([[1, 2], [43, 26], [4, 2]], "0.73", FISHER),
        ([[3, 0], [54, 15], [2, 4]], "0.04", FISHER),
    ],
)
def test_the_test_of_the_footnote_gives_the_p_value(
    counts: list[list[int]], printed: str, test: str
) -> None:
    giving = printed_tests.tests_that_give(Printed(printed), p_values(counts))
    assert test in giving
    assert YATES not in giving


@pytest.mark.parametrize(
    ("counts", "printed"), [([[4, 2], [44, 28]], "0.80"), ([[5, 1], [54, 18]], "0.52")]
)
def test_no_test_gives_the_p_values_of_the_dose_schedule(
    counts: list[list[int]], printed: str
) -> None:
    values = p_values(counts)
    assert printed_tests.tests_that_give(Printed(printed), values) == []
    assert values[FISHER] == pytest.approx(1)


@pytest.mark.parametrize("counts", [[(8, 2), (1, 5)], [(3, 3), (4, 4)], [(0, 5), (6, 1)]])
def test_counting_out_two_rows_is_fishers_test(counts: list[tuple[int, int]]) -> None:
    assert exact_p(counts) == pytest.approx(fisher_exact(counts).pvalue)


def test_an_empty_row_does_not_change_the_exact_test_of_three() -> None:
    assert exact_p([(8, 2), (1, 5), (0, 0)]) == pytest.approx(exact_p([(8, 2), (1, 5)]))


@pytest.mark.parametrize("counts", [[[1, 2]], [[1, 2, 3], [1, 2, 3]], [[0, 0], [1, 2]]])
def test_other_tables_raise(counts: list[list[int]]) -> None:
    with pytest.raises(AuditError, match="expected two columns"):
        p_values(counts)
