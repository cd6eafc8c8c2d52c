"""The cohort tables of a run: written once by the cohort page, read by every later stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from psp_core.cohorts.collections import ALL
from psp_core.cohorts.flow import LoadedCohort
from psp_core.cohorts.loading import TRAINING
from psp_core.cohorts.schema import read_cohort
from psp_core.evaluation.classes import CLASSES
from psp_core.runs import Run, digest_of, write_table

STAGE = "cohort"
CROSSWALK, SCORES = "crosswalk.parquet", "upenn_scores.parquet"


@dataclass(frozen=True)
class People:
    """Who may not be learned from, as ``dataset/subject_id``.

    Attributes
    ----------
    labelled : frozenset of str
        Every patient with a label: nothing that is fitted without labels may have seen them.
    tested : frozenset of str
        Those of the sets that are only predicted: nothing at all may be fitted on them.
    crosswalk : DataFrame or None
        See `brats_crosswalk.read_crosswalk`.
    """

    labelled: frozenset[str]
    tested: frozenset[str]
    crosswalk: pd.DataFrame | None


def write_cohorts(
    run: Run,
    loaded: Mapping[str, LoadedCohort],
    *,
    crosswalk: pd.DataFrame | None = None,
    scores: pd.DataFrame | None = None,
    further: Mapping[str, pd.DataFrame] | None = None,
) -> list[str]:
    """Write the tables of every collection as the stage ``cohort``.

    Parameters
    ----------
    crosswalk, scores : DataFrame, optional
        See `brats_crosswalk.read_crosswalk` and `upenn_gbm.read_scores`.
    further : mapping of str to DataFrame, optional
        Other tables of the page, by name of their file.

    Returns
    -------
    list of str
        Names of the files, sorted.
    """
    tables = {f"{name}.parquet": one.cohort for name, one in loaded.items()}
    for name, one in loaded.items():
        tables |= {
            f"{name}_steps.parquet": one.flow.steps,
            f"{name}_dropped.parquet": one.flow.dropped,
            f"{name}_notes.parquet": one.notes,
        }
    tables |= {f"{name}.parquet": table for name, table in (further or {}).items()}
    tables |= {} if crosswalk is None else {CROSSWALK: crosswalk}
    tables |= {} if scores is None else {SCORES: scores}
    depends_on = {name: digest_of(table.to_csv(index=False)) for name, table in tables.items()}
    with run.stage(STAGE, depends_on=depends_on) as stage:
        if not stage.is_done:
            for name, table in tables.items():
                write_table(stage.folder / name, table)
            stage.finish()
    return sorted(tables)


def stored_cohorts(run: Run) -> dict[str, pd.DataFrame]:
    """Read the cohort table of every collection of the run, the training cohort first.

    Raises
    ------
    StageError
        If the cohort page was not run.
    TableError
        If a table has faults.
    """
    folder = run.finished(STAGE).folder
    names = [TRAINING, *(name for name in ALL if name != TRAINING)]
    paths = {name: folder / f"{name}.parquet" for name in names}
    return {name: read_cohort(path) for name, path in paths.items() if path.is_file()}


def stored_people(run: Run) -> People:
    """Read who may not be learned from; errors as `stored_cohorts`."""
    cohorts = stored_cohorts(run)
    labelled = {name: _labelled(table) for name, table in cohorts.items()}
    tests = run.params.classification.test_sets
    path = run.finished(STAGE).folder / CROSSWALK
    return People(
        labelled=frozenset().union(*labelled.values()),
        tested=frozenset().union(*(labelled[name] for name in tests if name in labelled)),
        crosswalk=pd.read_parquet(path) if path.is_file() else None,
    )


def stored_scores(run: Run) -> pd.DataFrame | None:
    """Read the scores of UPENN-GBM's follow-ups; None where the run has none."""
    path = run.finished(STAGE).folder / SCORES
    return pd.read_parquet(path) if path.is_file() else None


def _labelled(cohort: pd.DataFrame) -> frozenset[str]:
    rows = cohort[cohort["label"].isin(CLASSES)]
    pairs = zip(rows["dataset"], rows["subject_id"], strict=True)
    return frozenset(f"{dataset}/{subject}" for dataset, subject in pairs)
