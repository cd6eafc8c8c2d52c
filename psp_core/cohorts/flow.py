"""Who is in and who is out: every dropped patient has one step and one reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from psp_core.errors import TableError
from psp_core.evaluation.classes import CLASSES, NEGATIVE_CLASS, POSITIVE_CLASS


@dataclass(frozen=True)
class Flow:
    """The way from all patients to those of the study.

    ``steps`` has one row per step, the start first: ``step``, ``n_dropped``,
    ``n_remaining``, ``n_true_progression``, ``n_pseudoprogression`` (NaN until every
    remaining patient has a class). ``dropped`` has one row per dropped patient:
    ``subject_id``, ``step``, ``reason``.
    """

    steps: pd.DataFrame
    dropped: pd.DataFrame


@dataclass(frozen=True)
class LoadedCohort:
    """What the loader of a collection hands on.

    ``notes`` lists everything odd that was kept: ``subject_id``, ``check``,
    ``visit_number`` (NaN when none), ``days`` (a difference; NaN when none), ``detail``.
    """

    cohort: pd.DataFrame
    flow: Flow
    notes: pd.DataFrame


def build_flow(
    start: str,
    subject_ids: Iterable[str],
    exclusions: Iterable[tuple[str, Mapping[str, str]]],
    labels: Mapping[str, str],
) -> Flow:
    """Apply exclusions in order; a patient leaves at the first that names them.

    Parameters
    ----------
    start : str
        What the patients are before any exclusion.
    exclusions : iterable of (step, reasons)
        ``step`` says what remains after it; ``reasons`` maps a subject ID to the
        reason to drop it.
    labels : mapping of str to str
        Label by subject ID, where one is known.

    Raises
    ------
    TableError
        If a subject ID appears twice.
    """
    remaining = list(subject_ids)
    twice = sorted({subject for subject in remaining if remaining.count(subject) > 1})
    if twice:
        raise TableError("flow", [f"patient {subject} appears more than once" for subject in twice])
    steps = [_step(start, 0, remaining, labels)]
    dropped: list[tuple[str, str, str]] = []
    for step, reasons in exclusions:
        leaving = [subject for subject in remaining if subject in reasons]
        remaining = [subject for subject in remaining if subject not in reasons]
        dropped += [(subject, step, reasons[subject]) for subject in leaving]
        steps.append(_step(step, len(leaving), remaining, labels))
    return Flow(
        steps=pd.DataFrame(steps),
        dropped=pd.DataFrame(dropped, columns=["subject_id", "step", "reason"]),
    )


def make_notes(rows: Iterable[Mapping[Any, object]] = ()) -> pd.DataFrame:
    """Make a table of notes, with its columns even when there is nothing to note."""
    notes = pd.DataFrame(
        list(rows), columns=["subject_id", "check", "visit_number", "days", "detail"]
    )
    notes = notes.astype({"visit_number": float, "days": float})
    return notes.fillna({"detail": ""})


def join_notes(*tables: pd.DataFrame) -> pd.DataFrame:
    """Put tables of notes below one another."""
    return make_notes(row for table in tables for row in table.to_dict("records"))


def _step(
    step: str, n_dropped: int, remaining: list[str], labels: Mapping[str, str]
) -> dict[str, object]:
    """One row of the steps table."""
    known = [labels.get(subject) for subject in remaining]
    complete = all(label in CLASSES for label in known)
    counts = {
        f"n_{name}": float(known.count(name)) if complete else float("nan")
        for name in (POSITIVE_CLASS, NEGATIVE_CLASS)
    }
    return {"step": step, "n_dropped": n_dropped, "n_remaining": len(remaining), **counts}
