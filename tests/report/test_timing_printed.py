"""The printed rows as counts, by hand."""

import math

import pytest

from psp_core.report.timing_printed import format_printed_rows, printed_aucs, printed_rows


def test_both_rows_are_counts_of_twenty_patients() -> None:
    table = printed_rows()
    assert printed_aucs() == {"clinical": 0.727, "multimodal": 0.753}
    assert table["right"].tolist() == [14, 15]
    assert table["found"].tolist() == [7, 8]
    assert table["pairs"].tolist() == [pytest.approx(71.973), pytest.approx(74.547)]


def test_the_interval_is_hanley_and_mcneil_s_on_the_logit_scale() -> None:
    table = printed_rows()
    for row, error in zip(table.to_dict("records"), (0.1145, 0.1098), strict=True):
        area = row["auc"]
        half = 1.959964 * error / (area * (1 - area))
        for name, side in (("lower", -1), ("upper", 1)):
            odds = area / (1 - area) * math.exp(side * half)
            assert row[name] == pytest.approx(odds / (1 + odds), abs=1e-3)


def test_the_sentence_says_one_patient_of_twenty() -> None:
    text, sentence = format_printed_rows(printed_rows())
    assert text["called rightly"].tolist() == ["14/20", "15/20"]
    assert "calls 1 patient of 20 more rightly" in sentence
    assert "2.6 of 99 pairs more rightly" in sentence
