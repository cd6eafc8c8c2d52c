"""Which patients a phantom study has, and how one of them is built and written.

Each patient is one task with a seed of its own, so tasks run in any order, on
any number of processes, and after a crash only the missing ones.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from psp_core.phantom.burdenko_layouts import Layout
from psp_core.phantom.burdenko_tree import write_patient
from psp_core.phantom.distributions import EXTERNAL_TRUE_PROGRESSION_FRACTION
from psp_core.phantom.external_centre import write_external_patient
from psp_core.phantom.identity import patient_id
from psp_core.phantom.imaging import Steps
from psp_core.phantom.latents import CausalModel, Centre, draw_labels, draw_latents
from psp_core.phantom.nifti_tables import ucsf_record, upenn_record
from psp_core.phantom.nifti_trees import (
    write_brats2021_case,
    write_ucsf_pdgm_case,
    write_upenn_gbm_case,
)
from psp_core.phantom.own_layout import write_own_case
from psp_core.phantom.registered import build_registered
from psp_core.phantom.reoperated import TRUE_PROGRESSION_FRACTION, build_reoperated, draw_scores
from psp_core.phantom.same_people import COPIED, brats_copies, follow_up_numbers
from psp_core.phantom.treated import Reason, Setting, build_patient
from psp_core.phantom.unlabelled import build_unlabelled

Collection = Literal[
    "burdenko",
    "external",
    "development",
    "learning",
    "sealed",
    "brats2021",
    "upenn_gbm",
    "ucsf_pdgm",
]
COLLECTIONS: tuple[Collection, ...] = get_args(Collection)
REGISTERED: tuple[Collection, ...] = ("development", "learning", "sealed")
"""Labelled cohorts on the template's grid."""

INELIGIBLE: tuple[Reason, ...] = (
    "no_event",
    "distant_only",
    "no_flair",
    "not_imaged",
    "under_age",
)


@dataclass(frozen=True)
class Plan:
    """What is to be written; everything a task needs besides its patient.

    Attributes
    ----------
    sizes : mapping
        Patients per cohort: ``train``, ``train_ineligible``, ``external``, ``development``,
        ``learning``, ``sealed``, ``brats2021``, ``upenn_gbm`` (baselines), ``ucsf_pdgm``,
        and ``upenn_follow_up`` (scored scans before a second surgery; none without the key).
    template_mm : float
        Voxel side of the cohorts on the template's grid and of the unlabelled ones.
    """

    model: CausalModel
    sizes: Mapping[str, int]
    steps: Steps
    template_mm: float
    layout: Layout
    seed: int


@dataclass(frozen=True)
class Task:
    """One patient to build and write."""

    collection: Collection
    number: int  # from 1
    reason: Reason
    # Empty for unlabelled cases, but for what a scored scan of the same patient decides.
    latents: Mapping[str, Any]
    patient: int | None = None  # of a scored scan, numbered among the baselines


def list_tasks(plan: Plan) -> list[Task]:
    """Every patient of every collection; numbers are in random order of the labels."""
    sizes = plan.sizes
    tasks = _labelled(plan, "burdenko", sizes["train"], sizes["train_ineligible"])
    for name in ("external", *REGISTERED):
        tasks += _labelled(plan, name, sizes[name], 0)
    follow_ups = _follow_ups(plan)
    decided = {
        task.patient: {name: task.latents[name] for name in ("sex", "idh_status", "mgmt_status")}
        for task in follow_ups
    }
    for name in ("brats2021", "upenn_gbm", "ucsf_pdgm"):
        told = decided if name == "upenn_gbm" else {}
        tasks += [Task(name, n, "eligible", told.get(n, {})) for n in range(1, sizes[name] + 1)]
    return tasks + follow_ups


def write_task(task: Task, plan: Plan, folder: Path) -> dict[str, Any]:
    """Build and write one patient under ``folder/<collection>``.

    Returns
    -------
    dict
        ``truth``: the row of the truth table; ``record``: what the collection's own
        table says of the patient. Both hold plain values only.
    """
    seed = (*_stream(plan.seed, task.collection), task.number)
    root = folder / task.collection
    latents = pd.Series(dict(task.latents), dtype=object)
    record: Any
    if task.collection in ("burdenko", "external"):
        centre: Centre = "training" if task.collection == "burdenko" else "external"
        model = plan.model
        setting = Setting(centre, plan.steps, model.centre_shift, model.clinical_effect)
        patient, seen = build_patient(task.number, latents, task.reason, setting, seed)
        if centre == "training":
            write_patient(patient, root, plan.layout, plan.seed)
            subject_id, record = patient_id(task.number), asdict(patient.clinical)
        else:
            subject_id, record = write_external_patient(
                patient, root, plan.seed, bool(latents["written_label"]), int(seen["event_visit"])
            )
    elif task.collection in REGISTERED:
        subject_id = f"{task.collection.capitalize()}-{task.number:04d}"
        case, seen = build_registered(subject_id, latents, plan.template_mm, seed)
        record = [write_own_case(case, root)]
    else:
        return {"record": _write_unlabelled(task, plan, root, seed)}
    truth = {"dataset": task.collection, "subject_id": subject_id, "reason": task.reason}
    return {"truth": {**truth, **task.latents, **seen}, "record": record}


