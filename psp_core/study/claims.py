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
from psp_core.evaluation.intervals import logit_delong_interval
from psp_core.evaluation.predictions import SOFT_VOTE, TEST, first_repetition
from psp_core.phantom.latents import CausalModel
from psp_core.runs import Run
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.experiments import read_all_predictions, read_patients
from psp_core.study.reduced import reduced_settings
from psp_core.study.scored_sets import collection_of, reported

HOLDS, FAILS = "holds", "fails"
UNDECIDED, NOT_TESTABLE = "not decided here", "not testable here"
PATIENT = ["dataset", "subject_id"]
TRUTH = ("phantom", "truth.json")
NOTHING = 1e-5  # of an AUC, a rate or a logit: rounding of 32-bit networks


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


Bounds = Callable[[float], tuple[float, float]]


@dataclass(frozen=True)
class Effect:
    """An estimate that is positive where the claim is right.

    Attributes
    ----------
    bounds : callable
        Confidence level to lower and upper bound.
    text : str
        The estimate in words, with its interval at the run's own level.
    """

    bounds: Bounds
    text: str


def decide(
    effects: Iterable[Effect], data: str, *, confidence_level: float, built_in: str = ""
) -> Verdict:
    """Judge a claim by all the effects that it needs.

    It holds if every interval lies above 0. It fails if one of the k intervals lies below: the
    data exclude the claimed direction. As one of many is enough for that, these intervals are
    wider, of level 1 - alpha / k (Bonferroni); to hold needs all, and so no correction. A bound
    within `NOTHING` of 0 is 0. An interval that holds 0, or none at all, decides nothing: a
    difference that was not found is no proof that there is none. Nothing is corrected for the
    number of claims.
    """
    needed = list(effects)
    verdict = UNDECIDED
    stricter = 1 - (1 - confidence_level) / max(1, len(needed))
    if any(one.bounds(stricter)[1] < -NOTHING for one in needed):
        verdict = FAILS
    elif needed and all(one.bounds(confidence_level)[0] > NOTHING for one in needed):
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
    """Judge a claim that a figure is about `target`, that is, within `tolerance` of it.

    It holds if the whole interval lies within that band, and fails if it lies wholly outside; an
    interval that reaches over an edge of the band decides nothing.
    """
    lower, upper = bounds
    verdict = UNDECIDED
    if lower > target + tolerance or upper < target - tolerance:
        verdict = FAILS
    elif lower >= target - tolerance and upper <= target + tolerance:
        verdict = HOLDS
    return Verdict(verdict, text, data, built_in)


def as_given(lower: float, upper: float) -> Bounds:
    """Bounds that are known at one level alone: for a claim of one effect."""
    return lambda _: (lower, upper)


def of_mean(values: npt.ArrayLike) -> Bounds:
    """Bounds of a mean, see `mean_interval`."""
    return lambda level: mean_interval(values, confidence_level=level)[1:]


def above_half(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> Bounds:
    """Bounds of an AUC less 0.5, see `evaluation.intervals.logit_delong_interval`."""

    def bounds(level: float) -> tuple[float, float]:
        found = logit_delong_interval(y_true, y_score, confidence_level=level)
        return found.lower - 0.5, found.upper - 0.5

    return bounds


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
        model, and ``<model>@`` with its frozen threshold; empty before any model was fitted. A
        set with a score in place of a label stands once per cut, see `scored_sets.by_cuts`.
    patients : DataFrame
        The patients table; empty before the classification.
    built : CausalModel or None
        What the phantoms of the run were drawn from; None without phantoms.
    """

    run: Run
    votes: pd.DataFrame
    patients: pd.DataFrame
    built: CausalModel | None

    @property
    def confidence_level(self) -> float:
        """Level of the intervals."""
        return self.run.params.evaluation.confidence_level

    def table(self, stage: str, name: str) -> pd.DataFrame | None:
        """A table that a finished stage of the run wrote; None if it is not there."""
        try:
            path = self.run.finished(stage).folder / f"{name}.parquet"
        except StageError:
            return None
        return pd.read_parquet(path) if path.is_file() else None

    def is_phantom(self, dataset: str) -> bool:
        """Whether a set of patients was computed: it has no folder of its own."""
        section = getattr(self.run.params, collection_of(dataset), None)
        return getattr(section, "root", None) is None

    def is_reduced(self, *models: str) -> bool:
        """Whether one of these models is fitted at less than the paper's size."""
        entries = [CATALOGUE[name] for name in models if name in CATALOGUE]
        return any(reduced_settings(self.run.params, entry) for entry in entries)

    def title_of(self, model: str) -> str:
        """What a reader calls a model, and whether it is reduced."""
        title = CATALOGUE[model].title if model in CATALOGUE else model
        return f"{title} (reduced)" if self.is_reduced(model) else title

    def described(self, dataset: str, rows: pd.DataFrame, models: Iterable[str] = ()) -> str:
        """Say which patients these are, how many of each class, and whether models are reduced."""
        kind = "phantoms" if self.is_phantom(dataset) else "real patients"
        positive = int(np.asarray(rows["y_true"], dtype=bool).sum())
        name = dataset.replace("_", " ")
        size = self.size_of(models)
        return f"{name}, {kind}: n = {len(rows)}, {positive} true progression{size}"

    def size_of(self, models: Iterable[str]) -> str:
        """What to add to the words on the data: that models are reduced, if one is."""
        return "; reduced models" if self.is_reduced(*models) else ""

    def built_with(self, dataset: str, what: str) -> str:
        """`what` if the set is of phantoms: they were built with it, or without any effect."""
        if self.built is None or not self.is_phantom(dataset):
            return ""
        return "built without any effect" if self.built.zero_effect else what


def evidence_of(run: Run) -> Evidence:
    """Read what a run has."""
    try:
        predictions, patients = reported(run, read_all_predictions(run)), read_patients(run)
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


def signed(value: float, lower: float, upper: float, digits: int = 2) -> str:
    """Write a difference with its interval, signs told."""
    if math.isnan(lower):
        return f"{value:+.{digits}f} (no interval)"
    return f"{value:+.{digits}f} ({lower:+.{digits}f} to {upper:+.{digits}f})"
