"""All collections of a study, each by its own loader, from the folders that the params name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.cohorts import burdenko_cohort, own
from psp_core.cohorts.brats_crosswalk import find_crosswalk, read_crosswalk
from psp_core.cohorts.collections import ALL, module_of
from psp_core.cohorts.flow import LoadedCohort
from psp_core.cohorts.indexes import index_collection
from psp_core.cohorts.roots import find_root, require_root
from psp_core.runs import Run

TRAINING = "burdenko"
# Keys of a section that no loader takes: where it lies, and what is done with its labels later.
_NO_OPTIONS = {"root", "table", "registered", "crosswalk", "cuts"}


def study_roots(run: Run) -> dict[str, Path]:
    """Folder of every collection at hand, the training cohort first.

    Raises
    ------
    MissingInputError
        If a folder of the params is not there, or there is no training cohort.
    """
    roots = {TRAINING: require_root(run, TRAINING, run.params.burdenko.root)}
    for name in ALL:
        root = find_root(run, name, getattr(run.params, name).root)
        if root is not None and any(root.iterdir()):
            roots.setdefault(name, root)
    return roots


def load_study(run: Run) -> dict[str, LoadedCohort]:
    """Load every collection at hand.

    Returns
    -------
    dict of str to LoadedCohort
        By name of the collection, the training cohort first.

    Raises
    ------
    PSPError
        Of the loaders: a table with faults, an index with contradicting series.
    """
    return {name: load_collection(run, name, root) for name, root in study_roots(run).items()}


def load_collection(run: Run, name: str, root: Path) -> LoadedCohort:
    """Load one collection with the options of its section of the params.

    Raises
    ------
    PSPError
        See `load_study`.
    """
    section = getattr(run.params, name)
    if name == "external":
        table = root / section.table
        return own.load_cohort(table, dataset=name, workers=run.params.study.workers)
    options = _options(section)
    if name != TRAINING:
        loaded: LoadedCohort = module_of(name).load_cohort(root, **options)
        return loaded
    label = run.params.label
    given = section.clinical_table or section.root
    return burdenko_cohort.load_cohort(
        index_collection(run, name, root),
        Path(given) if section.root and given else root,
        event=label.event,
        window_days=label.window_days,
        first_visit_only=label.first_visit_only,
        **{key: value for key, value in options.items() if key != "clinical_table"},
    )


def study_crosswalk(run: Run, roots: Mapping[str, Path]) -> pd.DataFrame | None:
    """Which BraTS 2021 case is which patient of another collection; None without the table.

    Parameters
    ----------
    roots : mapping of str to Path
        From `study_roots`.

    Raises
    ------
    TableError, AmbiguousInputError, MissingInputError
        See `brats_crosswalk`.
    """
    configured = run.params.brats2021.crosswalk
    if configured is not None:
        return read_crosswalk(Path(configured).expanduser())
    root = roots.get("brats2021")
    found = None if root is None else find_crosswalk(root)
    return None if found is None else read_crosswalk(found)


def _options(section: Any) -> dict[str, Any]:
    """Arguments of a loader from its section: tables as paths, the rest as it is."""
    options = {one.name: getattr(section, one.name) for one in fields(section)}
    return {
        name: Path(value).expanduser() if name.endswith("_table") and value else value
        for name, value in options.items()
        if name not in _NO_OPTIONS
    }
