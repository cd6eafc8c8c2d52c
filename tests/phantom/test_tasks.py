"""Which patients a study has, and what one task writes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from psp_core.phantom.imaging import Steps
from psp_core.phantom.latents import CausalModel
from psp_core.phantom.tasks import (
    COLLECTIONS,
    INELIGIBLE,
    Plan,
    Task,
    copied_cases,
    list_tasks,
    write_task,
)
from psp_core.phantom.treated import IMAGED_VISITS

SIZES = {
    "train": 59, "train_ineligible": 10, "external": 20, "development": 8, "learning": 4,
    "sealed": 12, "brats2021": 3, "upenn_gbm": 2, "ucsf_pdgm": 1,
}  # fmt: skip
PLAN = Plan(CausalModel(), SIZES, Steps(10.0, 15.0, 14.0, 14.0, 15.0), 12.0, "reorganised", 5)


def of(collection: str, plan: Plan = PLAN) -> list[Task]:
    return [task for task in list_tasks(plan) if task.collection == collection]


def test_every_collection_has_its_size_numbered_from_one() -> None:
    expected = {"burdenko": 69} | {name: SIZES[name] for name in COLLECTIONS[1:]}
    assert Counter(task.collection for task in list_tasks(PLAN)) == expected
    for name, size in expected.items():
        assert [task.number for task in of(name)] == list(range(1, size + 1))


def test_class_counts_are_those_of_the_papers() -> None:
    eligible = [task for task in of("burdenko") if task.reason == "eligible"]
    assert (len(eligible), sum(task.latents["true_label"] for task in eligible)) == (59, 34)
    assert sum(task.latents["true_label"] for task in of("external")) == 11


def test_each_reason_to_drop_a_patient_occurs_and_only_in_training() -> None:
    assert Counter(task.reason for task in of("burdenko")) == {"eligible": 59} | dict.fromkeys(
        INELIGIBLE, 2
    )
    assert {task.reason for task in list_tasks(PLAN) if task.collection != "burdenko"} == {
        "eligible"
    }


def test_reasons_stay_with_no_label() -> None:
    plan = replace(PLAN, sizes={**SIZES, "train": 1000, "train_ineligible": 1000})
    labels = {
        kind: np.mean([t.latents["true_label"] for t in of("burdenko", plan) if test(t.reason)])
        for kind, test in (("in", "eligible".__eq__), ("out", "eligible".__ne__))
    }
    assert labels["in"] == pytest.approx(labels["out"], abs=0.06)


def test_the_size_of_one_cohort_does_not_change_another() -> None:
    other = replace(PLAN, sizes={**SIZES, "train": 10, "external": 4, "development": 30})
    assert of("sealed", other) == of("sealed")


def test_external_patients_are_the_same_whatever_the_share_in_training() -> None:
    other = replace(PLAN, model=replace(PLAN.model, true_progression_fraction=0.3))
    assert of("external", other) == of("external")


def test_latents_survive_json_and_unlabelled_cases_have_none() -> None:
    for task in list_tasks(PLAN):
        assert json.loads(json.dumps(task.latents)) == task.latents
        assert bool(task.latents) == (task.collection in COLLECTIONS[:5])


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_task_writes_below_its_collection_and_tells_plain_values(
    collection: str, tmp_path: Path
) -> None:
    row = write_task(of(collection)[0], PLAN, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [collection]
    assert any(path.is_file() for path in tmp_path.rglob("*"))
    assert json.loads(json.dumps(row)).keys() == row.keys()
    assert ("truth" in row) == (collection in COLLECTIONS[:5])


@pytest.mark.parametrize("switch", ["zero_effect", "label_depends_on_time_only"])
def test_without_an_image_effect_no_visit_shows_the_label(switch: str, tmp_path: Path) -> None:
    plan = replace(PLAN, model=replace(PLAN.model, **{switch: True}))
    task = next(
        task
        for task in of("external", plan)
        if len(write_task(task, plan, tmp_path / str(task.number))["record"]) == IMAGED_VISITS[-1]
    )
    contents = []
    for label in (True, False):
        told = {**task.latents, "true_label": label, "written_label": label}
        root = tmp_path / str(label)
        write_task(replace(task, latents=told), plan, root)
        files = sorted(path for path in root.rglob("*") if path.is_file())
        contents.append([(path.relative_to(root), path.read_bytes()) for path in files])
    assert contents[0] == contents[1]


FOLLOWED = replace(
    PLAN, sizes={**SIZES, "brats2021": 40, "upenn_gbm": 9, "ucsf_pdgm": 4, "upenn_follow_up": 6}
)


def test_scored_scans_come_after_the_baselines_and_tell_no_label() -> None:
    tasks = of("upenn_gbm", FOLLOWED)
    assert [task.number for task in tasks] == list(range(1, 16))
    scored = [task for task in tasks if task.patient is not None]
    assert [task.patient for task in scored] == [1, 3, 5, 7, 10, 11]
    for task in scored:
        assert not {"true_label", "written_label"} & task.latents.keys()
        assert 1 <= task.latents["psp_tp_score"] <= 6
        assert json.loads(json.dumps(task.latents)) == task.latents


def test_follow_ups_change_no_other_cohort() -> None:
    without = replace(FOLLOWED, sizes={**FOLLOWED.sizes, "upenn_follow_up": 0})
    for collection in set(COLLECTIONS) - {"upenn_gbm"}:
        assert of(collection, FOLLOWED) == of(collection, without)


def test_baseline_and_follow_up_agree_on_the_patient(tmp_path: Path) -> None:
    tasks = of("upenn_gbm", FOLLOWED)
    rows = [write_task(task, FOLLOWED, tmp_path) for task in tasks]
    records = {row["record"]["ID"]: row["record"] for row in rows}
    assert "truth" not in rows[-1]
    assert len(records) == 15
    for number in (1, 3, 5, 7):
        first, later = (records[f"UPENN-GBM-{number:05d}_{visit}"] for visit in (11, 21))
        for column in ("Gender", "IDH1", "MGMT", "Survival_Status"):
            assert first[column] == later[column]
        days = "Survival_from_surgery_days_UPDATED"
        since = int(later["Time_since_baseline_preop"])
        assert int(first[days]) == int(later[days]) + since
        assert later["PsP_TP_score"] in set("123456")
    assert "UPENN-GBM-00010_21" in records
    assert "UPENN-GBM-00010_11" not in records


def test_the_first_cases_are_those_of_brats_in_another_scan(tmp_path: Path) -> None:
    copies = copied_cases(FOLLOWED)
    assert copies["upenn_gbm"]
    brats = of("brats2021", FOLLOWED)[copies["upenn_gbm"][0] - 1]
    first, other = (of("upenn_gbm", FOLLOWED)[n] for n in (0, 8))
    for task in (brats, first, other):
        write_task(task, FOLLOWED, tmp_path)
    values = [
        np.asarray(nib.load(next(tmp_path.rglob(f"{name}.nii.gz"))).dataobj, dtype=float)
        for name in (
            f"BraTS2021_{brats.number:05d}_t1ce", "UPENN-GBM-00001_11_T1GD",
            "UPENN-GBM-00009_11_T1GD",
        )
    ]  # fmt: skip
    outside = [(values[0] > 0) ^ (one > 0) for one in values[1:]]
    assert outside[0].sum() < 0.3 * outside[1].sum()
    assert (values[0] != values[1]).any()
