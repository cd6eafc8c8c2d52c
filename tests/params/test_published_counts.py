"""The printed class counts: one source for params, label rules and pages."""

from psp_core.params.power import PowerParams
from psp_core.params.published_counts import PUBLISHED_COUNTS, TEST_SET, VALIDATION_SET


def test_the_counts_are_those_of_the_paper_and_of_the_section_on_power() -> None:
    assert PUBLISHED_COUNTS == {"validation": (34, 25), "external test": (11, 9)}
    assert PowerParams().test == PUBLISHED_COUNTS[TEST_SET]
    assert PowerParams().training == PUBLISHED_COUNTS[VALIDATION_SET]
