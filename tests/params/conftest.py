"""A small valid params file, as text and on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

MINIMAL = """\
study: {name: tiny, seed: 7}
phantom:
  sizes:
    train: 16
    train_ineligible: 4
    external: 12
    development: 6
    learning: 0
    sealed: 6
    brats2021: 6
    upenn_gbm: 3
    ucsf_pdgm: 3
  effects: {outfield: 0.5, solidity: 0.7, rim: 0.55, oedema: 0.6}
"""


@pytest.fixture
def minimal() -> str:
    return MINIMAL


@pytest.fixture
def write_params(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "study.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
