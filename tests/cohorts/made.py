"""Cohorts written in a line, for tests of what stands on the cohort page's stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.cohorts.flow import LoadedCohort, build_flow, make_notes
from psp_core.cohorts.schema import make_cohort
from psp_core.cohorts.stored import write_cohorts
from psp_core.runs import Run, open_run, write_table


def made_cohort(name: str, labels: Mapping[str, str]) -> LoadedCohort:
    """Make a cohort of one scan per patient; an empty label is none."""
    rows = [
        {"subject_id": subject, "timepoint": 0, "dataset": name, "label": label or "unlabelled"}
        for subject, label in labels.items()
    ]
    return LoadedCohort(
        make_cohort(rows, source=name),
        build_flow("Patients", sorted(labels), [], {}),
        make_notes(),
    )


def store_cohorts(
    run: Run,
    cohorts: Mapping[str, Mapping[str, str]],
    crosswalk: pd.DataFrame | None = None,
) -> None:
    """Write cohorts as the stage that later pages read, and that no scan is a copy."""
    loaded = {name: made_cohort(name, labels) for name, labels in cohorts.items()}
    write_cohorts(run, loaded, crosswalk=crosswalk)
    store_copies(run, {})


def store_copies(run: Run, excluded: Mapping[str, str]) -> None:
    """Write the stage that tells near-copies; reasons by key of a scan."""
    with run.stage("duplicates", depends_on={"excluded": dict(excluded)}) as stage:
        rows = list(excluded.items())
        write_table(
            stage.folder / "excluded.parquet", pd.DataFrame(rows, columns=["key", "reason"])
        )
        columns = ["first", "second", "correlation", "first_role", "second_role"]
        write_table(stage.folder / "pairs.parquet", pd.DataFrame(columns=columns))
        stage.finish()


def made_crosswalk(pairs: Sequence[tuple[str, str, str]]) -> pd.DataFrame:
    """Make a crosswalk of BraTS case, collection's name here, and patient there."""
    return pd.DataFrame(
        [
            {
                "brats_id": brats,
                "collection": dataset,
                "tcia_id": subject,
                "dataset": dataset,
                "subject_id": subject,
                "is_training": True,
            }
            for brats, dataset, subject in pairs
        ]
    )


def run_with_cohorts(
    params_file: Path, run_dir: Path, overrides: Mapping[str, Any] | None = None
) -> Run:
    """Open a run in which the cohort page has one patient and no scan is a copy."""
    run = open_run(params_file, run_dir, overrides or {})
    store_cohorts(run, {"burdenko": {"Burdenko-GBM-001": "true_progression"}})
    return run
