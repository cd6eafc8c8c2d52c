"""Abstaining by cross-conformal prediction, class by class, for the models of the folds.

How strange a patient would be as true progression is 1 minus the score, as pseudoprogression the
score. Each patient of the training cohort is judged by the fold model that held it out; a new
patient is compared with those of each fold through that fold's own model. A class enters the set
of a new patient if its p value is above alpha; a set of one class is a decision, "both" and
"none" abstain.

The promise is on average over training cohorts, for patients drawn as those were: per class at
best 1 - 2 alpha, not 1 - alpha, for the models of the folds share their training. It is void for
patients of another kind.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from crepes import ConformalClassifier

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.classes import CLASSES, NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.evaluation.metrics import check_scores
from psp_core.evaluation.rates import Rate, proportion

Floats = npt.NDArray[np.float64]
BOTH, NONE = "both", "none"
SETS = (*CLASSES, BOTH, NONE)
COVERED = tuple(f"covered_{name}" for name in CLASSES)
FIGURES = (*COVERED, "decided", "wrong", BOTH, NONE)
ROUNDING = 1e-9  # of a p value, a ratio of whole numbers, beside alpha


def cross_conformal(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    fold: npt.ArrayLike,
    members: Mapping[int, npt.ArrayLike],
) -> pd.DataFrame:
    """P values of both classes for new patients, whose truth plays no part.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        Of the training cohort, true for true progression.
    y_score : array-like of float, shape (n,)
        Its held-out probabilities.
    fold : array-like of int, shape (n,)
        The fold that held each patient out.
    members : mapping of int to array-like of float, shape (m,)
        Probabilities of the new patients by the model of each fold.

    Returns
    -------
    DataFrame
        Columns `CLASSES`, m rows: one plus the calibration patients of the class who are at
        least as strange, over one plus all of them.

    Raises
    ------
    UndefinedMetricError
        If a class has no calibration patient, or a fold has no model.

    References
    ----------
    Vovk, Annals of Mathematics and Artificial Intelligence 2015;74:9-28. Barber, Candes, Ramdas
    and Tibshirani, Annals of Statistics 2021;49:486-507.
    """
    truth, score = check_scores(y_true, y_score)
    folds = np.asarray(fold)
    if folds.shape != truth.shape or (absent := sorted(set(folds.tolist()) - set(members))):
        told = f"folds {absent} have no model" if folds.shape == truth.shape else "lengths differ"
        raise UndefinedMetricError(
            f"{told}; expected one fold for each of {len(truth)} calibration patients, and the "
            "scores of the new patients by the model of every fold"
        )
    found = {}
    for name, sign, of_class in ((POSITIVE_CLASS, -1.0, truth), (NEGATIVE_CLASS, 1.0, ~truth)):
        n = int(of_class.sum())
        if n == 0:
            raise UndefinedMetricError(
                f"no calibration patient with {name.replace('_', ' ')}: no new patient can be "
                "called strange among them; take a cohort with both classes"
            )
        at_least_as_strange: Floats = np.zeros(())
        for number in np.unique(folds[of_class]):
            inside = of_class & (folds == number)
            split = ConformalClassifier().fit(sign * score[inside])
            new = sign * np.asarray(members[int(number)], dtype=np.float64)
            p_value = split.predict_p(new, smoothing=False)
            at_least_as_strange = at_least_as_strange + p_value * (inside.sum() + 1) - 1
        found[name] = (np.rint(at_least_as_strange) + 1) / (n + 1)
    return pd.DataFrame(found, columns=list(CLASSES))


def prediction_sets(p_values: pd.DataFrame, alpha: float) -> npt.NDArray[np.object_]:
    """The set of each patient, one of `SETS`.

    Parameters
    ----------
    p_values : DataFrame
        See `cross_conformal`.
    alpha : float

    Raises
    ------
    UndefinedMetricError
        If alpha is not in (0, 1).
    """
    if not 0 < alpha < 1:
        raise UndefinedMetricError(f"alpha is {alpha}; expected a value between 0 and 1, like 0.2")
    positive, negative = (p_values[name].to_numpy() > alpha + ROUNDING for name in CLASSES)
    return np.select(
        [positive & negative, positive, negative],
        np.array([BOTH, POSITIVE_CLASS, NEGATIVE_CLASS], dtype=object).tolist(),
        NONE,
    ).astype(object)


def smallest_alpha(y_true: npt.ArrayLike) -> dict[str, float]:
    """Alpha at and above which each class can leave a set at all, by class.

    The least p value of a class with n calibration patients is 1 / (n + 1).
    """
    truth, _ = check_scores(y_true, np.zeros(np.shape(y_true)))
    counts = (int(truth.sum()), int((~truth).sum()))
    return {name: 1 / (n + 1) for name, n in zip(CLASSES, counts, strict=True)}


def judge_sets(
    y_true: npt.ArrayLike, sets: npt.ArrayLike, *, confidence_level: float = 0.95
) -> dict[str, Rate]:
    """What became of patients whose truth is known, with counts.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (m,)
    sets : array-like of str, shape (m,)
        See `prediction_sets`.
    confidence_level : float, default 0.95

    Returns
    -------
    dict of str to Rate
        By the names of `FIGURES`: share of each class whose set holds the truth; of all who
        are decided; of the decided who are wrong; of all with both, and with none.

    Raises
    ------
    UndefinedMetricError
        If the lengths differ or a set is unknown.
    """
    given = np.asarray(sets, dtype=object)
    truth, _ = check_scores(y_true, np.zeros(given.shape))
    if unknown := sorted({str(one) for one in given} - set(SETS)):
        raise UndefinedMetricError(f"sets {unknown} are unknown; expected {', '.join(SETS)}")
    is_decided = np.isin(given, CLASSES)
    is_wrong = is_decided & ((given == POSITIVE_CLASS) != truth)
    counts = {}
    for name, covered, of_class in zip(CLASSES, COVERED, (truth, ~truth), strict=True):
        inside = of_class & np.isin(given, (name, BOTH))
        counts[covered] = (int(inside.sum()), int(of_class.sum()))
    counts["decided"] = (int(is_decided.sum()), len(given))
    counts["wrong"] = (int(is_wrong.sum()), int(is_decided.sum()))
    for name in (BOTH, NONE):
        counts[name] = (int((given == name).sum()), len(given))
    return {
        name: proportion(
            k,
            n,
            confidence_level=confidence_level,
            note="nobody is decided" if name == "wrong" else "no patient of this class",
        )
        for name, (k, n) in counts.items()
    }
