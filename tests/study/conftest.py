"""Made-up patients: a training cohort, an external one, and tokens."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.cohorts.stored import write_cohorts
from psp_core.encoder.tokens import Tokens
from psp_core.runs import Run
from psp_core.study.patients import COLUMNS, patient_keys
from tests.cohorts.made import made_cohort


def make_patients(sizes: dict[str, int], seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for dataset, size in sizes.items():
        for number in range(size):
            is_positive = number % 5 < 3
            dose = rng.uniform(30, 62, size=4)
            rows.append(
                {
                    "dataset": dataset,
                    "subject_id": f"{dataset}-{number:03d}",
                    "timepoint": 1 + number % 3,
                    "label": "true_progression" if is_positive else "pseudoprogression",
                    "days_since_rt": float(rng.integers(20, 300) + 60 * is_positive),
                    "age_years": float(rng.integers(30, 80)),
                    "sex": rng.choice(["F", "M"]),
                    "idh_status": rng.choice(["mutant", "wildtype", "unknown"]),
                    "mgmt_status": rng.choice(["methylated", "unmethylated", "unknown"]),
                    "total_dose_gy": 60.0 if number % 4 else 40.0,
                    "fractions": 30.0 if number % 4 else 15.0,
                    "mean_dose_gy": dose[0],
                    "min_dose_gy": dose[1],
                    "median_dose_gy": dose[2],
                    "d98_gy": dose[3] if number % 7 else np.nan,
                    "lesion_volume_cm3": rng.uniform(0.5, 9),
                    "has_image": True,
                    "visit_number": float(1 + number % 3),
                    "reference_standard": "follow_up",
                    "resection": "unknown",
                    "n_lesions": np.nan,
                    "completeness": "complete",
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def make_tokens(patients: pd.DataFrame, seed: int = 0) -> Tokens:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(len(patients), 6, 8)).astype(np.float32)
    positive = (patients["label"] == "true_progression").to_numpy()
    values[:, :, 0] += positive[:, None]
    share = rng.uniform(size=(len(patients), 6)).astype(np.float32)
    return Tokens(tuple(patient_keys(patients)), values, share)


def put_in_a_test_set(run: Run, subject_id: str) -> None:
    """Make a patient of the training cohort one whose label is only predicted."""
    labels = {subject_id: "true_progression"}
    cohorts = {name: made_cohort("burdenko", labels) for name in ("burdenko", "external")}
    write_cohorts(run, cohorts)


@pytest.fixture(scope="module")
def patients() -> pd.DataFrame:
    return make_patients({"burdenko": 30, "external": 12})


@pytest.fixture(scope="module")
def tokens(patients: pd.DataFrame) -> Tokens:
    return make_tokens(patients)
