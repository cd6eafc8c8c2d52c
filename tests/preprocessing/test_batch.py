"""Many scans: resumed, one fault stops no other, and the result does not depend on workers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from psp_core.errors import EmptyMaskError, ExternalCommandError, StageError
from psp_core.preprocessing.batch import Prepared, prepare_all
from psp_core.preprocessing.store import VolumeStore


@dataclass(frozen=True)
class Scan:
    number: int
    digest: str = "inputs"

    @property
    def key(self) -> str:
        return f"own/P-{self.number}/001"


def double(scan: Scan) -> Prepared:
    if scan.number == 2:
        raise EmptyMaskError("the lesion has no voxel")
    if scan.number == 3:
        raise ZeroDivisionError("a place of the patient's file")
    if scan.number == 4:
        return Prepared({}, {"spread_mm": 9.0}, "registration is not believed")
    return Prepared({"volume": np.full(3, 2 * scan.number)}, {"seen": True})


SCANS = [Scan(number) for number in range(1, 6)]


def prepared(folder: Path, workers: int, **changes: object) -> VolumeStore:
    store = VolumeStore(folder / "volumes")
    settings = {"stamp": "v1", "workers": workers, "log": folder / "private"} | changes
    prepare_all(SCANS, double, store, **settings)  # type: ignore[arg-type]
    return store


@pytest.mark.parametrize("workers", [1, 2])
def test_every_scan_is_made_or_left_out_for_a_reason(tmp_path: Path, workers: int) -> None:
    store = prepared(tmp_path, workers)
    records = [store.record(scan.key) for scan in SCANS]
    assert [one["status"] for one in records] == ["done", *["excluded"] * 3, "done"]
    assert records[1]["reason"] == "EmptyMaskError: the lesion has no voxel"
    assert records[3] | {"digest": ""} == {
        "key": "own/P-4/001", "digest": "", "status": "excluded", "spread_mm": 9.0,
        "reason": "registration is not believed",
    }  # fmt: skip
    assert store.read(SCANS[4].key).tolist() == [10, 10, 10]


def test_an_unexpected_error_tells_its_kind_alone_and_is_tried_again(tmp_path: Path) -> None:
    store = prepared(tmp_path, 1)
    reason = store.record(SCANS[2].key)["reason"]
    assert reason.startswith("unexpected ZeroDivisionError")
    assert "patient's file" not in reason
    log = (tmp_path / "private" / "own_P-3_001.txt").read_text(encoding="utf-8")
    assert "a place of the patient's file" in log
    assert store.record(SCANS[2].key)["digest"] == ""


def without_program(scan: Scan) -> Prepared:
    raise ExternalCommandError(f"hd-bet is not installed here for scan {scan.number}")


def test_a_scan_that_lacked_a_program_is_tried_again(tmp_path: Path) -> None:
    store = VolumeStore(tmp_path / "volumes")
    log = tmp_path / "private"
    prepare_all(SCANS[:1], without_program, store, stamp=1, log=log)
    assert store.record(SCANS[0].key)["reason"].startswith("ExternalCommandError: hd-bet")
    prepare_all(SCANS[:1], double, store, stamp=1, log=log)
    assert store.record(SCANS[0].key)["status"] == "done"


def test_a_second_run_makes_nothing_and_new_parameters_make_all(tmp_path: Path) -> None:
    store = prepared(tmp_path, 1)
    before = store.path(SCANS[0].key, "volume").stat().st_mtime_ns
    prepared(tmp_path, 1)
    assert store.path(SCANS[0].key, "volume").stat().st_mtime_ns == before
    prepared(tmp_path, 1, stamp="v2")
    assert store.path(SCANS[0].key, "volume").stat().st_mtime_ns > before


def test_a_scan_that_is_no_longer_listed_is_removed(tmp_path: Path) -> None:
    store = prepared(tmp_path, 1)
    prepare_all(SCANS[:1], double, store, stamp="v1", log=tmp_path / "private")
    assert store.scans() == [SCANS[0].key]


def die(scan: Scan) -> Prepared:
    if scan.number == 2:
        os._exit(137)
    return Prepared({}, {})


def test_a_killed_worker_is_told_and_the_run_goes_on_later(tmp_path: Path) -> None:
    store = VolumeStore(tmp_path / "volumes")
    with pytest.raises(StageError, match=r"run again with fewer study\.workers"):
        prepare_all(SCANS, die, store, stamp=1, workers=2, log=tmp_path / "private")
    prepare_all(SCANS, double, store, stamp=1, workers=2, log=tmp_path / "private")
    assert len(store.scans()) == len(SCANS)


def test_a_store_that_is_up_to_date_is_not_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or pages that read one store could not run side by side."""
    store, usual = VolumeStore(tmp_path / "volumes"), {"stamp": "v1", "log": tmp_path / "private"}
    prepare_all([SCANS[0]], double, store, **usual)  # type: ignore[arg-type]

    def held(_: VolumeStore) -> None:
        raise StageError("another program writes this store")

    monkeypatch.setattr(VolumeStore, "writing", held)
    prepare_all([SCANS[0]], double, store, **usual)  # type: ignore[arg-type]
    with pytest.raises(StageError, match="another program"):
        prepare_all(SCANS, double, store, **usual)  # type: ignore[arg-type]
