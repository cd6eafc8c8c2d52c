"""Seconds per step and patient from raw DICOM to features, and the memory of a worker.

Writes phantoms in the Burdenko layout, with MR, CT and dose at the wanted spacing, and prepares
them in this process. The time of a step is processor time, so that a shared machine tells
nearly the same. Usage:

    python benchmarks/preprocessing.py [--patients 3] [--spacing-mm 1.0] [--side 160]
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from psp_core.cohorts import burdenko_cohort
from psp_core.cohorts.indexes import index_collection
from psp_core.phantom.imaging import Steps
from psp_core.phantom.latents import CausalModel
from psp_core.phantom.study import write_phantoms
from psp_core.phantom.tasks import Plan
from psp_core.preprocessing.pipeline import align_all, dose_all, finish_all, study_cases
from psp_core.runs import open_run, write_table

PARAMS = Path(__file__).parents[1] / "params" / "burdenko.yaml"
LOADS = 30
SIZES = dict.fromkeys(
    (
        "train_ineligible",
        "external",
        "development",
        "sealed",
        "brats2021",
        "upenn_gbm",
        "ucsf_pdgm",
    ),
    0,
)


def main() -> int:
    """Write, prepare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=3)
    parser.add_argument("--spacing-mm", type=float, default=1.0)
    parser.add_argument("--side", type=int, default=160)
    options = parser.parse_args()
    spacing = options.spacing_mm
    with tempfile.TemporaryDirectory() as folder:
        steps = Steps(spacing, 3 * spacing, 1.5 * spacing, 3 * spacing, 2.5 * spacing)
        sizes = SIZES | {"train": options.patients}
        plan = Plan(CausalModel(), sizes, steps, 2.5, "descriptive", 7)
        phantoms = Path(folder, "phantom")
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:  # not in this one's memory
            pool.submit(write_phantoms, phantoms, plan, simulated_patients=500).result()
        root = phantoms / "burdenko"
        overrides = {
            "burdenko.root": str(root),
            "volume.side": options.side,
            "volume.spacing_mm": spacing,
            "registration.working_mm": spacing,
            "study.workers": 1,
        }
        run = open_run(PARAMS, Path(folder, "run"), overrides)
        loaded = burdenko_cohort.load_cohort(index_collection(run, "burdenko", root), root)
        with run.stage("cohort", depends_on={}) as stage:
            write_table(stage.folder / "burdenko.parquet", loaded.cohort)
            stage.finish()
        began = time.perf_counter()
        cases = study_cases(run)
        aligned = align_all(run, cases)
        middle = time.perf_counter()
        volumes = finish_all(run, cases, None)
        dose_all(run, cases, compared=["burdenko"])
        end = time.perf_counter()
        keys = aligned.scans()
        table = pd.DataFrame([aligned.record(key)["seconds"] for key in keys])
        sys.stdout.write(f"{len(keys)} patients, {options.side}^3 voxels of {spacing:g} mm\n")
        for step, seconds in table.items():
            sys.stdout.write(f"  {step}: {seconds.mean():.2f} s, largest {seconds.max():.2f} s\n")
        sys.stdout.write(f"alignment: {(middle - began) / len(keys):.1f} s a patient (wall)\n")
        sys.stdout.write(f"scale, lesion and dose: {(end - middle) / len(keys):.1f} s a patient\n")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        sys.stdout.write(f"peak memory: {peak:.2f} GiB\n")
        buffer = np.empty_like(volumes.read(keys[0]))
        times = []
        for _ in range(LOADS):
            began = time.perf_counter()
            volumes.read(keys[0], out=buffer)
            times.append(time.perf_counter() - began)
        loading = 1000 * float(np.median(times))
        sys.stdout.write(f"loading one case of {buffer.nbytes / 1e6:.1f} MB: {loading:.2f} ms\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
