"""One arm of the study: which estimator, what it sees, and how it is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from inspect import signature
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.errors import EstimatorError

Cost = Literal["light", "heavy"]


class Source(Protocol):
    """What an estimator reads besides the patients table, see `inputs.arrays.PatientArrays`."""

    @property
    def digest(self) -> str:
        """Digest of everything in it."""

    def has(self, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Which patients it can serve, shape (len(rows),)."""


@dataclass(frozen=True)
class Entry:
    """One arm.

    Attributes
    ----------
    estimator : str
        ``module:Class`` of a scikit-learn classifier, imported when it is needed.
    feature_set : str
        What it sees, see `classifiers.feature_sets`.
    title : str
        What a reader calls it.
    settings : mapping
        Arguments of its constructor; they go before the params' own.
    sources : mapping of str to str
        Name of the source, see `sources.SOURCES`, of each constructor argument that takes one.
    printed : str or None
        Its row in Gomaa 2025, see `report.published_results`.
    cost : {"light", "heavy"}
        Heavy ones wait until there is a first book, and have fewer inner folds.
    params : str
        Section of the params whose values its constructor is offered, by name.
    """

    estimator: str
    feature_set: str
    title: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    printed: str | None = None
    cost: Cost = "light"
    params: str = "classification.network"

    @property
    def module(self) -> str:
        """Module of the estimator."""
        return self.estimator.partition(":")[0]


def build_estimator(
    entry: Entry,
    *,
    sources: Mapping[str, Source | None] | None = None,
    random_state: int = 0,
    defaults: Mapping[str, Any] | None = None,
) -> Any:
    """Build an entry's estimator, not fitted.

    Parameters
    ----------
    entry : Entry
    sources : mapping of str to source, optional
        By name; those that the entry needs are given to the estimator.
    random_state : int, default 0
        Given to the estimator if its constructor takes it.
    defaults : mapping, optional
        Arguments for every constructor that takes them; the entry's settings go before.

    Raises
    ------
    EstimatorError
        If there is no such class, the settings do not fit its constructor, a source is needed
        and not there, or the estimator sees another feature set than the entry says.
    """
    try:
        kind = getattr(import_module(entry.module), entry.estimator.partition(":")[2])
    except (ImportError, AttributeError) as error:
        raise EstimatorError(
            f"the catalogue names {entry.estimator!r}, which cannot be imported ({error}); "
            "expected module:Class"
        ) from error
    there = sources or {}
    for name in entry.sources.values():
        if there.get(name) is None:
            raise EstimatorError(
                f"{entry.title} reads {name.partition(':')[0]!r}, and this run has none; "
                "the pages before this one make them"
            )
    taken = signature(kind).parameters
    offered: dict[str, Any] = {**(defaults or {}), "random_state": random_state}
    given = {name: value for name, value in offered.items() if name in taken}
    given |= {argument: there[name] for argument, name in entry.sources.items()}
    try:
        estimator = kind(**{**given, **entry.settings})
    except TypeError as error:
        raise EstimatorError(f"{entry.estimator}: its settings do not fit ({error})") from error
    if estimator.feature_set != entry.feature_set:
        raise EstimatorError(
            f"the catalogue says that {entry.estimator} sees {entry.feature_set!r}, the estimator "
            f"says {estimator.feature_set!r}; make them agree"
        )
    return estimator
