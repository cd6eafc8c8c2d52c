"""Parameters of a network on tokens are counted; of others it is said that they are not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from psp_core.params import read_params
from psp_core.report.network_size import DECIDED_LATER, count_parameters
from psp_core.study.catalogue import CATALOGUE
from tests.report.made_cards import PARAMS
from tests.study.conftest import make_patients

SETTINGS = {"width": 4, "clinical_tokens": 2, "heads": 1, "dropout": 0.0}


def told(name: str, **changed: Any) -> str:
    entry = CATALOGUE[name]
    patients = make_patients({"burdenko": 10, "external": 2})
    return count_parameters(
        entry, {**SETTINGS, **changed, **entry.settings}, read_params(PARAMS), patients
    )


def number(text: str) -> int:
    return int(re.split(r", with|;", text)[0].replace(",", ""))


@pytest.mark.parametrize("name", ["mri_only", "proposed"])
def test_a_wider_network_has_more_parameters(name: str) -> None:
    assert 0 < number(told(name)) < number(told(name, width=8))


def test_what_is_frozen_is_told_only_where_there_is_an_encoder() -> None:
    assert "of the whole training cohort; the encoder is frozen" in told("proposed")
    assert told("mri_only").endswith("the encoder is frozen and not counted")
    assert told("clinical_network").endswith("of the whole training cohort")
    assert "columns" not in told("mri_only")


def test_a_model_whose_size_is_decided_in_the_fold_says_so() -> None:
    entry, patients = CATALOGUE["clinical_logistic"], make_patients({"burdenko": 10})
    assert count_parameters(entry, {}, read_params(PARAMS), patients) == DECIDED_LATER
