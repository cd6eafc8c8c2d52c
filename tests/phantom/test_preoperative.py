"""A pre-operative case in memory."""

from psp_core.phantom.preoperative import SEGMENTATION_LABELS, PreoperativeCase


def test_only_the_scan_before_a_second_surgery_is_a_follow_up() -> None:
    def case(days: int) -> PreoperativeCase:
        return PreoperativeCase(
            number=1,
            images={},
            segmentation=None,
            sex=None,
            age_years=50.0,
            idh_status="unknown",
            mgmt_status="unknown",
            survival_days=None,
            survival_event=None,
            extent_of_resection="unknown",
            days_since_baseline=days,
        )

    assert not case(0).is_follow_up
    assert case(31).is_follow_up


def test_there_is_no_label_three() -> None:
    assert SEGMENTATION_LABELS == (0, 1, 2, 4)
