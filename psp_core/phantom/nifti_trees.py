"""The unlabelled collections as NIfTI trees: BraTS 2021, UPENN-GBM and UCSF-PDGM.

Images are int16, stored value = round(value); one rule for all cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from psp_core.errors import StoredRangeError
from psp_core.phantom.identity import share
from psp_core.phantom.nifti_file import compressed, encode_nifti
from psp_core.phantom.patient import Image, Sequence
from psp_core.phantom.placing import folder_in_progress
from psp_core.phantom.preoperative import SEGMENTATION_LABELS, PreoperativeCase

BRATS_TRAINING = Path("RSNA-ASNR-MICCAI-BraTS-2021", "BraTS2021_TrainingSet")
UPENN_FILES = Path("PKG - UPENN-GBM-NIfTI", "UPENN-GBM", "NIfTI-files")
UCSF_CASES = Path("PKG - UCSF-PDGM Version 5", "UCSF-PDGM-v5")

# Cases of each source among 1,479 of the BraTS 2021 crosswalk (DOI 10.7937/jc8x-9874).
_BRATS_SOURCES = {
    "UPENN-GBM": 447,
    "new-not-previously-in-TCIA": 413,
    "UCSF-PDGM": 299,
    "TCGA-GBM": 135,
    "TCGA-LGG": 108,
    "CPTAC-GBM": 39,
    "IvyGAP": 34,
    "ACRIN-FMISO-Brain": 4,
}
_UPENN_CORRECTED = 147 / 611  # baselines with an expert-corrected mask
_BRATS_NAMES: Mapping[Sequence, str] = {"t1": "t1", "t1ce": "t1ce", "t2": "t2", "flair": "flair"}
_UPENN_NAMES: Mapping[Sequence, str] = {"t1": "T1", "t1ce": "T1GD", "t2": "T2", "flair": "FLAIR"}
_UCSF_NAMES: Mapping[Sequence, str] = {"t1": "T1", "t1ce": "T1c", "t2": "T2", "flair": "FLAIR"}


def brats_source(number: int, seed: int) -> str:
    """Collection that a case of BraTS 2021 was taken from, decided by the collection's `seed`."""
    drawn = share(seed, "BraTS2021", number, "source") * sum(_BRATS_SOURCES.values())
    ends = np.cumsum(list(_BRATS_SOURCES.values()))
    return list(_BRATS_SOURCES)[int(np.searchsorted(ends, drawn, side="right"))]


def write_brats2021_case(case: PreoperativeCase, root: Path, seed: int) -> bool:
    """Write one training case of BraTS 2021: four images and ``seg``.

    The collection's `seed` decides the source folder below `root` that the case lies in.

    Returns
    -------
    bool
        False when the case was already there and nothing was written.

    Raises
    ------
    StoredRangeError
        If an image does not fit int16 or a label is not 0, 1, 2 or 4.
    """
    name = f"BraTS2021_{case.number:05d}"
    final = root / BRATS_TRAINING / brats_source(case.number, seed) / name
    return _write_case(case, final, name, _BRATS_NAMES, "seg")


def upenn_scan_id(case: PreoperativeCase) -> str:
    """Return the scan ID of UPENN-GBM: ``_11`` for a baseline, ``_21`` for a follow-up."""
    return f"UPENN-GBM-{case.number:05d}_{21 if case.is_follow_up else 11}"


def write_upenn_gbm_case(case: PreoperativeCase, root: Path, seed: int) -> bool:
    """Write one scan of UPENN-GBM; a follow-up has no segmentation.

    A baseline has an automatic mask, and about a quarter of them an expert-corrected
    one. Return value and errors as `write_brats2021_case`.
    """
    name = upenn_scan_id(case)
    masks = []
    if case.segmentation is not None:
        masks.append(Path("automated_segm", f"{name}_automated_approx_segm.nii.gz"))
        if share(seed, "UPENN-GBM", case.number, "corrected") < _UPENN_CORRECTED:
            masks.append(Path("images_segm", f"{name}_segm.nii.gz"))
    base = root / UPENN_FILES
    beside = tuple(base / mask for mask in masks)
    final = base / "images_structural" / name
    return _write_case(case, final, name, _UPENN_NAMES, None, beside=beside)


def write_ucsf_pdgm_case(case: PreoperativeCase, root: Path) -> bool:
    """Write one case of UCSF-PDGM: four images and ``tumor_segmentation``.

    Return value and errors as `write_brats2021_case`.
    """
    name = f"UCSF-PDGM-{case.number:04d}"
    final = root / UCSF_CASES / f"{name}_nifti"
    return _write_case(case, final, name, _UCSF_NAMES, "tumor_segmentation")


def _write_case(
    case: PreoperativeCase,
    final: Path,
    name: str,
    suffixes: Mapping[Sequence, str],
    mask_suffix: str | None,
    *,
    beside: tuple[Path, ...] = (),
) -> bool:
    """Write images (and the mask) into `final`, the mask also to the files `beside`.

    Masks outside the folder are placed before it, so that a case whose folder is
    there is complete.
    """
    if final.is_dir():
        return False
    with folder_in_progress(final) as folder:
        for sequence, image in case.images.items():
            content = encode_nifti(image, dtype="int16", what=f"{name} {sequence}")
            (folder / f"{name}_{suffixes[sequence]}.nii.gz").write_bytes(compressed(content))
        if case.segmentation is not None:
            mask = compressed(_encoded_labels(case.segmentation, name))
            if mask_suffix is not None:
                (folder / f"{name}_{mask_suffix}.nii.gz").write_bytes(mask)
            for path in beside:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(mask)
    return True


def _encoded_labels(segmentation: Image, name: str) -> bytes:
    found = set(np.unique(segmentation.values).tolist())
    if unexpected := sorted(found - set(SEGMENTATION_LABELS)):
        raise StoredRangeError(
            f"{name}: the segmentation holds label {', '.join(map(str, unexpected))}; expected "
            f"only {', '.join(map(str, SEGMENTATION_LABELS))} (there is no label 3)"
        )
    return encode_nifti(segmentation, dtype="int16", what=f"{name} segmentation")
