"""What a card calls a set of patients: its name, and whether its patients are phantoms or real."""

from __future__ import annotations

from collections.abc import Mapping

from psp_core.params.sections import Params
from psp_core.report.formatting import described, words
from psp_core.study.scored_sets import collection_of

Roots = Mapping[str, str | None]
"""Folder of every collection that can have one; None, or no entry: it holds phantoms."""


def roots_of(params: Params) -> Roots:
    """The folders of the collections, by name."""
    return {name: part.root for name, part in vars(params).items() if hasattr(part, "root")}


def set_with_owner(dataset: str, roots: Roots, *, called: str = "") -> str:
    """Name of a set with whose patients it holds: ``UPENN-GBM (phantoms)``.

    Parameters
    ----------
    dataset : str
        As in a table of results, a cut of a score included.
    roots : mapping of str to str or None
    called : str, optional
        Name to show in place of that of the data set.
    """
    return f"{called or words(dataset)} ({described(roots.get(collection_of(dataset)))})"
