"""Whether a dose belongs to the scan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.preprocessing.align import _other_frame, _unmapped
from psp_core.preprocessing.align_images import AlignedImages
from psp_core.preprocessing.brain.extraction import BrainMask
from psp_core.preprocessing.notes import AlignmentNotes
from psp_core.preprocessing.transform import Rigid

GRID = Grid((2, 2, 2), np.eye(4))


def aligned() -> AlignedImages:
    ct = Volume(np.zeros(GRID.shape), GRID, "1.2.3")
    brain = BrainMask(np.ones(GRID.shape, bool), "given", 1.0, 0.0)
    return AlignedImages({"ct": ct}, brain, None, AlignmentNotes())


@pytest.mark.parametrize(
    ("dose", "drawn", "reason"),
    [
        ("1.2.3", "1.2.3", ""),
        (None, None, ""),
        ("9.9", "1.2.3", "the dose: another frame of reference"),
        ("1.2.3", "9.9", "the contours of the lesion: another frame"),
    ],
)
def test_dose_and_contours_must_share_the_frame_of_the_ct(
    dose: str | None, drawn: str | None, reason: str
) -> None:
    record: dict[str, Any] = {
        "dose": {"frame_uid": dose},
        "contours": {"event": {"core": {"frame_uid": drawn}}},
    }
    found = _other_frame(aligned(), record)
    assert found.startswith(reason)
    assert bool(found) == bool(reason)


def test_a_dose_that_nothing_maps_to_the_scan_is_not_used() -> None:
    notes = AlignmentNotes()
    assert "there is no planning CT" in _unmapped(notes)
    notes.maps.append(Rigid.identity("t1ce", "ct"))
    assert _unmapped(notes) == ""
    notes.faults["t1ce-ct"] = "half of the starts end farther apart than 3 mm"
    assert "does not fit the planning CT: half of" in _unmapped(notes)
