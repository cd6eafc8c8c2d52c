"""Who is in several collections."""

import pytest

from psp_core.phantom.nifti_trees import brats_source
from psp_core.phantom.same_people import COPIED, brats_copies, follow_up_numbers


@pytest.mark.parametrize("collection", COPIED)
def test_copies_are_brats_cases_of_that_collection(collection: str) -> None:
    copies = brats_copies(collection, 10, 200, 7)
    assert len(copies) == {"upenn_gbm": 7, "ucsf_pdgm": 5}[collection]
    assert {brats_source(number, 7) for number in copies} == {COPIED[collection][0]}
    assert copies == sorted(set(copies))


def test_brats_may_have_fewer_cases_than_the_published_share() -> None:
    assert brats_copies("upenn_gbm", 100, 0, 7) == []
    assert len(brats_copies("ucsf_pdgm", 1000, 30, 7)) < 20


def test_two_thirds_of_the_follow_ups_have_a_baseline() -> None:
    numbers = follow_up_numbers(60, 611)
    assert len(set(numbers)) == 60
    assert sum(number <= 611 for number in numbers) == 41
    assert numbers[41:] == list(range(612, 631))  # those of the real collection: 00612 to 00630


def test_without_baselines_every_follow_up_is_a_patient_of_its_own() -> None:
    assert follow_up_numbers(3, 0) == [1, 2, 3]
    assert follow_up_numbers(3, 1) == [1, 2, 3]
    assert follow_up_numbers(0, 5) == []
