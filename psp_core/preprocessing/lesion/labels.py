"""Label maps of the collections as one, and the regions they are read by.

Labels are those of BraTS 2021: 0 background, 1 necrotic core, 2 oedema, 4 enhancing.
The regions overlap: ``enhancing`` lies in ``core``, and ``core`` in ``whole``. Not every
source tells all three: a contour around the contrast agent encloses the necrosis too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from psp_core.errors import EmptyMaskError, NoMaskError, UnknownLabelError

Region = Literal["enhancing", "core", "whole"]
LabelMap = Literal["brats2021", "brats2024", "deepbratumia", "any_positive", "plain", "own"]

NECROSIS, OEDEMA, ENHANCING = 1, 2, 4
REGIONS: dict[Region, tuple[int, ...]] = {
    "enhancing": (ENHANCING,),
    "core": (NECROSIS, ENHANCING),
    "whole": (NECROSIS, OEDEMA, ENHANCING),
}
ALL_REGIONS: frozenset[Region] = frozenset(REGIONS)
CORE_ONLY: frozenset[Region] = frozenset({"core"})

# What each collection writes, and the label it is here.
_MAPS: dict[LabelMap, tuple[dict[int, int], frozenset[Region]]] = {
    "brats2021": ({0: 0, 1: NECROSIS, 2: OEDEMA, 4: ENHANCING}, ALL_REGIONS),
    # Non-enhancing core, oedema, enhancing, resection cavity: a cavity is no lesion.
    "brats2024": ({0: 0, 1: NECROSIS, 2: OEDEMA, 3: ENHANCING, 4: 0}, ALL_REGIONS),
    "deepbratumia": ({0: 0, 1: ENHANCING, 2: NECROSIS, 3: OEDEMA}, ALL_REGIONS),
    "plain": ({0: 0, 1: NECROSIS}, CORE_ONLY),
}


@dataclass(frozen=True, eq=False)
class LesionLabels:
    """A lesion, voxel by voxel.

    Attributes
    ----------
    values : uint8 array, shape (D, H, W)
        0, 1, 2 or 4.
    known : frozenset of str
        Regions that the source tells. Where only ``core`` is known its voxels are 1,
        necrotic or not.
    """

    values: npt.NDArray[np.uint8]
    known: frozenset[Region]


def canonical_labels(values: npt.NDArray[np.generic], label_map: LabelMap) -> LesionLabels:
    """Translate a collection's mask.

    Parameters
    ----------
    values : array, shape (D, H, W)
        As read from the file, of any type.
    label_map : LabelMap
        ``brats2021``: enhancing tumour is 4 (3 in the re-release of 2023 is unknown here);
        ``brats2024``: it is 3, and 4 a resection cavity; ``deepbratumia``: it is 1; ``plain``:
        0 and 1, the core of a lesion of which the parts are not told; ``any_positive``: the
        same, every value above 0 being lesion; ``own``: plain if it holds 0 and 1 only, else
        brats2021.

    Raises
    ------
    UnknownLabelError
        If a value is not in the map. Values are never guessed from one another.

    References
    ----------
    Baid et al., The RSNA-ASNR-MICCAI BraTS 2021 benchmark (2021), arXiv 2107.02314.
    """
    if label_map == "own":
        label_map = "plain" if bool(np.isin(values, (0, 1)).all()) else "brats2021"
    if label_map == "any_positive":
        return canonical_labels(
            np.where(np.greater(values, 0), 1, values), "plain"
        )  # NaN stays a fault
    translation, known = _MAPS[label_map]
    found = np.unique(values)  # keeps one NaN
    unknown = [value for value in found.tolist() if value not in translation]
    if unknown:
        shown = ", ".join(f"{value:g}" for value in unknown[:5])
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        raise UnknownLabelError(
            f"the mask holds {shown}{more}; {label_map} knows {', '.join(map(str, translation))}. "
            "Convert it, for example 3 to 4 if it follows BraTS 2023"
        )
    table = np.zeros(max(translation) + 1, dtype=np.uint8)
    table[list(translation)] = list(translation.values())
    return LesionLabels(table[values.astype(np.uint8)], known)


def region_mask(values: npt.NDArray[np.uint8], region: Region) -> npt.NDArray[np.bool_]:
    """Voxels (D, H, W) of a region; empty if it has none."""
    return np.isin(values, REGIONS[region])


def region_of(known: Collection[Region], wanted: Region) -> Region | None:
    """Say which region a source gives when one is wanted; None if it has no such thing.

    The core stands in for the enhancing part where a source does not tell them apart. That
    adds the necrosis, so the region that is used must be recorded. Nothing else stands in.
    """
    if wanted in known:
        return wanted
    return "core" if wanted == "enhancing" and "core" in known else None


def lesion_mask(labels: LesionLabels, wanted: Region) -> tuple[npt.NDArray[np.bool_], Region]:
    """Give the voxels (D, H, W) of the wanted region, and the region that they are.

    Raises
    ------
    NoMaskError
        If the source does not tell that region nor one that stands in for it.
    EmptyMaskError
        If the region has no voxel.
    """
    used = region_of(labels.known, wanted)
    if used is None:
        known = ", ".join(sorted(labels.known)) or "none"
        raise NoMaskError(f"region {wanted} is not told by this mask, which knows: {known}")
    mask = region_mask(labels.values, used)
    if not mask.any():
        others = int(np.count_nonzero(labels.values))
        raise EmptyMaskError(
            f"the lesion has no voxel of region {used} ({others} voxels of other labels)"
        )
    return mask, used
