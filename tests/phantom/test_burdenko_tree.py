"""A patient on disk: whole, once, and the same in every layout."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pydicom
import pytest

from psp_core.errors import ConfigError, StoredRangeError
from psp_core.phantom import burdenko_tree
from psp_core.phantom.burdenko_tree import write_patient
from psp_core.phantom.patient import FollowUp, Image, PhantomPatient, Structure

LAYOUTS = ("nbia", "descriptive", "classic", "zips", "reorganised")
SEED = 3
STRUCTURE_BYTES = 100_000

Tree = Callable[[Path], dict[str, bytes]]


def instances(files: dict[str, bytes]) -> dict[str, bytes]:
    """Every DICOM file of a tree, zipped or not, by its UID."""
    contents = []
    for name, content in files.items():
        if name.endswith(".zip"):
            with zipfile.ZipFile(BytesIO(content)) as archive:
                contents += [archive.read(entry) for entry in archive.namelist()]
        else:
            contents.append(content)
    read = {
        pydicom.dcmread(BytesIO(one), specific_tags=["SOPInstanceUID"]).SOPInstanceUID: one
        for one in contents
    }
    assert len(read) == len(contents)
    return read


def broken(patient: PhantomPatient) -> PhantomPatient:
    """Return a patient whose last image cannot be stored."""
    last = patient.follow_ups[-1]
    t2 = Image(last.mr["t2"].values - 1000, last.mr["t2"].affine)
    visits = (*patient.follow_ups[:-1], FollowUp(2, 96, {**last.mr, "t2": t2}))
    return replace(patient, follow_ups=visits)


def write(patient: PhantomPatient, root: Path, layout: str, **options: object) -> bool:
    options = {"structure_file_bytes": STRUCTURE_BYTES} | options
    return write_patient(patient, root, layout, SEED, **options)


def test_five_layouts_hold_identical_instances(
    patient: PhantomPatient, mr_target: Structure, tmp_path: Path, tree_bytes: Tree
) -> None:
    both = replace(patient, planning=replace(patient.planning, mr_target=mr_target))
    found = {}
    for layout in LAYOUTS:
        assert write(both, tmp_path / layout, layout)
        found[layout] = instances(tree_bytes(tmp_path / layout))
    n_slices = 16 + 4 * 10 + 4 * 11 + 3 * 9
    assert len(found["nbia"]) == n_slices + 4  # two structure sets, plan, dose
    assert all(found[layout] == found["nbia"] for layout in LAYOUTS)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_same_seed_same_bytes_and_no_stray_file(
    layout: str, patient: PhantomPatient, tmp_path: Path, tree_bytes: Tree
) -> None:
    for name in ("first", "second"):
        assert write(patient, tmp_path / name, layout)
    first = tree_bytes(tmp_path / "first")
    assert first == tree_bytes(tmp_path / "second")
    assert all(name.endswith((".dcm", ".zip")) and "partial" not in name for name in first)


def test_another_seed_gives_other_uids(patient: PhantomPatient, tmp_path: Path) -> None:
    for seed in (3, 4):
        write_patient(
            patient, tmp_path / str(seed), "zips", seed, structure_file_bytes=STRUCTURE_BYTES
        )
    first, second = ({p.name for p in (tmp_path / seed).iterdir()} for seed in "34")
    assert not first & second


@pytest.mark.parametrize("layout", LAYOUTS)
def test_failure_in_the_middle_leaves_no_half_patient_and_a_rerun_completes_it(
    layout: str, patient: PhantomPatient, tmp_path: Path, tree_bytes: Tree
) -> None:
    with pytest.raises(StoredRangeError, match="MR00T2"):
        write(broken(patient), tmp_path / "x", layout)
    assert tree_bytes(tmp_path / "x") == {}
    assert write(patient, tmp_path / "x", layout)
    write(patient, tmp_path / "y", layout)
    assert tree_bytes(tmp_path / "x") == tree_bytes(tmp_path / "y")


@pytest.mark.parametrize("layout", ["nbia", "zips"])
def test_leftovers_of_a_killed_run_are_replaced(
    layout: str,
    patient: PhantomPatient,
    tmp_path: Path,
    tree_bytes: Tree,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # a killed process removes nothing: keep what is there when the error comes
    with monkeypatch.context() as killed:
        killed.setattr("psp_core.phantom.placing.shutil.rmtree", lambda *_, **__: None)
        with pytest.raises(StoredRangeError, match="MR00T2"):
            write(broken(patient), tmp_path / "x", layout)
    left = tree_bytes(tmp_path / "x")
    assert left
    assert all(".Burdenko-GBM-007.partial/" in name for name in left)
    assert write(patient, tmp_path / "x", layout)
    write(patient, tmp_path / "y", layout)
    assert tree_bytes(tmp_path / "x") == tree_bytes(tmp_path / "y")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_finished_patient_is_not_written_again(
    layout: str, patient: PhantomPatient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert write(patient, tmp_path, layout)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    monkeypatch.setattr(burdenko_tree, "instance_names", None)  # would fail if it were called
    assert not write(patient, tmp_path, layout)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_zip_that_is_missing_brings_the_patient_back(
    patient: PhantomPatient, tmp_path: Path, tree_bytes: Tree
) -> None:
    write(patient, tmp_path, "zips")
    whole = tree_bytes(tmp_path)
    next(tmp_path.iterdir()).unlink()
    assert write(patient, tmp_path, "zips")
    assert tree_bytes(tmp_path) == whole


def test_unknown_layout_is_refused(patient: PhantomPatient, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="layouts are nbia, descriptive"):
        write(patient, tmp_path, "flat")
    assert list(tmp_path.iterdir()) == []
