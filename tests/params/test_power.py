"""The section of the page on power refuses what cannot be simulated."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from psp_core.params.power import PowerParams


def test_the_defaults_are_the_counts_of_the_paper() -> None:
    params = PowerParams()
    assert (params.training, params.test, params.folds) == ((34, 25), (11, 9), 5)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"test": (11, 1)}, "greater than or equal to 2"),
        ({"true_auc": 0.5}, "greater than 0.5"),
        ({"correlations": ()}, "at least 1 item"),
        ({"correlation": 1.0}, "less than 1"),
    ],
)
def test_a_value_out_of_range_is_refused(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        PowerParams(**changes)
