"""Means and SDs over folds, by hand and by counting everything out."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from psp_core.audit.fold_figures import Folds, check_sd, nearest_means, possible_means, sd_may_be
from psp_core.audit.printed import Printed
from psp_core.errors import AuditError

SHARED = Folds((11,) * 5, (9,) * 5, same_patients=True)


def test_counts_behind_each_figure_of_a_fold() -> None:
    folds = Folds((7, 6), (5, 5))
    assert folds.denominators("sensitivity") == (7, 6)
    assert folds.denominators("specificity") == (5, 5)
    assert folds.denominators("accuracy") == (12, 11)
    assert folds.denominators("auc") == (35, 30)


def test_a_mean_is_a_sum_over_the_patients_of_all_folds() -> None:
    assert possible_means(Printed("0.618"), SHARED.denominators("sensitivity")) == [
        Fraction(34, 55)
    ]
    assert possible_means(Printed("0.733"), SHARED.denominators("specificity")) == [
        Fraction(33, 45)
    ]


def test_a_mean_between_two_sums_is_none_of_counts() -> None:
    sizes = SHARED.denominators("sensitivity")
    assert possible_means(Printed("0.488"), sizes) == []
    assert nearest_means(Printed("0.488"), sizes) == [Fraction(26, 55), Fraction(27, 55)]


def test_a_mean_may_be_cut_off_instead_of_rounded() -> None:
    sizes = SHARED.denominators("sensitivity")
    assert possible_means(Printed("0.454"), sizes) == []
    assert possible_means(Printed("0.454"), sizes, way="truncated") == [Fraction(25, 55)]


@pytest.mark.parametrize("sizes", [(3, 3, 3), (4, 3, 2)])
@pytest.mark.parametrize("ddof", [0, 1])
def test_sds_agree_with_counting_everything_out(sizes: tuple[int, ...], ddof: int) -> None:
    spread = "sample" if ddof else "population"
    every = [np.divide(counts, sizes) for counts in product(*(range(n + 1) for n in sizes))]
    exact = {
        tuple(counts): sum(map(Fraction, counts, sizes), Fraction(0)) / len(sizes)
        for counts in product(*(range(n + 1) for n in sizes))
    }
    for mean in sorted(set(exact.values()))[2:-2:3]:
        own = [
            rates.std(ddof=ddof)
            for rates, one in zip(every, exact.values(), strict=True)
            if one == mean
        ]
        for text in ("0.10", "0.24", "0.33", "0.40"):
            found = (spread, "rounded") in check_sd(Printed(text), [mean], sizes).examples
            assert found == any(abs(one - float(text)) <= 0.005 + 1e-12 for one in own)


def test_the_example_has_the_mean_and_the_sd() -> None:
    check = check_sd(Printed("0.121"), [Fraction(34, 55)], (11,) * 5)
    counts = np.array(check.examples["population", "rounded"])
    assert counts.sum() == 34
    assert round((counts / 11).std(), 3) == 0.121


def test_five_patients_per_fold_leave_no_sd_below_a_tenth_but_none() -> None:
    check = check_sd(Printed("0.078"), [Fraction(18, 25)], (5,) * 5)
    assert check.examples == {}
    assert check.nearest == pytest.approx((0.09798,), abs=1e-5)


def test_equal_folds_have_an_sd_of_zero() -> None:
    check = check_sd(Printed("0.000"), [Fraction(1, 9)], (9,) * 5)
    assert check.examples["sample", "rounded"] == (1,) * 5


def test_the_sample_sd_divides_by_one_fold_less() -> None:
    squares = Fraction(2)
    assert sd_may_be(Printed("1.00"), squares, 3, "sample")
    assert sd_may_be(Printed("0.82"), squares, 3, "population")
    assert not sd_may_be(Printed("0.82"), squares, 3, "population", way="truncated")


@pytest.mark.parametrize(("positive", "negative"), [((7,), (5,)), ((7, 7), (5,)), ((7, 0), (5, 5))])
def test_folds_without_patients_or_pairs_raise(
    positive: tuple[int, ...], negative: tuple[int, ...]
) -> None:
    with pytest.raises(AuditError, match="two or more folds"):
        Folds(positive, negative)


def test_other_figures_have_no_counts_here() -> None:
    with pytest.raises(AuditError, match="'f1' over folds"):
        SHARED.denominators("f1")
