"""Names in a dataset.json: orders, classes and nested regions."""

from __future__ import annotations

from typing import Any

import pytest

from psp_core.errors import CheckpointError, UnknownLabelError
from psp_core.preprocessing.lesion.nnunet_names import channel_order, label_table

OFFERED = ("t1ce", "flair")


def channels(*names: str) -> dict[str, Any]:
    return {"channel_names": {str(number): name for number, name in enumerate(names)}}


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (("T1CE", "FLAIR"), ("t1ce", "flair")),
        (("T2-FLAIR", "T1_Gd"), ("flair", "t1ce")),
        (("t2f", "t1c"), ("flair", "t1ce")),
    ],
)
def test_the_order_of_the_channels_is_the_networks(
    names: tuple[str, ...], order: tuple[str, ...]
) -> None:
    assert channel_order(channels(*names), OFFERED) == order


def test_the_tenth_channel_comes_after_the_second() -> None:
    listed = {"channel_names": {"10": "FLAIR", "2": "T1c"}}
    assert channel_order(listed, OFFERED) == ("t1ce", "flair")


@pytest.mark.parametrize("names", [("T1", "FLAIR"), ("T1c", "T1c"), ("T1c",), ("MR", "FLAIR"), ()])
def test_channels_that_are_not_ours_raise(names: tuple[str, ...]) -> None:
    with pytest.raises(CheckpointError, match="expected 2: t1ce, flair"):
        channel_order(channels(*names), OFFERED)


@pytest.mark.parametrize(
    ("labels", "table", "known"),
    [
        ({"background": 0, "tumor": 1}, [0, 1], {"core"}),
        ({"background": 0, "edema": 1, "enhancing": 2}, [0, 2, 4], {"enhancing", "whole"}),
        (
            {"background": 0, "NETC": 1, "SNFH": 2, "ET": 3, "RC": 4},
            [0, 1, 2, 4, 0],
            {"enhancing", "core", "whole"},
        ),
        (
            {"background": 0, "whole tumor": [1, 2, 3], "tumor core": [2, 3], "ET": [3]},
            [0, 2, 1, 4],
            {"enhancing", "core", "whole"},
        ),
        ({"background": 0, "lesion": 1, "ignore": 2}, [0, 1], {"core"}),
    ],
)
def test_labels_and_nested_regions_become_ours(
    labels: dict[str, Any], table: list[int], known: set[str]
) -> None:
    found, told = label_table({"labels": labels})
    assert (found.tolist(), told) == (table, known)


@pytest.mark.parametrize("labels", [{"background": 0, "cyst": 1}, {"background": 0}, {}])
def test_labels_without_a_known_meaning_raise(labels: dict[str, Any]) -> None:
    with pytest.raises(UnknownLabelError, match=r"rename them in its dataset\.json"):
        label_table({"labels": labels})
