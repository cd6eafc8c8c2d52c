"""All means and SDs of a row at once."""

from fractions import Fraction

import numpy as np
import pytest

from psp_core.audit.fold_figures import Folds
from psp_core.audit.fold_joint import joint_counts
from psp_core.audit.printed import Printed
from psp_core.errors import AuditError

FOLDS = Folds((3, 3, 2), (2, 2, 2))
TP, TN = np.array([3, 1, 1]), np.array([1, 2, 0])


def figures(tp: np.ndarray, tn: np.ndarray) -> tuple[dict[str, list[Fraction]], dict[str, Printed]]:
    parts = {
        "sensitivity": [Fraction(int(k), n) for k, n in zip(tp, FOLDS.positive, strict=True)],
        "specificity": [Fraction(int(k), n) for k, n in zip(tn, FOLDS.negative, strict=True)],
        "accuracy": [
            Fraction(int(k), n)
            for k, n in zip(tp + tn, FOLDS.denominators("accuracy"), strict=True)
        ],
    }
    means = {name: sum(rates, Fraction(0)) / 3 for name, rates in parts.items()}
    sds = {name: f"{np.std([float(one) for one in rates]):.3f}" for name, rates in parts.items()}
    given = {name: Printed(text) for name, text in sds.items()}
    return {name: [Fraction(1, 7), mean] for name, mean in means.items()}, given


def test_counts_that_were_printed_are_found_again() -> None:
    means, sds = figures(TP, TN)
    counts = joint_counts(FOLDS, means, sds)["population"]
    again_means, again_sds = figures(*np.array(counts).T)
    assert again_means == means
    assert again_sds == sds


@pytest.mark.parametrize("name", ["sensitivity", "specificity", "accuracy"])
def test_an_sd_that_none_has_leaves_no_solution(name: str) -> None:
    means, sds = figures(TP, TN)
    assert joint_counts(FOLDS, means, {**sds, name: Printed("0.010")}) == {}


def test_a_mean_that_none_has_leaves_no_solution() -> None:
    means, sds = figures(TP, TN)
    assert joint_counts(FOLDS, {**means, "accuracy": [Fraction(1, 7)]}, sds) == {}


def test_an_sd_that_is_cut_off_is_found_as_such() -> None:
    means, sds = figures(TP, TN)
    exact = np.std(np.divide(TP + TN, FOLDS.denominators("accuracy")))
    cut = Printed(f"{int(exact * 10000) / 10000:.4f}")
    spread = {**dict.fromkeys(sds, Printed("0.3")), "accuracy": cut}
    assert joint_counts(FOLDS, means, spread, way="truncated") == {}
    wide = {**spread, "sensitivity": Printed("0.2"), "specificity": Printed("0.4")}
    assert "population" in joint_counts(FOLDS, means, wide, way="truncated")


def test_too_many_ways_are_refused() -> None:
    folds = Folds((400, 399, 398), (400, 399, 398))
    means = {name: [Fraction(1, 2)] for name in sds_of_half()}
    with pytest.raises(AuditError, match="ways to share a sum"):
        joint_counts(folds, means, sds_of_half())


def sds_of_half() -> dict[str, Printed]:
    return dict.fromkeys(("sensitivity", "specificity", "accuracy"), Printed("0.5"))
