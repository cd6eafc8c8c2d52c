"""From written phantoms to cohort tables and dose figures, by the loaders a real user runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest
import torch

from psp_core.acquisition.dose import read_dose
from psp_core.acquisition.index import index_dicom
from psp_core.acquisition.lattice import lattice
from psp_core.acquisition.resample import resample
from psp_core.acquisition.structures import rasterize, read_structures
from psp_core.acquisition.volume import read_volume
from psp_core.cohorts import brats2021, burdenko_cohort, own
from psp_core.phantom.burdenko_layouts import Layout
from psp_core.phantom.imaging import Steps
from psp_core.phantom.latents import CausalModel
from psp_core.phantom.study import write_phantoms
from psp_core.phantom.tasks import Plan
from psp_core.preprocessing.dosimetry import dose_statistics

NONE = dict.fromkeys(("train", "train_ineligible", "external", "development", "sealed"), 0)
NONE |= dict.fromkeys(("learning", "brats2021", "upenn_gbm", "ucsf_pdgm"), 0)
STEPS = Steps(8.0, 12.0, 5.0, 4.0, 5.0)


def written(folder: Path, layout: Layout = "descriptive", **sizes: int) -> Path:
    torch.set_num_threads(1)
    plan = Plan(CausalModel(), NONE | sizes, STEPS, 8.0, layout, 5)
    write_phantoms(folder, plan, simulated_patients=500)
    return folder


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    return written(folder, train=20, train_ineligible=5, external=4, development=4, brats2021=3)


@pytest.fixture(scope="module")
def burdenko(study: Path) -> burdenko_cohort.LoadedCohort:
    return burdenko_cohort.load_cohort(index_dicom(study / "burdenko"), study / "burdenko")


def test_exactly_the_eligible_patients_stay_with_their_written_label(
    study: Path, burdenko: burdenko_cohort.LoadedCohort
) -> None:
    truth = pd.read_parquet(study / "truth.parquet").set_index("subject_id")
    truth = truth[truth["dataset"] == "burdenko"]
    events = burdenko.cohort[burdenko.cohort["label"] != "unlabelled"].set_index("subject_id")
    eligible = truth[truth["reason"] == "eligible"]
    assert sorted(events.index) == sorted(eligible.index)
    is_tp = events["label"] == "true_progression"
    assert is_tp.to_dict() == eligible["written_label"].astype(bool).to_dict()
    assert events["days_since_rt"].astype(int).to_dict() == eligible["days_since_rt"].to_dict()
    assert (
        events["visit_number"].astype(int).to_dict()
        == eligible["event_visit"].astype(int).to_dict()
    )


def test_every_other_patient_is_dropped_for_the_reason_they_were_made_with(
    study: Path, burdenko: burdenko_cohort.LoadedCohort
) -> None:
    truth = pd.read_parquet(study / "truth.parquet").set_index("subject_id")
    made = truth.loc[truth["reason"] != "eligible", "reason"]
    told = burdenko.flow.dropped.set_index("subject_id")["reason"]
    assert sorted(told.index) == sorted(made.index)
    words = {
        "no_event": "no event",
        "distant_only": "distant",
        "no_flair": "FLAIR",
        "not_imaged": "no images",
        "under_age": "18",
    }
    for subject, reason in made.items():
        assert words[reason] in told[subject], (reason, told[subject])


def test_the_layout_of_the_download_changes_nothing(tmp_path: Path) -> None:
    cohorts = {}
    for layout in get_args(Layout):
        folder = written(tmp_path / layout, layout, train=3, train_ineligible=1) / "burdenko"
        index = index_dicom(folder)
        loaded = burdenko_cohort.load_cohort(index, folder)
        assert index.excluded.empty
        cohorts[layout] = (loaded.cohort, loaded.flow.steps, loaded.flow.dropped)
    first = cohorts.pop("nbia")
    assert len(first[0])
    for layout, tables in cohorts.items():
        for one, two in zip(first, tables, strict=True):
            pd.testing.assert_frame_equal(one, two, obj=layout)


def test_a_lesion_farther_out_gets_less_dose(
    study: Path, burdenko: burdenko_cohort.LoadedCohort
) -> None:
    """DICOM to D98: drawn follow-up lesion, plan's dose in Gy, both in the frame of the CT."""
    truth = pd.read_parquet(study / "truth.parquet").set_index("subject_id")
    index = index_dicom(study / "burdenko")
    rows = []
    events = burdenko.cohort[burdenko.cohort["label"] != "unlabelled"]
    for row in events.to_dict("records"):
        [structures_ref] = index.files(row["structures_file"].removeprefix("series:"))
        drawn = read_structures(structures_ref)
        lesion = drawn.structures.get(f"FU_{row['visit_number']:.0f}_CE")
        if lesion is None or not lesion.contours:
            continue
        [dose_ref] = index.files(row["dose_file"].removeprefix("series:"))
        dose = read_dose(dose_ref)
        grid = lattice(lesion, spacing_mm=1.5)
        gray = resample(dose.volume, grid, frame_uid=drawn.frame_uid)
        weights = rasterize(lesion, grid, supersample=2)
        figures = dose_statistics(gray, weights, voxel_volume_cm3=grid.voxel_volume_cm3)
        share = figures.mean_gy / float(dose.volume.values.max())
        rows.append((truth.loc[row["subject_id"], "outfield"], share, figures.fraction_outside))
    table = pd.DataFrame(rows, columns=["outfield", "share", "outside"])
    assert len(table) >= 5
    assert (table["outside"] == 0).all()
    assert table["outfield"].corr(table["share"], method="spearman") < -0.6
    assert table["share"].max() > 0.95


