"""Dialects of the two planning systems."""

import pytest

from psp_core.errors import AmbiguousSeriesError
from psp_core.phantom.roi_names import NEUTRAL_NAMES, interpreted_type, roi_name

# Names seen in the collection, by planning system.
DIALECTS = {
    "varian": ["BODY", "BrainStem", "Chiasm", "Eye_L", "Eye_R", "Lens_L", "OpticNerve_L"],
    "amphora": [
        "body volume",
        "brain stem",
        "chiasma",
        "left eye",
        "right eye",
        "left pupil",
        "left optic nerve",
    ],
}


@pytest.mark.parametrize("system", ["varian", "amphora"])
def test_dialects_are_those_of_the_collection(system: str) -> None:
    neutral = [
        "body",
        "brainstem",
        "chiasm",
        "left_eye",
        "right_eye",
        "left_lens",
        "left_optic_nerve",
    ]
    assert [roi_name(name, system) for name in neutral] == DIALECTS[system]


@pytest.mark.parametrize("system", ["varian", "amphora"])
def test_follow_up_lesions_are_spelled_alike(system: str) -> None:
    assert roi_name("follow_up_1_enhancing", system) == "FU_1_CE"
    assert roi_name("follow_up_10_flair", system) == "FU_10_FLAIR"


def test_no_two_structures_share_a_name() -> None:
    for system in ("varian", "amphora"):
        assert len({roi_name(name, system) for name in NEUTRAL_NAMES}) == len(NEUTRAL_NAMES)


def test_types_follow_the_structure() -> None:
    names = ["body", "left_lens", "gtv", "ctv", "ptv", "follow_up_2_enhancing"]
    assert [interpreted_type(name) for name in names] == [
        "EXTERNAL",
        "ORGAN",
        "GTV",
        "CTV",
        "PTV",
        "GTV",
    ]


@pytest.mark.parametrize("name", ["cerebellum", "follow_up_0_flair", "follow_up_1_core"])
def test_unknown_structure_is_refused(name: str) -> None:
    with pytest.raises(AmbiguousSeriesError, match=f"spells a structure '{name}'"):
        roi_name(name, "varian")
