"""UIDs and shifted dates carry no label."""

import datetime as dt

from psp_core.phantom.identity import (
    UID_LENGTH,
    anchor_date,
    patient_id,
    share,
    shifted_date,
    unique_identifier,
)


def test_uids_are_valid_of_one_length_and_different_for_different_keys() -> None:
    uids = [unique_identifier(seed, "x", n) for seed in (0, 1) for n in range(500)]
    assert len(set(uids)) == len(uids)
    assert {len(uid) for uid in uids} == {UID_LENGTH}
    assert all(uid.startswith("2.25.") and 0 < int(uid[5:]) < 2**128 for uid in uids)
    assert uids[0] == unique_identifier(0, "x", 0)


def test_keys_are_kept_apart() -> None:
    assert unique_identifier(1, 23) != unique_identifier(12, 3)


def test_shares_are_uniform() -> None:
    drawn = [share("a", n) for n in range(2000)]
    assert 0 <= min(drawn) < 0.01
    assert 0.99 < max(drawn) < 1
    assert abs(sum(drawn) / 2000 - 0.5) < 0.03


def test_anchors_lie_between_2000_and_2008_and_days_are_counted_from_them() -> None:
    anchors = {anchor_date(3, number) for number in range(1, 181)}
    assert len(anchors) > 150
    assert dt.date(2000, 1, 1) < min(anchors) < max(anchors) < dt.date(2008, 1, 1)
    assert shifted_date(3, 5, -40) + dt.timedelta(days=61) == shifted_date(3, 5, 21)


def test_patient_number_has_three_digits() -> None:
    assert patient_id(7) == "Burdenko-GBM-007"
