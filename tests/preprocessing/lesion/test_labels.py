"""Label maps of the collections, and the regions they tell."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.errors import EmptyMaskError, NoMaskError, UnknownLabelError
from psp_core.preprocessing.lesion.labels import (
    REGIONS,
    LabelMap,
    LesionLabels,
    Region,
    canonical_labels,
    lesion_mask,
    region_mask,
    region_of,
)


def drawn(*values: float, dtype: str = "float32") -> np.ndarray:
    return np.array(values, dtype=dtype).reshape(-1, 1, 1)


@pytest.mark.parametrize(
    ("label_map", "values", "expected"),
    [
        ("brats2021", (0, 1, 2, 4), [0, 1, 2, 4]),
        ("plain", (0, 1, 1, 0), [0, 1, 1, 0]),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "uint8", "int16", "bool"])
def test_every_collection_becomes_one_label_map(
    label_map: LabelMap, values: tuple[int, ...], expected: list[int], dtype: str
) -> None:
    if dtype == "bool" and label_map != "plain":
        return
    labels = canonical_labels(drawn(*values, dtype=dtype), label_map)
    assert labels.values.ravel().tolist() == expected
    assert labels.values.dtype == np.uint8
    assert labels.known == ({"core"} if label_map == "plain" else set(REGIONS))


@pytest.mark.parametrize(
    ("label_map", "values", "named"),
    [
        ("brats2021", (0, 3), "holds 3; brats2021 knows 0, 1, 2, 4"),
        ("plain", (0, 4, -1), "holds -1, 4; plain"),
        ("plain", (0, 1, 0.5), r"holds 0\.5; plain"),
        ("plain", (0, np.nan), "holds nan; plain"),
        ("plain", (0, 257), "holds 257; plain"),
        ("plain", tuple(range(2, 20)), "holds 2, 3, 4, 5, 6 and 13 more"),
    ],
)
def test_unknown_values_are_named(
    label_map: LabelMap, values: tuple[float, ...], named: str
) -> None:
    with pytest.raises(UnknownLabelError, match=named):
        canonical_labels(drawn(*values), label_map)


def test_an_own_mask_is_plain_or_brats() -> None:
    assert canonical_labels(drawn(0, 1), "own").known == {"core"}
    assert canonical_labels(drawn(0, 1, 4), "own").known == set(REGIONS)
    with pytest.raises(UnknownLabelError, match="brats2021 knows"):
        canonical_labels(drawn(0, 1, 3), "own")


def test_the_regions_lie_in_one_another() -> None:
    values = np.random.default_rng(0).choice([0, 1, 2, 4], size=(4, 5, 6)).astype(np.uint8)
    enhancing, core, whole = (region_mask(values, region) for region in REGIONS)
    assert enhancing.sum() < core.sum() < whole.sum()
    assert not (enhancing & ~core).any()
    assert not (core & ~whole).any()
    assert np.array_equal(whole, values > 0)


@pytest.mark.parametrize(
    ("known", "wanted", "used"),
    [
        (set(REGIONS), "enhancing", "enhancing"),
        ({"core"}, "enhancing", "core"),
        ({"core", "whole"}, "enhancing", "core"),
        ({"core"}, "whole", None),
        ({"whole"}, "enhancing", None),
        ({"whole"}, "core", None),
        ({"enhancing"}, "core", None),
    ],
)
def test_only_the_core_stands_in_and_only_for_the_enhancing_part(
    known: set[Region], wanted: Region, used: Region | None
) -> None:
    assert region_of(known, wanted) == used


def test_a_plain_mask_gives_its_core_and_says_so() -> None:
    labels = canonical_labels(drawn(0, 1, 1), "plain")
    mask, used = lesion_mask(labels, "enhancing")
    assert (mask.ravel().tolist(), used) == ([False, True, True], "core")
    with pytest.raises(
        NoMaskError, match="region whole is not told by this mask, which knows: cor"
    ):
        lesion_mask(labels, "whole")


def test_a_lesion_without_the_region_raises() -> None:
    labels = canonical_labels(drawn(0, 2, 2), "brats2021")
    with pytest.raises(EmptyMaskError, match=r"no voxel of region enhancing \(2 voxels of other"):
        lesion_mask(labels, "enhancing")
    assert lesion_mask(labels, "whole")[0].sum() == 2
    nothing = LesionLabels(labels.values, frozenset())
    with pytest.raises(NoMaskError, match="which knows: none"):
        lesion_mask(nothing, "core")


def test_a_post_treatment_mask_has_a_cavity_that_is_no_lesion() -> None:
    labels = canonical_labels(drawn(0, 1, 2, 3, 4), "brats2024")
    assert sorted(np.unique(labels.values).tolist()) == [0, 1, 2, 4]
    assert int((labels.values == 0).sum()) == 2 * int((labels.values == 4).sum())


def test_deepbratumia_counts_from_the_enhancing_part() -> None:
    labels = canonical_labels(np.array([0, 1, 2, 3]).reshape(1, 1, 4), "deepbratumia")
    assert labels.values.ravel().tolist() == [0, 4, 1, 2]


def test_any_positive_value_is_lesion_where_the_parts_are_not_told() -> None:
    labels = canonical_labels(np.array([0, 1, 2]).reshape(1, 1, 3), "any_positive")
    assert labels.values.ravel().tolist() == [0, 1, 1]
    assert labels.known == {"core"}
    with pytest.raises(UnknownLabelError, match="holds nan"):
        canonical_labels(np.array([0.0, np.nan]).reshape(1, 1, 2), "any_positive")
