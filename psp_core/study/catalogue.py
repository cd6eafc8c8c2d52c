"""The catalogue of models: an own estimator is one file and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from inspect import signature
from typing import Any

from psp_core.encoder.tokens import Tokens
from psp_core.errors import EstimatorError


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
    needs_tokens : bool
        Whether it reads the encoder's tokens.
    printed : str or None
        Its row in Gomaa 2025, see `report.published_results`.
    """

    estimator: str
    feature_set: str
    title: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    needs_tokens: bool = False
    printed: str | None = None

    @property
    def module(self) -> str:
        """Module of the estimator."""
        return self.estimator.partition(":")[0]


NETWORK = "psp_core.classifiers.network:NetworkClassifier"


def _network(
    architecture: str, feature_set: str, title: str, *, lesion: bool = False, **more: Any
) -> Entry:
    settings = {"architecture": architecture, "feature_set": feature_set}
    settings |= {"tokens_used": "lesion"} if lesion else {}
    return Entry(NETWORK, feature_set, title, settings, **more)


IMAGE: dict[str, Any] = {"needs_tokens": True}
PRINTED = {"proposed": "multimodal"}
FUSIONS = {
    "proposed": "proposed (guided cross-attention)",
    "concatenation": "concatenation",
    "late_mean": "late mean of two logits",
    "full_self_attention": "full self-attention",
}
CATALOGUE: dict[str, Entry] = {
    **{
        name: _network(name, "full", title, printed=PRINTED.get(name), **IMAGE)
        for name, title in FUSIONS.items()
    },
    **{
        f"{name}_lesion": _network(
            name, "full", f"{title.partition(' (')[0]}, lesion tokens", lesion=True, **IMAGE
        )
        for name, title in FUSIONS.items()
    },
    "mri_only": _network("mri_only", "image_only", "MRI only", printed="mri", **IMAGE),
    "mri_only_lesion": _network(
        "mri_only", "image_only", "MRI only, lesion tokens", lesion=True, **IMAGE
    ),
    "clinical_network": _network(
        "clinical_network", "clinical_only", "clinical only, 4-layer network", printed="clinical"
    ),
    "clinical_logistic": Entry(
        "psp_core.classifiers.clinical:ClinicalLogistic",
        "clinical_only",
        "clinical only, logistic regression",
    ),
    "days_only": Entry(
        "psp_core.classifiers.controls:DaysOnly", "time_only", "days since radiotherapy only"
    ),
    "majority": Entry("psp_core.classifiers.controls:Majority", "none", "majority"),
}


def find_entries(
    names: tuple[str, ...], catalogue: Mapping[str, Entry] = CATALOGUE
) -> dict[str, Entry]:
    """The entries of some names, in their order.

    Raises
    ------
    EstimatorError
        If the catalogue does not have a name.
    """
    unknown = [name for name in names if name not in catalogue]
    if unknown:
        raise EstimatorError(
            f"the catalogue has no model {unknown[0]!r}; it has {', '.join(catalogue)}"
        )
    return {name: catalogue[name] for name in names}


def build_estimator(
    entry: Entry,
    *,
    tokens: Tokens | None = None,
    random_state: int = 0,
    defaults: Mapping[str, Any] | None = None,
) -> Any:
    """Build an entry's estimator, not fitted.

    Parameters
    ----------
    entry : Entry
    tokens : Tokens, optional
        Given to the estimator where the entry needs them.
    random_state : int, default 0
        Given to the estimator if its constructor takes it.
    defaults : mapping, optional
        Arguments for every constructor that takes them; the entry's settings go before.

    Raises
    ------
    EstimatorError
        If there is no such class, the settings do not fit its constructor, tokens are needed
        and not there, or the estimator sees another feature set than the entry says.
    """
    try:
        kind = getattr(import_module(entry.module), entry.estimator.partition(":")[2])
    except (ImportError, AttributeError) as error:
        raise EstimatorError(
            f"the catalogue names {entry.estimator!r}, which cannot be imported ({error}); "
            "expected module:Class"
        ) from error
    if entry.needs_tokens and tokens is None:
        raise EstimatorError(
            f"{entry.title} reads an encoder's tokens, and there are none; "
            "run the notebook 04_pretraining first"
        )
    taken = signature(kind).parameters
    offered: dict[str, Any] = {**(defaults or {}), "random_state": random_state}
    offered |= {"tokens": tokens} if entry.needs_tokens else {}
    given = {name: value for name, value in offered.items() if name in taken}
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
