"""How often the patient of higher risk dies first: Harrell's concordance, with its pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psp_core.errors import UndefinedMetricError


@dataclass(frozen=True)
class Concordance:
    """Concordance of risks with survival.

    Attributes
    ----------
    value : float
        Share of comparable pairs in the right order; equal risks count half.
    pairs : int
        Comparable pairs: the one who lives shorter is known to have died.
    lower, upper : float
        Percentile interval over resampled patients; NaN if none was asked for.
    """

    value: float
    pairs: int
    lower: float
    upper: float


def concordance(
    risk: npt.ArrayLike,
    days: npt.ArrayLike,
    died: npt.ArrayLike,
    *,
    resamples: int = 0,
    level: float = 0.95,
    seed: int = 0,
) -> Concordance:
    """Harrell's concordance index of risks.

    Parameters
    ----------
    risk : array, shape (n,)
        Higher: is expected to die earlier.
    days : array, shape (n,)
        To death or to the last day that the patient is known to live.
    died : bool array, shape (n,)
    resamples, level, seed
        Of the bootstrap over patients; resamples without a comparable pair count for nothing.

    Raises
    ------
    UndefinedMetricError
        If no pair can be compared.

    References
    ----------
    Harrell et al., Evaluating the yield of medical tests (JAMA 1982).
    """
    risks, times = np.asarray(risk, dtype=float), np.asarray(days, dtype=float)
    dead = np.asarray(died, dtype=bool)
    earlier = times[:, None] < times
    # who died on the day on which another was last seen alive died first
    earlier |= (times[:, None] == times) & ~dead
    comparable = dead[:, None] & earlier
    if not comparable.any():
        raise UndefinedMetricError(
            f"no two of {len(risks)} patients can be compared, so concordance is undefined; "
            "expected a death before the last day of somebody else"
        )
    right = (risks[:, None] > risks) + 0.5 * (risks[:, None] == risks)
    scores = np.where(comparable, right, 0.0)
    rng, found = np.random.default_rng(seed), []
    for _ in range(resamples):
        weights = np.bincount(rng.integers(len(risks), size=len(risks)), minlength=len(risks))
        pairs = weights @ comparable @ weights
        if pairs:
            found.append(weights @ scores @ weights / pairs)
    half = (1 - level) / 2
    lower, upper = np.quantile(found, [half, 1 - half]) if found else (np.nan, np.nan)
    value = float(scores.sum() / comparable.sum())
    return Concordance(value, int(comparable.sum()), float(lower), float(upper))
