"""Workers are kept between calls, and started anew where they must be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from psp_core.preprocessing import workers


@pytest.fixture(autouse=True)
def no_pool_stays() -> Iterator[None]:
    yield
    for number in list(workers._POOLS):
        workers.end_pool(number)


def test_the_same_processes_serve_the_next_call() -> None:
    first = workers.kept_pool(1).submit(os.getpid).result()
    assert first != os.getpid()
    assert workers.kept_pool(1).submit(os.getpid).result() == first


def test_changed_code_starts_them_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "module.py").touch()
    monkeypatch.setattr(workers.psp_core, "__path__", [str(tmp_path)])
    first = workers.kept_pool(1)
    assert workers.kept_pool(1) is first
    os.utime(tmp_path / "module.py", (1, 1))
    assert workers.kept_pool(1) is not first
