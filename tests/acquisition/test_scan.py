"""Headers over several processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from pydicom.dataset import Dataset

from psp_core.acquisition import scan
from psp_core.acquisition.files import Candidate, FileRef, list_files


def test_processes_give_the_same_headers_in_the_same_order(
    tmp_path: Path,
    make_series: Callable[..., list[Dataset]],
    save: Callable[..., list[Path]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save(make_series(np.zeros((300, 2, 2), np.uint16)), tmp_path)
    candidates = list_files(tmp_path).candidates
    assert len(candidates) == 300
    serial = scan.scan_headers(candidates)
    monkeypatch.setattr(scan, "FILES_WORTH_A_POOL", 1)
    assert scan.scan_headers(candidates, workers=2) == serial
    assert {len(values) for values in serial.values()} == {300}
    assert len(set(serial["sop_uid"])) == 300
    assert len(set(map(id, serial["series_uid"]))) == 1


def test_a_file_that_went_away_is_a_fault_not_an_exception(tmp_path: Path) -> None:
    gone = [
        Candidate(FileRef(tmp_path, "1-1.dcm"), 10),
        Candidate(FileRef(tmp_path, "s.zip", "1-1.dcm"), 10),
    ]
    assert scan.scan_headers(gone)["fault"] == [
        "cannot be opened (FileNotFoundError)",
        "unreadable archive (FileNotFoundError)",
    ]


def test_an_archive_of_any_size_is_opened_once(
    tmp_path: Path,
    make_object: Callable[..., Dataset],
    save: Callable[..., list[Path]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (path,) = save([make_object("RTPLAN")], tmp_path)
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        for number in range(2 * scan.CHUNK):
            archive.write(path, f"{number}.dcm")
    candidates = [c for c in list_files(tmp_path).candidates if c.ref.member]
    opened = []
    monkeypatch.setattr(scan.zipfile, "ZipFile", lambda f: opened.append(f) or ZipFile(f))
    headers = scan.scan_headers(candidates)
    assert len(opened) == 1
    assert headers["fault"] == [""] * 2 * scan.CHUNK
