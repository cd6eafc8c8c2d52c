"""A run with prepared scans and survival, for tests of what learns from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from psp_core.cohorts.flow import LoadedCohort, build_flow, make_notes
from psp_core.cohorts.schema import make_cohort
from psp_core.cohorts.stored import write_cohorts
from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.intensity import Landmarks
from psp_core.preprocessing.pipeline import volume_store
from psp_core.runs import Run, open_run
from tests.cohorts.made import made_cohort, made_crosswalk, store_copies

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
LANDMARKS = Landmarks({"t1ce": (0.0, 1.0), "flair": (0.0, 2.0)}, ("brats2021",), 6)
OVERRIDES: dict[str, Any] = {
    "study.workers": 1,
    "volume.side": 16,
    "ablation.side": 8,
    "ablation.patch": 4,
    "ablation.width": 12,
    "ablation.depth": 1,
    "ablation.heads": 2,
    "densenet.side": 16,
    "evaluation.bootstrap_samples": 100,
}
N_UPENN, N_BRATS = 10, 3
COPIED = "UPENN-GBM-00000"  # is BraTS2021_00000 too; its own scan leaves as a copy


def made_run(folder: Path, monkeypatch: pytest.MonkeyPatch, *modules: Any, **more: Any) -> Run:
    """Open a run whose scans are prepared; `modules` find its cases and its scale of grey."""
    run = open_run(PARAMS, folder, OVERRIDES | more.pop("overrides", {}))
    label = more.pop("label", "unlabelled")
    upenn = [
        {
            "subject_id": f"UPENN-GBM-{number:05d}",
            "timepoint": 0,
            "dataset": "upenn_gbm",
            "label": "unlabelled",
            "survival_days": 100.0 + 50 * number if number != 9 else np.nan,
            "survival_event": number % 4 != 3,
        }
        for number in range(N_UPENN)
    ]
    if label != "unlabelled":
        upenn[1] |= {"label": label}
    subjects = [str(row["subject_id"]) for row in upenn]
    cohorts = {
        "burdenko": made_cohort("burdenko", {"P1": "true_progression", "P2": "pseudoprogression"}),
        "upenn_gbm": LoadedCohort(
            make_cohort(upenn, source="upenn_gbm"),
            build_flow("Patients", sorted(subjects), [], {}),
            make_notes(),
        ),
    }
    write_cohorts(
        run, cohorts, crosswalk=made_crosswalk([("BraTS2021_00000", "upenn_gbm", COPIED)])
    )
    store_copies(run, {f"upenn_gbm/{COPIED}/000": "a copy"})
    found = {
        "upenn_gbm": [Case("upenn_gbm", one, 0, "unlabelled", True, {}) for one in subjects],
        "brats2021": [
            Case("brats2021", f"BraTS2021_{number:05d}", 0, "unlabelled", True, {})
            for number in range(N_BRATS)
        ],
    }
    keys = [case.key for group in found.values() for case in group]
    for number, key in enumerate([*keys, "burdenko/P1/001", "burdenko/P2/001"]):
        rng = np.random.default_rng(number)
        volume = rng.normal(size=(2, 16, 16, 16)).astype(np.float16)
        arrays, status = ({"volume": volume}, "done")
        if key.endswith("P2/001"):
            arrays, status = {}, "excluded"
        volume_store(run).write(key, arrays, {"status": status}, digest=str(number))
    for module in modules:
        monkeypatch.setattr(module, "study_cases", lambda _: found)
        monkeypatch.setattr(module, "fit_scale", lambda *_: LANDMARKS, raising=False)
    return run


PATIENTS = pd.DataFrame(
    {
        "dataset": "burdenko",
        "subject_id": ["P1", "P2", "P3"],
        "timepoint": 1,
        "has_image": [True, True, False],
    }
)
