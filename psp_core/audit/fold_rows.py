"""A printed row of means and SDs over folds, figure by figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from psp_core.audit.fold_figures import (
    WAYS,
    Folds,
    SdCheck,
    Spread,
    check_sd,
    nearest_means,
    possible_means,
)
from psp_core.audit.fold_joint import joint_counts
from psp_core.audit.printed import ROUNDED, Printed, Way

RATES = ("sensitivity", "specificity", "accuracy")


@dataclass(frozen=True, kw_only=True)
class FoldFigure:
    """One mean with its SD, and what can lie behind.

    Attributes
    ----------
    mean, sd : Printed
    denominators : tuple of int
        Of each fold; doubled for an AUC that needs ties.
    rounded, truncated : tuple of Fraction
        Exact means that are printed so by rounding, and by cutting digits off.
    nearest : tuple of Fraction
        The possible means next to the printed one.
    implied : Fraction or None
        The mean that follows from the other two rates, where all folds share their patients.
    needs_ties : bool
        True for an AUC that no tie-free scores give, neither rounded nor truncated.
    spread : SdCheck
        Of the mean that `used` gives.
    tied_spread : SdCheck or None
        The same with ties, of an AUC whose SD tie-free scores cannot have.
    """

    mean: Printed
    sd: Printed
    denominators: tuple[int, ...]
    rounded: tuple[Fraction, ...]
    truncated: tuple[Fraction, ...]
    nearest: tuple[Fraction, ...]
    implied: Fraction | None
    needs_ties: bool
    spread: SdCheck
    tied_spread: SdCheck | None = None

    @property
    def used(self) -> tuple[Fraction, ...]:
        """Means that the SD was held against: rounded, else truncated, implied, or the nearest."""
        return _used(self.rounded, self.truncated, self.implied, self.nearest)


def check_fold_row(
    figures: Mapping[str, tuple[Printed, Printed]], folds: Folds
) -> dict[str, FoldFigure]:
    """Hold every mean and SD of a row against the counts that the folds allow.

    Parameters
    ----------
    figures : mapping of str to (Printed, Printed)
        Mean and SD by name: auc, accuracy, sensitivity, specificity.
    folds : Folds

    Returns
    -------
    dict of str to FoldFigure
        In the order of `figures`.

    Raises
    ------
    AuditError
        If a figure is none of those that counts lie behind.
    """
    means = {name: mean for name, (mean, _) in figures.items()}
    checked = {}
    for name, (mean, sd) in figures.items():
        denominators = folds.denominators(name)
        rounded = possible_means(mean, denominators)
        truncated = possible_means(mean, denominators, way="truncated")
        needs_ties = name == "auc" and not rounded and not truncated
        if needs_ties:
            denominators = tuple(2 * one for one in denominators)
            rounded = possible_means(mean, denominators)
            truncated = possible_means(mean, denominators, way="truncated")
        implied = _implied(name, means, folds)
        nearest = tuple(nearest_means(mean, denominators))
        used = _used(rounded, truncated, implied, nearest)
        spread = check_sd(sd, used, denominators)
        tied_spread = None
        if name == "auc" and not needs_ties and not spread.examples:
            halves = tuple(2 * one for one in denominators)
            tied_means = possible_means(mean, halves) or used
            tied_spread = check_sd(sd, tied_means, halves)
        checked[name] = FoldFigure(
            mean=mean,
            sd=sd,
            denominators=denominators,
            rounded=tuple(rounded),
            truncated=tuple(truncated),
            nearest=nearest,
            implied=implied,
            needs_ties=needs_ties,
            spread=spread,
            tied_spread=tied_spread,
        )
    return checked


def joint_example(
    checked: Mapping[str, FoldFigure], folds: Folds
) -> dict[tuple[Spread, Way], list[tuple[int, int]]] | None:
    """Counts of all folds that give the three rates of a row together, by rule of the SD.

    All exact means that print so are tried, first with every figure rounded, then with every
    figure cut off.

    Returns
    -------
    dict of (str, str) to list of (int, int), or None
        Those of the first way that has any. None where a rate is missing, or one alone is not
        possible rounded and nothing cut off fits; empty where each is possible by itself and all
        together are not.

    Raises
    ------
    AuditError
        See `fold_joint.joint_counts`.
    """
    if not set(RATES) <= set(checked):
        return None
    sds = {name: checked[name].sd for name in RATES}
    for way in WAYS:
        means = {name: getattr(checked[name], way) for name in RATES}
        if all(means.values()):
            found = joint_counts(folds, means, sds, way=way)
            if found:
                return {(spread, way): counts for spread, counts in found.items()}
    is_each_possible = all(
        checked[name].rounded and any(way == ROUNDED for _, way in checked[name].spread.examples)
        for name in RATES
    )
    return {} if is_each_possible else None


def means_conflict(checked: Mapping[str, FoldFigure], folds: Folds) -> bool:
    """Whether three means, each possible by itself, cannot stand together on shared patients.

    There the right answers of both classes make up those of all.
    """
    if not folds.same_patients or not all(
        name in checked and checked[name].rounded for name in RATES
    ):
        return False
    n_positive, n_negative = folds.positive[0], folds.negative[0]
    return not any(
        first * n_positive + second * n_negative == both * (n_positive + n_negative)
        for way in WAYS
        for first, second, both in product(*(getattr(checked[name], way) for name in RATES))
    )


def _used(
    rounded: Sequence[Fraction],
    truncated: Sequence[Fraction],
    implied: Fraction | None,
    nearest: Sequence[Fraction],
) -> tuple[Fraction, ...]:
    follows = () if implied is None else (implied,)
    return tuple(rounded) or tuple(truncated) or follows or tuple(nearest)


def _implied(name: str, means: Mapping[str, Printed], folds: Folds) -> Fraction | None:
    """The mean that the other two rates leave, where both have exactly one.

    On shared patients the sum of right answers is that of both classes together.
    """
    others = [one for one in RATES if one != name]
    if not folds.same_patients or name not in RATES or not set(others) <= set(means):
        return None
    sums = {}
    for one in others:
        found = possible_means(means[one], folds.denominators(one))
        if len(found) != 1:
            return None
        sums[one] = found[0] * folds.denominators(one)[0]
    if name == "accuracy":
        right = sums["sensitivity"] + sums["specificity"]
    else:
        right = sums["accuracy"] - sums[others[0]]
    implied = right / folds.denominators(name)[0]
    return implied if 0 <= implied <= 1 else None
