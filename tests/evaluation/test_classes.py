"""The one definition of the positive class."""

import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS, is_true_progression


def test_the_positive_class_is_true_progression() -> None:
    assert POSITIVE_CLASS == "true_progression"
    assert is_true_progression([POSITIVE_CLASS, NEGATIVE_CLASS]).tolist() == [True, False]


def test_an_unlabelled_patient_has_no_true_value() -> None:
    with pytest.raises(UndefinedMetricError, match=r"'unlabelled'.*leave these rows out"):
        is_true_progression([POSITIVE_CLASS, "unlabelled"])
