"""A whole phantom study on disk: complete, reproducible, resumable, without a leak."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from psp_core.phantom.imaging import Steps
from psp_core.phantom.latents import CausalModel
from psp_core.phantom.oracle import ARMS
from psp_core.phantom.study import write_phantoms
from psp_core.phantom.tasks import COLLECTIONS, Plan, list_tasks

COARSE = Steps(7.0, 10.0, 10.0, 10.0, 12.0)
NONE = dict.fromkeys(("train", "train_ineligible", "external", "development", "sealed"), 0)
NONE |= dict.fromkeys(("learning", "brats2021", "upenn_gbm", "ucsf_pdgm"), 0)


def plan(model: CausalModel | None = None, **sizes: int) -> Plan:
    return Plan(model or CausalModel(), NONE | sizes, COARSE, 6.0, "reorganised", 11)


SMALL = plan(
    train=6, train_ineligible=5, external=4, development=8, sealed=6, brats2021=2, upenn_gbm=2,
    ucsf_pdgm=2,
)  # fmt: skip


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    write_phantoms(folder, SMALL, simulated_patients=2000)
    return folder


def test_every_collection_and_its_table_is_there(small: Path) -> None:
    for collection in set(COLLECTIONS) - {"learning"}:
        assert any((small / collection).rglob("*")), collection
    tables = {path.relative_to(small).as_posix() for path in small.rglob("*.csv")}
    assert tables == {
        "burdenko/Burdenko-GBM-clinical-data.csv",
        "external/cohort.csv",
        "development/cohort.csv",
        "sealed/cohort.csv",
        "upenn_gbm/UPENN-GBM_clinical_info_v2.1.csv",
        "ucsf_pdgm/UCSF-PDGM-metadata_v5.csv",
    }
    assert not (small / "rows").exists()


def test_the_truth_has_a_bayes_score_for_every_labelled_patient(small: Path) -> None:
    truth = pd.read_parquet(small / "truth.parquet")
    assert truth["dataset"].value_counts().to_dict() == {
        "burdenko": 11, "development": 8, "sealed": 6, "external": 4,
    }  # fmt: skip
    assert truth["subject_id"].is_unique
    scores = [f"bayes_{arm}{row}" for arm in ARMS for row in ("", "_observable")]
    eligible = truth[truth["reason"] == "eligible"]
    assert eligible[scores].notna().all(axis=None)
    summary = json.loads((small / "truth.json").read_text())
    assert set(summary["best_possible_auc"]) == set(ARMS)


def test_bytes_do_not_depend_on_the_number_of_processes(small: Path, tmp_path: Path) -> None:
    write_phantoms(tmp_path, SMALL, workers=2, simulated_patients=2000)
    assert digests(tmp_path) == digests(small)


def test_a_killed_study_goes_on_where_it_was(small: Path, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from psp_core.phantom.study import write_phantoms\n"
        "from psp_core.phantom.tasks import Plan\n"
        "from psp_core.phantom.latents import CausalModel\n"
        "from psp_core.phantom.imaging import Steps\n"
        f"plan = Plan(CausalModel(), {dict(SMALL.sizes)!r}, Steps(7.0, 10.0, 10.0, 10.0, 12.0),"
        f" 6.0, 'reorganised', 11)\n"
        f"write_phantoms(Path({str(tmp_path)!r}), plan, simulated_patients=2000)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    rows = tmp_path / "rows"
    deadline = time.monotonic() + 120
    while len(list(rows.rglob("*.json"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = {path: path.stat().st_mtime_ns for path in rows.rglob("*.json")}
    assert 3 <= len(done) < len(list_tasks(SMALL))
    finished = {
        path: path.stat().st_mtime_ns
        for path in (tmp_path / "burdenko").rglob("*.dcm")
        if (rows / "burdenko" / f"{int(path.relative_to(tmp_path).parts[1][-3:])}.json").exists()
    }
    write_phantoms(tmp_path, SMALL, simulated_patients=2000)
    assert digests(tmp_path) == digests(small)
    assert finished == {path: path.stat().st_mtime_ns for path in finished}


def test_another_seed_gives_other_patients() -> None:
    first, second = list_tasks(SMALL), list_tasks(replace(SMALL, seed=12))
    assert [task.latents for task in first] != [task.latents for task in second]
    assert len({str(task.latents) for task in first if task.latents}) == 29


def test_registered_cohorts_are_different_draws() -> None:
    tasks = list_tasks(plan(development=50, learning=50, sealed=50))
    drawn = [task.latents["solidity"] for task in tasks]
    assert len(set(drawn)) == 150


def test_the_order_of_patients_carries_no_label() -> None:
    labels = np.array([task.latents["written_label"] for task in list_tasks(plan(sealed=4000))])
    assert roc_auc_score(labels, np.arange(len(labels))) == pytest.approx(0.5, abs=0.03)


def metadata(folder: Path) -> pd.DataFrame:
    """What a directory listing and the headers of RT objects tell, without values."""
    rows = []
    for patient in sorted((folder / "burdenko").glob("Burdenko-GBM-[0-9]*")):
        files = sorted(patient.rglob("*.dcm"))
        sizes = [path.stat().st_size for path in files]
        contoured = 0
        for path in patient.rglob("*RTSTRUCT*/*.dcm"):
            items = pydicom.dcmread(path).ROIContourSequence
            contoured += sum("ContourSequence" in item for item in items)
        rows.append(
            {
                "subject_id": patient.name,
                "order": len(rows),
                "files": len(files),
                "folders": sum(path.is_dir() for path in patient.rglob("*")),
                "bytes": sum(sizes),
                "largest": max(sizes),
                "smallest": min(sizes),
                "contoured": contoured,
                "structure_sets": len(list(patient.rglob("*RTSTRUCT*/*.dcm"))),
            }
        )
    return pd.DataFrame(rows).set_index("subject_id")


def test_file_metadata_carry_no_label(tmp_path: Path) -> None:
    strong = replace(CausalModel().strong(), timing="burdenko")
    write_phantoms(tmp_path, plan(strong, train=64), simulated_patients=2000)
    truth = pd.read_parquet(tmp_path / "truth.parquet").set_index("subject_id")
    table = metadata(tmp_path)
    labels = truth.loc[table.index, "written_label"].to_numpy()
    forest = RandomForestClassifier(300, min_samples_leaf=3, random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    scores = cross_val_predict(forest, table, labels, cv=folds, method="predict_proba")[:, 1]
    standard_error = (1 / 12 * (1 / labels.sum() + 1 / (~labels).sum())) ** 0.5
    assert abs(roc_auc_score(labels, scores) - 0.5) < 2.6 * standard_error
    for column in ("largest", "smallest"):
        assert table[column].nunique() <= 2, column  # two planning systems write two sizes
