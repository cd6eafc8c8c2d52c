"""Headers over several processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from psp_core.acquisition.files import Candidate, FileRef, list_files
from psp_core.acquisition.scan import scan_headers


def test_processes_give_the_same_headers_in_the_same_order(
    tmp_path: Path,
    make_series: Callable[..., list[Dataset]],
    save: Callable[..., list[Path]],
) -> None:
    save(make_series(np.zeros((300, 2, 2), np.uint16)), tmp_path)
    candidates = list_files(tmp_path).candidates
    assert len(candidates) == 300
    serial = scan_headers(candidates)
    assert scan_headers(candidates, workers=2, worth_a_pool=1) == serial
    assert len({header.row["sop_uid"] for header in serial}) == 300


def test_a_file_that_went_away_is_a_fault_not_an_exception(tmp_path: Path) -> None:
    gone = [
        Candidate(FileRef(tmp_path, "1-1.dcm"), 10),
        Candidate(FileRef(tmp_path, "s.zip", "1-1.dcm"), 10),
    ]
    assert [header.fault for header in scan_headers(gone)] == [
        "cannot be opened (FileNotFoundError)",
        "unreadable archive (FileNotFoundError)",
    ]
