"""What the name of a drawn region says: follow-up lesion, target or planning target volume.

Names are not standardised; these are the spellings of both planning systems of
Burdenko-GBM-Progression. A region that cuts a target out of something else
(``Brain-PTV``) is no target: only the start of a name counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from psp_core.acquisition.contours import CLOSED_TYPES, Structure

FOLLOW_UP = re.compile(
    r"FU[\s_-]*0*(?P<visit>\d+)[\s_-]*(?P<kind>CE|T1[\s_-]?CE?|FLAIR)( \(ROI \d+\))?",
    re.IGNORECASE,
)
_TARGET = re.compile(r"GTV|CTV|PTV|BOOST|TUMOU?R", re.IGNORECASE)
_PLANNING_TARGET = re.compile(r"PTV", re.IGNORECASE)


def is_drawn(structure: Structure) -> bool:
    """Whether a region has contours that enclose an area."""
    return bool(structure.contours) and structure.geometric_type in CLOSED_TYPES


def follow_up_of(name: str) -> int | None:
    """Number of the follow-up whose lesion a region is; None if it is none."""
    match = FOLLOW_UP.fullmatch(name)
    return int(match["visit"]) if match else None


def is_target(name: str) -> bool:
    """Whether a region is a target of the treatment, by the start of its name."""
    return _TARGET.match(name) is not None


def planning_targets(structures: Mapping[str, Structure]) -> list[Structure]:
    """Drawn planning target volumes of a structure set, in its order."""
    return [
        structure
        for name, structure in structures.items()
        if _PLANNING_TARGET.match(name) and is_drawn(structure)
    ]
