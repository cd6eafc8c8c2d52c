"""What the next rating says of an early progression, and when it says nothing."""

import pytest

from psp_core.cohorts.plugins.lumiere_labels import weak_label
from psp_core.cohorts.plugins.lumiere_tables import Rating


def ratings(*weeks: tuple[int, str]) -> list[Rating]:
    """Ratings by week; ``!`` marks one as less than three months after radiotherapy."""
    return [
        Rating((week, 0), frozenset(text.strip("!").split("/")) - {""}, text.endswith("!"))
        for week, text in weeks
    ]


@pytest.mark.parametrize(
    ("weeks", "label", "reason"),
    [
        ([(0, "Pre-Op"), (14, "PD"), (20, "PD")], "true_progression", ""),
        ([(14, "PD"), (20, "SD"), (30, "PD")], "pseudoprogression", ""),
        ([(14, "PD"), (20, ""), (30, "CR")], "pseudoprogression", ""),
        ([(14, "PD"), (20, "SD/PD"), (30, "PR")], "pseudoprogression", ""),
        ([(10, "PD"), (20, "SD")], "pseudoprogression", ""),
        ([(22, "PD"), (30, "PD")], "true_progression", ""),
        ([(14, "PD"), (20, "Post-Op"), (30, "SD")], "unlabelled", "operated before"),
        ([(14, "PD"), (20, "Post-Op/PD")], "unlabelled", "operated before"),
        ([(14, "PD")], "unlabelled", "no rating after"),
        ([(9, "PD"), (23, "PD"), (30, "PD")], "unlabelled", "no early progression"),
        ([(14, "Post-Op/PD"), (30, "PD")], "unlabelled", "no early progression"),
        ([(14, "SD"), (30, "PD")], "unlabelled", "no early progression"),
        ([], "unlabelled", "no early progression"),
    ],
)
def test_the_next_rating_decides(weeks: list[tuple[int, str]], label: str, reason: str) -> None:
    found = weak_label(ratings(*weeks), rt_end_week=10, window_weeks=12)
    assert found[0] == label
    assert found[2].startswith(reason)
    assert (found[2] == "") == (reason == "")


def test_without_a_week_only_the_mark_says_early() -> None:
    weeks = ratings((14, "PD"), (40, "PD!"), (50, "SD"))
    found = weak_label(weeks, rt_end_week=None, window_weeks=12)
    assert found == ("pseudoprogression", (40, 0), "")
