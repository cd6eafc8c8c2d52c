"""Write every collection of a phantom study: parallel, resumable, reproducible."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from psp_core.phantom.clinical_csv import write_clinical_csv
from psp_core.phantom.crosswalk_table import crosswalk_rows, write_crosswalk
from psp_core.phantom.nifti_tables import write_ucsf_table, write_upenn_table
from psp_core.phantom.own_layout import write_own_table
from psp_core.phantom.patient import ClinicalRow
from psp_core.phantom.tasks import (
    COLLECTIONS,
    REGISTERED,
    Plan,
    Task,
    copied_cases,
    list_tasks,
    write_task,
)
from psp_core.phantom.truth import truth_summary, truth_table
from psp_core.runs import write_json, write_table
from psp_core.runs.process import start_worker

ROWS = "rows"  # one small file per finished patient, until all are there
SIMULATED_PATIENTS = 100_000
CHUNK = 4  # tasks handed to a process at once


def write_phantoms(
    folder: Path,
    plan: Plan,
    *,
    workers: int = 1,
    progress: bool = False,
    simulated_patients: int = SIMULATED_PATIENTS,
) -> None:
    """Write all collections, their tables and the truth under `folder`.

    A patient whose row is there is not built again, so a killed run goes on
    where it was. Bytes do not depend on `workers`.

    Parameters
    ----------
    folder : Path
        One folder per collection is made in it, beside ``truth.parquet`` and ``truth.json``.
    workers : int, default 1
        Processes.
    simulated_patients : int, default 100,000
        Simulated per arm for the best possible AUC.
    """
    tasks = list_tasks(plan)
    rows = folder / ROWS
    for collection in COLLECTIONS:
        (rows / collection).mkdir(parents=True, exist_ok=True)
    missing = [task for task in tasks if not _row_file(rows, task).exists()]
    with tqdm(total=len(tasks), initial=len(tasks) - len(missing), disable=not progress) as bar:
        for _ in _run(partial(_write_and_note, plan=plan, folder=folder), missing, workers):
            bar.update()
    noted: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for task in tasks:
        row = json.loads(_row_file(rows, task).read_text(encoding="utf-8"))
        noted[task.collection].append({"number": task.number, **row})
    _write_tables(folder, plan, noted)
    labelled = [row["truth"] for part in noted.values() for row in part if "truth" in row]
    truth, errors = truth_table(labelled, plan.model)
    write_table(folder / "truth.parquet", truth)
    write_json(folder / "truth.json", truth_summary(plan.model, errors, n=simulated_patients))
    shutil.rmtree(rows)


def _write_and_note(task: Task, *, plan: Plan, folder: Path) -> None:
    """Write one patient; the row comes last and says that everything else is whole."""
    row = write_task(task, plan, folder)
    write_json(_row_file(folder / ROWS, task), row)


def _row_file(rows: Path, task: Task) -> Path:
    return rows / task.collection / f"{task.number}.json"


def _run(call: Callable[[Task], None], tasks: list[Task], workers: int) -> Iterator[None]:
    """Map over tasks here or in fresh processes with one thread each."""
    if workers == 1 or len(tasks) <= CHUNK:
        torch.set_num_threads(1)
        yield from map(call, tasks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, start_worker) as pool:
        yield from pool.map(call, tasks, chunksize=CHUNK)


def _write_tables(folder: Path, plan: Plan, noted: dict[str, list[dict[str, Any]]]) -> None:
    """Write the table of each collection that has one and is not empty."""
    records = {name: [row["record"] for row in part] for name, part in noted.items()}
    if records.get("burdenko"):
        rows = [(row["number"], ClinicalRow(**row["record"])) for row in noted["burdenko"]]
        write_clinical_csv(rows, folder / "burdenko", plan.seed)
    for name in ("external", *REGISTERED):
        if records.get(name):
            own_rows = [row for rows in records[name] for row in rows]
            write_own_table(own_rows, folder / name)
    if records.get("brats2021"):
        patients = {
            "upenn_gbm": plan.sizes["upenn_gbm"] + plan.sizes.get("upenn_follow_up", 0),
            "ucsf_pdgm": plan.sizes["ucsf_pdgm"],
        }
        cases = crosswalk_rows(plan.sizes["brats2021"], plan.seed, copied_cases(plan), patients)
        write_crosswalk(cases, folder / "brats2021")
    if records.get("upenn_gbm"):
        write_upenn_table(records["upenn_gbm"], folder / "upenn_gbm")
    if records.get("ucsf_pdgm"):
        write_ucsf_table(records["ucsf_pdgm"], folder / "ucsf_pdgm")
