"""A row of means and SDs, figure by figure."""

from fractions import Fraction

from psp_core.audit.fold_figures import Folds
from psp_core.audit.fold_rows import check_fold_row, joint_example
from psp_core.audit.printed import Printed

SHARED = Folds((11,) * 5, (9,) * 5, same_patients=True)


def row(**figures: str) -> dict[str, tuple[Printed, Printed]]:
    parts = {name: text.split(" ") for name, text in figures.items()}
    return {name: (Printed(mean), Printed(sd)) for name, (mean, sd) in parts.items()}


def test_the_other_two_rates_imply_a_missing_one() -> None:
    checked = check_fold_row(
        row(sensitivity="0.488 0.093", specificity="0.644 0.113", accuracy="0.570 0.020"), SHARED
    )
    sensitivity = checked["sensitivity"]
    assert sensitivity.rounded == ()
    assert sensitivity.implied == Fraction(28, 55)
    assert sensitivity.used == (Fraction(28, 55),)
    assert checked["accuracy"].implied is None


def test_nothing_is_implied_where_folds_have_their_own_patients() -> None:
    own = Folds((7, 7), (5, 5))
    checked = check_fold_row(
        row(sensitivity="0.500 0.071", specificity="0.500 0.100", accuracy="0.500 0.000"), own
    )
    assert all(one.implied is None for one in checked.values())


def test_an_auc_between_whole_pairs_needs_ties() -> None:
    tied = check_fold_row(row(auc="0.748 0.038"), SHARED)["auc"]
    assert tied.needs_ties
    assert tied.rounded == (Fraction(741, 990),)
    assert not check_fold_row(row(auc="0.606 0.092"), SHARED)["auc"].needs_ties


def test_one_set_of_counts_gives_a_whole_row() -> None:
    checked = check_fold_row(
        row(accuracy="0.600 0.045", sensitivity="0.655 0.134", specificity="0.533 0.130"), SHARED
    )
    joint = joint_example(checked, SHARED)
    assert joint is not None
    assert sum(one for one, _ in joint["population", "rounded"]) == 36
    assert sum(other for _, other in joint["population", "rounded"]) == 24


def test_a_row_with_an_impossible_sd_is_not_searched() -> None:
    checked = check_fold_row(
        row(accuracy="0.600 0.045", sensitivity="0.655 0.134", specificity="0.533 0.001"), SHARED
    )
    assert joint_example(checked, SHARED) is None
