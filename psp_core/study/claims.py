"""What the claims of the papers are judged on, and how a verdict is reached."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t

from psp_core.errors import StageError
from psp_core.evaluation.predictions import SOFT_VOTE, TEST, first_repetition
from psp_core.phantom.latents import CausalModel
from psp_core.runs import Run
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.experiments import read_all_predictions, read_patients

HOLDS, FAILS = "holds", "fails"
UNDECIDED, NOT_TESTABLE = "not decided here", "not testable here"
PATIENT = ["dataset", "subject_id"]
TRUTH = ("phantom", "truth.json")


@dataclass(frozen=True)
class Verdict:
    """What one test found on one set of data.

    Attributes
    ----------
    verdict : str
        `HOLDS`, `FAILS`, `UNDECIDED` or `NOT_TESTABLE`.
    figures : str
        The numbers behind it with counts or interval; why, where there are none.
    data : str
        What it was judged on.
    built_in : str
        Of phantoms: what they were built with. A claim that they were built with says nothing
        about patients.
    """

    verdict: str
    figures: str
    data: str = ""
    built_in: str = ""


Test = Callable[["Evidence"], Iterable[Verdict]]


@dataclass(frozen=True)
class Effect:
    """An estimate that is positive where the claim is right, with its interval and its words."""

    lower: float
    upper: float
    text: str


def decide(effects: Iterable[Effect], data: str, *, built_in: str = "") -> Verdict:
    """Judge a claim by all the effects that it needs.

    It holds if every interval lies above 0, and fails if one lies below: the data exclude the
    claimed direction. An interval that holds 0, or none at all, decides nothing: a difference
    that was not found is no proof that there is none. Intervals are not corrected for the number
    of claims.
    """
    needed = list(effects)
    verdict = UNDECIDED
    if any(one.upper < 0 for one in needed):
        verdict = FAILS
    elif needed and all(one.lower > 0 for one in needed):
        verdict = HOLDS
    return Verdict(verdict, "; ".join(one.text for one in needed), data, built_in)


def decide_near(
    target: float,
    bounds: tuple[float, float],
    text: str,
    data: str,
    *,
    tolerance: float,
    built_in: str = "",
) -> Verdict:
    """Judge a claim that a figure is about `target`.

    It fails if the interval leaves the target out, and holds if the whole interval lies within
    `tolerance` of it; a wide interval around the target decides nothing.
    """
    lower, upper = bounds
    verdict = UNDECIDED
    if lower > target or upper < target:
        verdict = FAILS
    elif max(target - lower, upper - target) <= tolerance:
        verdict = HOLDS
    return Verdict(verdict, text, data, built_in)


def mean_interval(values: npt.ArrayLike, *, confidence_level: float) -> tuple[float, float, float]:
    """Mean with its interval by Student's t; no bounds for fewer than two values."""
    known = np.asarray(values, dtype=np.float64)
    mean = float(known.mean())
    if known.size < 2:
        return mean, math.nan, math.nan
    error = known.std(ddof=1) / math.sqrt(known.size)
    half = float(t.ppf(0.5 + confidence_level / 2, known.size - 1) * error)
    return mean, mean - half, mean + half


def not_testable(why: str, data: str = "") -> tuple[Verdict, ...]:
    """The one verdict of a test that lacks what it needs in this run."""
    return (Verdict(NOT_TESTABLE, why, data),)


@dataclass(frozen=True)
class Evidence:
    """Tables of a run, as far as they are there.

    Attributes
    ----------
    run : Run
    votes : DataFrame
        Soft votes of the first repetition: ``dataset, subject_id, y_true``, then one column per
        model, and ``<model>@`` with its frozen threshold; empty before any model was fitted.
    patients : DataFrame
        The patients table; empty before the classification.
    built : CausalModel or None
        What the phantoms of the run were drawn from; None without phantoms.
    """

    run: Run
    votes: pd.DataFrame
    patients: pd.DataFrame
    built: CausalModel | None

    def table(self, stage: str, name: str) -> pd.DataFrame | None:
        """A table that a finished stage of the run wrote; None if it is not there."""
        try:
            path = self.run.finished(stage).folder / f"{name}.parquet"
        except StageError:
            return None
        return pd.read_parquet(path) if path.is_file() else None

    def is_phantom(self, dataset: str) -> bool:
        """Whether a set of patients was computed: it has no folder of its own."""
        return getattr(getattr(self.run.params, dataset, None), "root", None) is None

    def described(self, dataset: str, rows: pd.DataFrame) -> str:
        """Say which patients these are, and how many of each class."""
        kind = "phantoms" if self.is_phantom(dataset) else "real patients"
        positive = int(np.asarray(rows["y_true"], dtype=bool).sum())
        name = dataset.replace("_", " ")
        return f"{name}, {kind}: n = {len(rows)}, {positive} true progression"

    def built_with(self, dataset: str, what: str) -> str:
        """`what` if the set is of phantoms: they were built with it, or without any effect."""
        if self.built is None or not self.is_phantom(dataset):
            return ""
        return "built without any effect" if self.built.zero_effect else what


def evidence_of(run: Run) -> Evidence:
    """Read what a run has."""
    try:
        predictions, patients = read_all_predictions(run), read_patients(run)
    except StageError:
        predictions, patients = pd.DataFrame(), pd.DataFrame()
    path = run.folder.joinpath(*TRUTH)
    model = json.loads(path.read_text(encoding="utf-8"))["model"] if path.is_file() else None
    return Evidence(
        run, wide_votes(predictions), patients, None if model is None else CausalModel(**model)
    )


def wide_votes(predictions: pd.DataFrame) -> pd.DataFrame:
    """Soft votes of the test sets with one column per model, see `Evidence.votes`."""
    if predictions.empty:
        return pd.DataFrame(columns=[*PATIENT, "y_true"])
    first = first_repetition(predictions)
    votes = first[(first["member"] == SOFT_VOTE) & (first["split"] == TEST)]
    index = [*PATIENT, "y_true"]
    scores = votes.pivot_table(index=index, columns="model", values="y_score")
    thresholds = votes.pivot_table(index=index, columns="model", values="threshold")
    wide = scores.join(thresholds.add_suffix("@"))
    return wide.rename_axis(columns=None).reset_index()


def title_of(model: str) -> str:
    """What a reader calls a model."""
    return CATALOGUE[model].title if model in CATALOGUE else model


def signed(value: float, lower: float, upper: float, digits: int = 2) -> str:
    """Write a difference with its interval, signs told."""
    if math.isnan(lower):
        return f"{value:+.{digits}f} (no interval)"
    return f"{value:+.{digits}f} ({lower:+.{digits}f} to {upper:+.{digits}f})"
