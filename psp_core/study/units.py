"""A table made piece by piece over processes: a stopped stage goes on with what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from psp_core.errors import StageError
from psp_core.preprocessing.batch import run_in_processes
from psp_core.runs import Run, Stage, write_table
from psp_core.runs.progress import Progress

Unit = TypeVar("Unit")


def table_of_units(
    run: Run,
    name: str,
    units: Mapping[str, Unit],
    work: Callable[[Unit], pd.DataFrame],
    *,
    depends_on: Mapping[str, Any],
) -> pd.DataFrame:
    """Compute the rows of every unit as a stage of the run, and read them all.

    Parameters
    ----------
    name : str
        Of the stage; it writes ``<name>.parquet``.
    units : mapping of str to unit
        What `work` is called with, by a name that can be a file's; picklable.
    work : callable
        Gives the rows of one unit. Called in processes of one thread, so the table does not
        depend on how many there are.
    depends_on : mapping
        See `Run.stage`.

    Returns
    -------
    DataFrame
        The rows in the order of `units`.

    Raises
    ------
    StageError
        If there is no unit, or a worker process was killed.
    """
    if not units:
        raise StageError(f"stage {name!r} has nothing to compute; look at its section of params")
    with run.stage(name, depends_on=depends_on) as stage:
        if not stage.is_done:
            call = partial(_compute, units=units, work=work, stage=stage)
            pending = stage.pending(units)
            progress = Progress.beside(
                stage.folder, total=len(units), done=len(units) - len(pending)
            )
            run_in_processes(call, pending, run.params.study.workers, progress=progress)
            parts = [pd.read_parquet(_file(stage, unit)) for unit in units]
            write_table(stage.folder / f"{name}.parquet", pd.concat(parts, ignore_index=True))
            stage.finish()
            for unit in units:  # not before: a killed program would miss those it took away
                _file(stage, unit).unlink()
        return pd.read_parquet(stage.folder / f"{name}.parquet")


def _compute(
    unit: str,
    *,
    units: Mapping[str, Unit],
    work: Callable[[Unit], pd.DataFrame],
    stage: Stage,
) -> None:
    write_table(_file(stage, unit), work(units[unit]))
    stage.mark_done(unit)


def _file(stage: Stage, unit: str) -> Path:
    return stage.folder / f"unit_{unit}.parquet"
