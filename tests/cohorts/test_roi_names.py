"""What the names of drawn regions say, in both dialects of the collection."""

import numpy as np
import pytest

from psp_core.acquisition.contours import Structure
from psp_core.cohorts.roi_names import follow_up_of, is_drawn, is_target, planning_targets

CIRCLE = (np.zeros((3, 3)),)


@pytest.mark.parametrize(
    ("name", "visit"),
    [
        ("FU_1_CE", 1),
        ("fu 02 flair", 2),
        ("FU-10-T1CE", 10),
        ("FU_2_CE (ROI 7)", 2),
        ("FU_CE", None),
        ("GTV", None),
    ],
)
def test_a_follow_up_lesion_names_its_visit(name: str, visit: int | None) -> None:
    assert follow_up_of(name) == visit


@pytest.mark.parametrize(
    "name", ["GTV", "GTV_Flair_1", "GTVm", "TUMOR", "tumor", "CTV_20 mm", "PTV_High", "BOOST"]
)
def test_a_target_is_told_in_every_spelling(name: str) -> None:
    assert is_target(name)


@pytest.mark.parametrize("name", ["Brain-PTV", "Brain", "BrainStem", "left eye", "FU_1_CE"])
def test_what_is_cut_out_of_something_else_is_no_target(name: str) -> None:
    assert not is_target(name)


def test_only_drawn_closed_regions_are_planning_targets() -> None:
    structures = {
        "PTV1": Structure("PTV1", 1, CIRCLE),
        "PTV2": Structure("PTV2", 2, ()),
        "PTV3": Structure("PTV3", 3, CIRCLE, "POINT"),
        "GTV": Structure("GTV", 4, CIRCLE),
    }
    assert [one.name for one in planning_targets(structures)] == ["PTV1"]
    assert not is_drawn(structures["PTV2"])
