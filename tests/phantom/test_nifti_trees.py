"""Trees of the unlabelled collections."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from psp_core.errors import StoredRangeError
from psp_core.phantom.nifti_trees import (
    write_brats2021_case,
    write_ucsf_pdgm_case,
    write_upenn_gbm_case,
)
from psp_core.phantom.patient import Image, PhantomPatient
from psp_core.phantom.preoperative import PreoperativeCase

Tree = Callable[[Path], dict[str, bytes]]
SEED = 11


@pytest.fixture(scope="module")
def case(patient: PhantomPatient) -> PreoperativeCase:
    images = patient.planning.mr
    labels = np.random.default_rng(2).choice([0, 1, 2, 4], size=images["t1"].values.shape)
    return PreoperativeCase(
        number=4,
        images=images,
        segmentation=Image(labels.astype(np.uint8), images["t1"].affine),
        sex="M",
        age_years=61.25,
        idh_status="wildtype",
        mgmt_status="unknown",
        survival_days=420,
        survival_event=True,
        extent_of_resection="gross_total",
    )


def test_brats_case_has_the_official_two_level_path(case: PreoperativeCase, tmp_path: Path) -> None:
    assert write_brats2021_case(case, tmp_path, SEED)
    (folder,) = tmp_path.rglob("BraTS2021_00004")
    training, source = folder.parents[1], folder.parent
    assert training == tmp_path / "RSNA-ASNR-MICCAI-BraTS-2021" / "BraTS2021_TrainingSet"
    assert source.parent == training
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        f"BraTS2021_00004_{kind}.nii.gz" for kind in ("flair", "seg", "t1", "t1ce", "t2")
    ]
    seg = np.asarray(nib.load(folder / names[1]).dataobj)
    np.testing.assert_array_equal(seg, case.segmentation.values.T)
    assert set(np.unique(seg)) == {0, 1, 2, 4}


def test_brats_cases_spread_over_the_sources(case: PreoperativeCase, tmp_path: Path) -> None:
    small = {"t1": Image(np.zeros((2, 2, 2)), np.eye(4))}
    for number in range(60):
        write_brats2021_case(replace(case, number=number, images=small), tmp_path, SEED)
    sources = {path.parent.name for path in tmp_path.rglob("BraTS2021_0*") if path.is_dir()}
    assert {"UPENN-GBM", "UCSF-PDGM", "new-not-previously-in-TCIA"} <= sources


def test_upenn_baseline_and_follow_up(case: PreoperativeCase, tmp_path: Path) -> None:
    write_upenn_gbm_case(case, tmp_path, SEED)
    later = replace(case, days_since_baseline=300, psp_tp_score=2, segmentation=None)
    write_upenn_gbm_case(later, tmp_path, SEED)
    base = tmp_path / "PKG - UPENN-GBM-NIfTI" / "UPENN-GBM" / "NIfTI-files"
    scans = sorted(path.name for path in (base / "images_structural").iterdir())
    assert scans == ["UPENN-GBM-00004_11", "UPENN-GBM-00004_21"]
    names = sorted(path.name for path in (base / "images_structural" / scans[1]).iterdir())
    assert names == [f"{scans[1]}_{kind}.nii.gz" for kind in ("FLAIR", "T1", "T1GD", "T2")]
    masks = [path.name for path in (base / "automated_segm").iterdir()]
    assert masks == ["UPENN-GBM-00004_11_automated_approx_segm.nii.gz"]


def test_a_quarter_of_the_upenn_baselines_have_a_corrected_mask(
    case: PreoperativeCase, tmp_path: Path
) -> None:
    mask = Image(np.ones((2, 2, 2)), np.eye(4))
    for number in range(80):
        write_upenn_gbm_case(
            replace(case, number=number, images={}, segmentation=mask), tmp_path, SEED
        )
    base = tmp_path / "PKG - UPENN-GBM-NIfTI" / "UPENN-GBM" / "NIfTI-files"
    assert len(list((base / "automated_segm").iterdir())) == 80
    assert 10 <= len(list((base / "images_segm").iterdir())) <= 30


def test_ucsf_folder_has_four_digits(case: PreoperativeCase, tmp_path: Path) -> None:
    write_ucsf_pdgm_case(case, tmp_path)
    folder = tmp_path / "PKG - UCSF-PDGM Version 5" / "UCSF-PDGM-v5" / "UCSF-PDGM-0004_nifti"
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        f"UCSF-PDGM-0004_{kind}.nii.gz"
        for kind in ("FLAIR", "T1", "T1c", "T2", "tumor_segmentation")
    ]


WRITERS = [
    lambda case, root: write_brats2021_case(case, root, SEED),
    lambda case, root: write_upenn_gbm_case(case, root, SEED),
    write_ucsf_pdgm_case,
]


@pytest.mark.parametrize("write", WRITERS, ids=["brats2021", "upenn_gbm", "ucsf_pdgm"])
def test_same_bytes_again_no_second_writing_and_no_half_case(
    write: Callable[[PreoperativeCase, Path], bool],
    case: PreoperativeCase,
    tmp_path: Path,
    tree_bytes: Tree,
) -> None:
    bright = Image(case.images["flair"].values * 1000, case.images["flair"].affine)
    with pytest.raises(StoredRangeError, match="flair"):
        write(replace(case, images={**case.images, "flair": bright}), tmp_path / "a")
    assert tree_bytes(tmp_path / "a") == {}
    assert write(case, tmp_path / "a")
    assert not write(case, tmp_path / "a")
    assert write(case, tmp_path / "b")
    assert tree_bytes(tmp_path / "a") == tree_bytes(tmp_path / "b")


def test_label_three_is_refused(case: PreoperativeCase, tmp_path: Path) -> None:
    wrong = Image(np.full((2, 2, 2), 3), np.eye(4))
    with pytest.raises(StoredRangeError, match="holds label 3; expected only 0, 1, 2, 4"):
        write_ucsf_pdgm_case(replace(case, segmentation=wrong), tmp_path)
