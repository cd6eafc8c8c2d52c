"""Fixtures that every part of the tests shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """Folder of public reference data, named by the environment variable PSP_REFERENCE_DIR."""
    folder = os.environ.get("PSP_REFERENCE_DIR", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("PSP_REFERENCE_DIR is not set: reference data not available")
    return Path(folder)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the notebooks: they take minutes, and other processes run the rest meanwhile."""
    items.sort(key=lambda item: item.get_closest_marker("notebook") is None)
