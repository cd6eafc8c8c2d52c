"""Labels of both classes."""

from __future__ import annotations

import pytest

from psp_core.classifiers.both_classes import both_classes
from psp_core.errors import EstimatorError


def test_labels_become_booleans() -> None:
    assert both_classes([1, 0]).tolist() == [True, False]


@pytest.mark.parametrize("value", [True, False])
def test_one_class_is_said(value: bool) -> None:
    with pytest.raises(EstimatorError, match=r"all 4 .* one class; expected both"):
        both_classes([value] * 4)
