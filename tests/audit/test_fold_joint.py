"""All means and SDs of a row at once."""

from fractions import Fraction

import numpy as np
import pytest

from psp_core.audit.fold_figures import Folds
from psp_core.audit.fold_joint import joint_counts
from psp_core.audit.printed import Printed

FOLDS = Folds((3, 3, 2), (2, 2, 2))
TP, TN = np.array([3, 1, 1]), np.array([1, 2, 0])


def figures(tp: np.ndarray, tn: np.ndarray) -> tuple[dict[str, Fraction], dict[str, Printed]]:
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
    return means, {name: Printed(text) for name, text in sds.items()}


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
    assert joint_counts(FOLDS, {**means, "accuracy": Fraction(1, 7)}, sds) == {}