def _labelled(plan: Plan, name: Collection, eligible: int, ineligible: int) -> list[Task]:
    """Patients of one labelled cohort in random order."""
    rng = np.random.default_rng(_stream(plan.seed, f"{name}/latents"))
    centre: Centre = "external" if name == "external" else "training"
    model = plan.model
    if centre == "external":
        model = replace(model, true_progression_fraction=EXTERNAL_TRUE_PROGRESSION_FRACTION)
    labels = draw_labels(rng, eligible, model)
    others = draw_labels(rng, ineligible, model, exact=False)
    drawn = draw_latents(rng, np.concatenate([labels, others]), model, centre=centre)
    reasons: list[Reason] = ["eligible"] * eligible
    reasons += [INELIGIBLE[n % len(INELIGIBLE)] for n in range(ineligible)]
    order = rng.permutation(len(drawn))
    rows = drawn.iloc[order].to_dict("records")
    return [
        Task(name, number, reasons[n], {str(key): value for key, value in row.items()})
        for number, (n, row) in enumerate(zip(order, rows, strict=True), start=1)
    ]


def _follow_ups(plan: Plan) -> list[Task]:
    """Scored scans of UPENN-GBM, numbered after its baselines; the label is not kept."""
    size, baselines = plan.sizes.get("upenn_follow_up", 0), plan.sizes["upenn_gbm"]
    rng = np.random.default_rng(_stream(plan.seed, "upenn_follow_up/latents"))
    model = replace(plan.model, true_progression_fraction=TRUE_PROGRESSION_FRACTION)
    drawn = draw_latents(rng, draw_labels(rng, size, model), model)
    drawn["psp_tp_score"] = draw_scores(rng, drawn["written_label"].to_numpy())
    rows = drawn.drop(columns=["true_label", "written_label"]).to_dict("records")
    patients = follow_up_numbers(size, baselines)
    return [
        Task("upenn_gbm", baselines + k, "eligible", {str(n): v for n, v in row.items()}, patient)
        for k, (row, patient) in enumerate(zip(rows, patients, strict=True), start=1)
    ]


def _write_unlabelled(task: Task, plan: Plan, root: Path, seed: tuple[int, ...]) -> dict[str, str]:
    """Write one case of a collection without labels; its record for the collection's table."""
    if task.collection == "brats2021":
        case = build_unlabelled(task.number, plan.template_mm, seed)
        write_brats2021_case(case, root, plan.seed)
        return {}
    if task.patient is not None:
        latents = pd.Series(dict(task.latents), dtype=object)
        person_seed, _ = _person(plan, "upenn_gbm", task.patient)
        seed = (*_stream(plan.seed, "upenn_follow_up"), task.number)
        case = build_reoperated(task.patient, latents, plan.template_mm, seed, person_seed)
    else:
        person_seed, copy_seed = _person(plan, task.collection, task.number)
        case = build_unlabelled(task.number, plan.template_mm, person_seed, copy_seed=copy_seed)
        case = replace(case, **task.latents)
    if task.collection == "upenn_gbm":
        write_upenn_gbm_case(case, root, plan.seed)
        return upenn_record(case)
    write_ucsf_pdgm_case(case, root)
    return ucsf_record(case)


def _person(
    plan: Plan, collection: Collection, number: int
) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
    """Seed of a person, and of this collection's own scan where BraTS has the person too."""
    seed = (*_stream(plan.seed, collection), number)
    copies = copied_cases(plan)[collection]
    if number > len(copies):
        return seed, None
    return (*_stream(plan.seed, "brats2021"), copies[number - 1]), seed


def copied_cases(plan: Plan) -> dict[str, list[int]]:
    """By collection the BraTS cases that its first patients are."""
    sizes = plan.sizes
    return {name: brats_copies(name, sizes[name], sizes["brats2021"], plan.seed) for name in COPIED}


def _stream(seed: int, name: str) -> tuple[int, int]:
    """Entropy of a named stream of random numbers."""
    return seed, zlib.crc32(name.encode())