def test_the_external_centre_reads_as_an_own_cohort(study: Path) -> None:
    truth = pd.read_parquet(study / "truth.parquet").set_index("subject_id")
    loaded = own.load_cohort(study / "external" / "cohort.csv", dataset="external")
    events = loaded.cohort[loaded.cohort["label"] != "unlabelled"].set_index("subject_id")
    expected = truth.loc[events.index, "written_label"].astype(bool)
    assert len(events) == 4
    assert ((events["label"] == "true_progression") == expected).all()
    for column in ("t1ce_file", "flair_file", "dose_file", "structures_file", "plan_file"):
        assert events[column].str.startswith("series:").all(), column


def test_the_registered_and_the_unlabelled_cohorts_read_too(study: Path) -> None:
    development = own.load_cohort(study / "development" / "cohort.csv", dataset="development")
    assert len(development.cohort) == 4
    assert development.cohort["lesion_mask_file"].str.endswith(".nii").all()
    assert len(brats2021.load_cohort(study / "brats2021").cohort) == 3


def run_foreign(program: str, *arguments: str | Path) -> str:
    """Run a program that is not ours, and give what it printed; skip where it is absent."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120
    )
    return done.stdout + done.stderr


@pytest.mark.foreign
@pytest.mark.parametrize("series", ["CT00CT", "MRCET1", "MR0T2FLAIR"])
def test_dcm2niix_sees_the_computed_patients_as_our_reader_does(
    study: Path, tmp_path: Path, series: str
) -> None:
    index = index_dicom(study / "burdenko")
    uid = index.series.loc[index.series["series_description"] == series, "series_uid"].iloc[0]
    refs = index.files(uid)
    report = run_foreign(
        "dcm2niix", "-z", "n", "-b", "n", "-f", "x", "-o", tmp_path, refs[0].location.parent
    )
    [converted] = tmp_path.glob("*.nii")
    ours, theirs = read_volume(refs), read_volume(converted)
    assert sorted(ours.grid.shape) == sorted(theirs.grid.shape), report
    seen = resample(theirs, ours.grid)
    inside = np.isfinite(seen)
    assert inside.mean() > 0.7  # voxel centres on the border may fall outside by rounding
    np.testing.assert_allclose(seen[inside], ours.values[inside], atol=0.51)


@pytest.mark.foreign
def test_dciodvfy_finds_no_error_in_any_series_of_a_computed_patient(study: Path) -> None:
    index = index_dicom(study / "burdenko")
    first = index.series[index.series["patient_id"] == index.series["patient_id"].min()]
    assert {"CT", "MR", "RTSTRUCT", "RTPLAN", "RTDOSE"} == set(first["modality"])
    for row in first.to_dict("records"):
        report = run_foreign("dciodvfy", index.files(row["series_uid"])[0].location)
        if row["modality"] == "RTDOSE" and "Assertion" in report:
            continue  # the program stops at 32-bit dose, which the standard allows
        errors = [line for line in report.splitlines() if line.startswith("Error")]
        assert errors == [], (row["modality"], errors[:3])
