"""Whether a linear map of a representation tells where a scan comes from, beside the label.

A ridge is fitted to one indicator per group in stratified folds, over the group's share of the
training part, and calls the group of the largest value: a rare group as readily as a frequent one.
Groups are permuted within the folds, through the whole cross-validation; to ask whether the site is
told beyond what the label explains, within the folds and the labels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import StratifiedKFold

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.bootstrap import SMALLEST_WIDTH
from psp_core.explain.probes import BOOTSTRAP_SAMPLES, STRENGTHS

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
TIE_DIGITS = 9  # of a value; what differs less is a tie, and the first group is called


@dataclass(frozen=True)
class GroupProbe:
    """How well groups are told apart on patients that a probe has not seen.

    Attributes
    ----------
    value, lower, upper : float
        Balanced accuracy, the mean over groups of the share that is called rightly, with the
        bounds of a bootstrap of patients within their group, given the fitted probes; NaN where
        all resamples agree.
    chance : float
        One over the number of groups.
    p_value : float
        Share of permutations, the true order counted among them, that do as well.
    n : int
    groups : tuple of str
    """

    value: float
    lower: float
    upper: float
    chance: float
    p_value: float
    n: int
    groups: tuple[str, ...]


def group_probe(
    features: npt.NDArray[np.floating],
    groups: npt.ArrayLike,
    *,
    seed: int,
    within: npt.ArrayLike | None = None,
    folds: int = 5,
    repeats: int = 3,
    permutations: int = 999,
    confidence_level: float = 0.95,
) -> GroupProbe:
    """Tell groups of patients (sites, or labels) apart from their features.

    Parameters
    ----------
    features : float array, shape (n, d)
        One row per patient; finite.
    groups : array-like of str, shape (n,)
    seed : int
        Of the folds, the bootstrap and the permutations.
    within : array-like of str, shape (n,), optional
        Permute among patients that are equal in this alone.
    folds, repeats : int
        Of the cross-validation.
    permutations : int
    confidence_level : float, default 0.95

    Returns
    -------
    GroupProbe

    Raises
    ------
    UndefinedMetricError
        If there are fewer than two groups, or one has fewer patients than folds.
    """
    rows = np.asarray(features, dtype=np.float64)
    names, group, sizes = np.unique(
        np.asarray(groups, dtype=str), return_inverse=True, return_counts=True
    )
    if len(names) < 2 or sizes.min() < folds:
        told = ", ".join(f"{name} {size}" for name, size in zip(names, sizes, strict=True))
        raise UndefinedMetricError(
            f"patients by group: {told}; a probe in {folds} folds needs at least two groups of "
            f"{folds}: take fewer folds or more scans"
        )
    rng = np.random.default_rng([seed, 2])
    block = np.zeros(len(rows), dtype=np.int64)
    if within is not None:
        block = np.unique(np.asarray(within, dtype=str), return_inverse=True)[1].astype(np.int64)
    right = np.zeros(len(rows))
    by_order = np.zeros(1 + permutations)
    for repeat in range(repeats):
        split = StratifiedKFold(folds, shuffle=True, random_state=seed + repeat)
        parts = [test for _, test in split.split(rows, group)]
        orders = np.vstack([group, _permuted(group, block, parts, permutations, rng)])
        hits = _hits(rows, orders, parts, len(names))
        right += hits[0] / repeats
        for number in range(len(names)):
            inside = orders == number
            by_order += (hits * inside).sum(axis=1) / inside.sum(axis=1) / len(names) / repeats
    resampled = np.random.default_rng([seed, 3])  # the same, whatever is permuted within
    drawn = [
        right[group == number]
        @ resampled.multinomial(n, np.full(n, 1 / n), BOOTSTRAP_SAMPLES).T
        / n
        for number, n in enumerate(sizes)
    ]
    tail = (1 - confidence_level) / 2
    lower, upper = np.quantile(np.mean(drawn, axis=0), [tail, 1 - tail])
    if not upper - lower > SMALLEST_WIDTH:
        lower = upper = math.nan
    as_good = int((by_order[1:] >= by_order[0] - 1e-12).sum())
    return GroupProbe(
        value=float(by_order[0]),
        lower=float(lower),
        upper=float(upper),
        chance=1 / len(names),
        p_value=(as_good + 1) / (permutations + 1),
        n=len(rows),
        groups=tuple(str(name) for name in names),
    )


def balanced_rows(sites: npt.ArrayLike, labels: npt.ArrayLike, *, seed: int) -> Whole:
    """Draw patients so that every site has the same number of each label.

    Parameters
    ----------
    sites, labels : array-like of str, shape (n,)
    seed : int

    Returns
    -------
    int array
        Places of the drawn patients, rising. Of each label as many per site as the site with
        the fewest has; none of a label that a site lacks.
    """
    site, label = np.asarray(sites, dtype=str), np.asarray(labels, dtype=str)
    rng, drawn = np.random.default_rng(seed), []
    for one in np.unique(label):
        cells = [np.flatnonzero((site == place) & (label == one)) for place in np.unique(site)]
        fewest = min(len(cell) for cell in cells)
        drawn += [rng.choice(cell, size=fewest, replace=False) for cell in cells]
    return np.sort(np.concatenate(drawn)).astype(np.int64)


def _permuted(
    group: Whole, block: Whole, parts: list[Whole], permutations: int, rng: np.random.Generator
) -> Whole:
    """Groups in other orders, (permutations, n); each fold and block keeps its counts."""
    found = np.tile(group, (permutations, 1))
    for part in parts:
        for one in np.unique(block[part]):
            inside = part[block[part] == one]
            found[:, inside] = rng.permuted(found[:, inside], axis=1)
    return found


def _hits(rows: Floats, orders: Whole, parts: list[Whole], n_groups: int) -> Floats:
    """Whether each patient is called rightly by the probe that did not see it, (orders, n)."""
    aims = (orders[:, :, None] == np.arange(n_groups)).astype(np.float64)  # (orders, n, groups)
    hits = np.empty(orders.shape)
    for test in parts:
        train = np.setdiff1d(np.arange(len(rows)), test)
        centre, spread = rows[train].mean(axis=0), rows[train].std(axis=0)
        spread[spread == 0] = 1.0  # a column that says nothing stays one
        taught = aims[:, train] / aims[:, train].mean(axis=1, keepdims=True)
        aim = taught.transpose(1, 0, 2).reshape(len(train), -1)
        ridge = RidgeCV(STRENGTHS, alpha_per_target=True).fit((rows[train] - centre) / spread, aim)
        told = ridge.predict((rows[test] - centre) / spread).reshape(len(test), -1, n_groups)
        called = told.round(TIE_DIGITS).argmax(axis=2)
        hits[:, test] = (called == orders[:, test].T).T
    return hits
