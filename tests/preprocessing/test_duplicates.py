"""Copies are found under noise, gain, blur and shifts; two people are never called one."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.ndimage import gaussian_filter

from psp_core.errors import MissingInputError
from psp_core.preprocessing.duplicates import near_copies
from psp_core.preprocessing.store import VolumeStore

SIDE = 32
LEAST = 0.65
PEOPLE = 24
Floats = npt.NDArray[np.floating]


def head(person: int) -> tuple[Floats, npt.NDArray[np.uint8]]:
    """Shared anatomy, and as much again of one's own."""
    axes = np.indices((SIDE,) * 3) - SIDE / 2
    brain = (axes**2).sum(axis=0) < (SIDE / 2 - 4) ** 2
    shared, own = np.random.default_rng(99), np.random.default_rng(person)
    parts = [
        gaussian_filter(rng.normal(size=(2, SIDE, SIDE, SIDE)), (0, 2, 2, 2))
        for rng in (shared, own)
    ]
    values = sum(part / part.std() for part in parts)
    return (values - values.min() + 1) * brain, brain.astype(np.uint8)


def write(store: VolumeStore, key: str, values: Floats, brain: npt.NDArray[np.uint8]) -> None:
    arrays = {"values": values.astype(np.float16), "brain": brain}
    store.write(key, arrays, {"status": "done"}, digest=key)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> VolumeStore:
    store = VolumeStore(tmp_path_factory.mktemp("run") / "aligned")
    for person in range(PEOPLE):
        write(store, f"burdenko/P-{person:02d}/001", *head(person))
    return store


def found(store: VolumeStore, least: float = LEAST) -> list[tuple[str, str]]:
    table = near_copies(store, store.scans(), least_correlation=least)
    return list(table[["first", "second"]].itertuples(index=False, name=None))


def test_two_people_are_never_called_copies(store: VolumeStore) -> None:
    table = near_copies(store, store.scans(), least_correlation=LEAST)
    assert table.empty
    assert list(table) == ["first", "second", "correlation"]
    assert found(store, least=0.5) == []


@pytest.mark.parametrize("made", ["same", "noise", "gain", "field", "blur", "shift", "all"])
def test_a_copy_is_found_whatever_was_done_to_it(
    store: VolumeStore, tmp_path: Path, made: str
) -> None:
    copies = VolumeStore(tmp_path / "aligned")
    for person in range(PEOPLE):
        write(copies, f"burdenko/P-{person:02d}/001", *head(person))
    values, brain = head(7)
    if made in ("blur", "all"):
        weight = gaussian_filter(brain.astype(float), 0.7).clip(0.1)
        values = gaussian_filter(values, (0, 0.7, 0.7, 0.7)) / weight * brain
    if made == "field":
        values = values * np.linspace(0.7, 1.3, SIDE)
    if made in ("gain", "all"):
        values = values * np.array([0.8, 1.2]).reshape(2, 1, 1, 1)
    if made in ("noise", "all"):
        noise = np.random.default_rng(1).normal(scale=0.2 * values.std(), size=values.shape)
        values = values + noise * brain
    if made in ("shift", "all"):
        values, brain = np.roll(values, (1, -1), (1, 3)), np.roll(brain, (1, -1), (0, 2))
    write(copies, "brats2021/BraTS2021_00001/000", values, brain)
    assert found(copies) == [("brats2021/BraTS2021_00001/000", "burdenko/P-07/001")]


def test_visits_of_one_patient_are_not_compared_and_the_likest_pair_comes_first(
    tmp_path: Path,
) -> None:
    store = VolumeStore(tmp_path / "aligned")
    for person in range(6):
        write(store, f"burdenko/P-{person}/001", *head(person))
    write(store, "burdenko/P-0/002", *head(0))
    assert found(store) == []
    values, brain = head(1)
    noise = np.random.default_rng(1).normal(scale=0.2 * values.std(), size=values.shape)
    write(store, "external/P-1/001", values + noise * brain, brain)
    write(store, "external/P-2/001", *head(2))
    table = near_copies(store, store.scans(), least_correlation=LEAST)
    assert table["second"].tolist() == ["external/P-2/001", "external/P-1/001"]
    assert all(one > other for one, other in pairwise(table["correlation"]))


def test_a_scan_of_one_grey_value_is_like_nobody(tmp_path: Path) -> None:
    store = VolumeStore(tmp_path / "aligned")
    for person in range(3):
        write(store, f"burdenko/P-{person}/001", *head(person))
    for name in ("A", "B"):
        values, brain = head(0)
        write(store, f"external/{name}/001", np.ones_like(values), brain)
        write(store, f"external/{name}{name}/001", values, np.zeros_like(brain))
    assert all("burdenko" not in one + other for one, other in found(store))


def test_nobody_has_no_copies_and_a_scan_that_is_not_there_raises(store: VolumeStore) -> None:
    assert near_copies(store, [], least_correlation=LEAST).empty
    with pytest.raises(MissingInputError, match="burdenko/P-99/001 has no array 'brain'"):
        near_copies(store, ["burdenko/P-99/001"], least_correlation=LEAST)
