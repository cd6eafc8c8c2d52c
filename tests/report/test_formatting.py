"""How numbers become text."""

import math

import pytest

from psp_core.report.formatting import (
    count,
    count_percent,
    decimal,
    described,
    p_value,
    plain_number,
    spread,
    with_interval,
    words,
)

NAN = math.nan


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (count(34.0), "34"),
        (count(NAN), "–"),
        (count_percent(28, 59), "28 (47.5)"),
        (count_percent(0, 0), "0"),
        (count_percent(NAN, 59), "–"),
        (decimal(0.89172), "0.892"),
        (decimal(NAN), "not estimable"),
        (p_value(0.0123), "0.012"),
        (p_value(0.0001), "< 0.001"),
        (p_value(NAN), "–"),
        (with_interval(0.892, 0.834, 0.949), "0.892 (0.834 to 0.949)"),
        (with_interval(1.0, NAN, NAN), "1.000 (interval not estimable)"),
        (with_interval(NAN, NAN, NAN), "not estimable"),
        (plain_number(58.5), "58.5"),
        (plain_number(57.0), "57"),
        (plain_number(-0.03), "0"),
        (plain_number(NAN), "–"),
        (spread(20, -11, 80), "20 (-11 to 80)"),
        (spread(NAN, NAN, NAN), "–"),
        (words("days_since_rt"), "days since radiotherapy"),
        (words("number_and_date"), "number and date"),
        (words("upenn_gbm, score 1 to 2 against 5 to 6"), "UPENN-GBM, score 1 to 2 against 5 to 6"),
        (words("a_b, c_d"), "a b, c d"),
    ],
)
def test_numbers_as_text(text: str, expected: str) -> None:
    assert text == expected


def test_data_are_described_by_where_they_come_from() -> None:
    assert described(None) == "phantoms"
    assert described("somewhere") == "real patients"
