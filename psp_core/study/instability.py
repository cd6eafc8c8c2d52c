"""Cheap models repeated on many splits: how far one split's figures are a draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run
from psp_core.study.catalogue import CATALOGUE, find_entries
from psp_core.study.cross_validation import cross_validate, units_of
from psp_core.study.entry import Entry
from psp_core.study.experiments import keep_outcome, plan_of
from psp_core.study.patients import study_patients
from psp_core.study.votes import Outcome

INSTABILITY = "instability"


def repeat_models(run: Run, *, catalogue: Mapping[str, Entry] = CATALOGUE) -> Outcome | None:
    """Cross-validate the models of ``evaluation.instability_models`` again and again.

    Every repetition has its own split and its own random states; the first ones are those of
    the other experiments. The fits, and the predictions, stand apart from theirs.

    Returns
    -------
    Outcome or None
        ``seed`` of its predictions is the repetition. None where ``params.study.only_light``
        asks for a first book.

    Raises
    ------
    EstimatorError
        If the catalogue does not have a model.
    OverlapError, StageError, MissingInputError, TableError, UndefinedMetricError
        See `experiments.fit_experiment`.
    """
    if run.params.study.only_light:
        return None
    settings = run.params.evaluation
    entries = find_entries(settings.instability_models, catalogue)
    patients = study_patients(run)
    every = plan_of(
        run, entries, patients.table, stage=INSTABILITY, seeds=settings.instability_repetitions
    )
    plan = replace(every, repetitions={})
    units = units_of(entries, plan)
    store = VolumeStore(run.folder / "instability_fits")
    cross_validate(units, plan, store, workers=run.params.study.workers, log=run.private / "errors")
    return keep_outcome(run, INSTABILITY, units, plan, store, {"folds": plan.folds})
