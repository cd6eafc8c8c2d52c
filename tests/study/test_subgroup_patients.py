"""Patients with the place of their lesion in the field."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from psp_core.errors import StageError
from psp_core.runs import write_table
from psp_core.study.patients import KEY
from psp_core.study.subgroup_patients import read_subgroup_patients
from tests.cohorts.made import run_with_cohorts

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


def test_the_call_is_joined_and_unknown_of_whom_has_none(
    tmp_path: Path, patients: pd.DataFrame
) -> None:
    run = run_with_cohorts(PARAMS, tmp_path / "run", {})
    with run.stage("classification", depends_on={}) as stage:
        write_table(stage.folder / "patients.parquet", patients)
        stage.finish()
    with pytest.raises(StageError, match="features"):
        read_subgroup_patients(run)
    calls = patients[list(KEY)].assign(field_call="in_field")
    calls.loc[1, "field_call"] = None
    with run.stage("features", depends_on={}) as stage:
        write_table(stage.folder / "features.parquet", calls.iloc[:-1])
        stage.finish()
    found = read_subgroup_patients(run)
    pd.testing.assert_frame_equal(found.drop(columns="field_call"), patients)
    expected = ["in_field", "unknown", *["in_field"] * (len(patients) - 3), "unknown"]
    assert found["field_call"].tolist() == expected
