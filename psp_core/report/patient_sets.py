"""Sentences about the sets of patients of a results page: whose data, and which have no result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from psp_core.evaluation.predictions import VALIDATION
from psp_core.report.formatting import described, words
from psp_core.report.results_table import HELD_OUT
from psp_core.study.scored_sets import collection_of


def describe_sets(datasets: Iterable[str], roots: Mapping[str, str | None]) -> str:
    """Say of each collection behind the sets whether it holds phantoms or real patients.

    Parameters
    ----------
    datasets : iterable of str
        Sets of a results table; the cuts of one collection are told once.
    roots : mapping of str to str or None
        Folder of a collection that can have one; what is not in it is always phantoms.
    """
    collections = dict.fromkeys(collection_of(name) for name in datasets)
    told = [f"{words(name)}: {described(roots.get(name))}" for name in collections]
    return f"{'; '.join(told)}." if told else "This run has no predictions."


def tell_left_out(
    left_out: pd.DataFrame, titles: Mapping[str, str], *, minimum_per_class: int, is_empty: bool
) -> str:
    """Name what has no estimate, with both counts of patients.

    Parameters
    ----------
    left_out : DataFrame
        See `evaluation.estimable.estimable`.
    titles : mapping of str to str
        What a reader calls each model.
    minimum_per_class : int
    is_empty : bool
        Whether no set is left.
    """
    nothing = "**Nothing on this page can be estimated: no set is left.**" if is_empty else ""
    if left_out.empty:
        return nothing or f"Every set has at least {minimum_per_class} patients of each class."
    told = []
    for (dataset, split, true, pseudo), part in left_out.groupby(
        ["dataset", "split", "n_true_progression", "n_pseudoprogression"], sort=False
    ):
        held_out = f", {HELD_OUT}" if split == VALIDATION else ""
        models = ", ".join(titles.get(one, one) for one in part["model"] if one)
        of_models = f", of {models} alone" if models else ""
        told.append(
            f"{words(str(dataset))}{held_out}{of_models} ({true} true progression, "
            f"{pseudo} pseudoprogression)"
        )
    least = f"fewer than {minimum_per_class} patients of a class"
    sentence = f"Not estimable, with {least}, and left out below: {'; '.join(told)}."
    return f"{sentence} {nothing}".strip()
