"""A params file and a way to open its run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from psp_core.runs import Run, open_run

OpenRun = Callable[..., Run]


@pytest.fixture
def params_file() -> Path:
    return Path(__file__).parents[2] / "params" / "ci.yaml"


@pytest.fixture
def open_tiny_run(tmp_path: Path, params_file: Path) -> OpenRun:
    def open_it(overrides: str = "", folder: str = "run") -> Run:
        return open_run(params_file, tmp_path / folder, overrides)

    return open_it
