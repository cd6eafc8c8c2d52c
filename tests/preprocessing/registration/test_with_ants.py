"""What ANTs needs around it; the maps it finds are tested with `register_rigid`."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from psp_core.errors import RegistrationError
from psp_core.preprocessing.registration.pyramid import build_pyramid
from psp_core.preprocessing.registration.with_ants import SEED, THREADS, align


def test_ants_loaded_with_several_threads_raises(
    head: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ants", ModuleType("ants"))
    monkeypatch.setenv(THREADS, "2")
    image = build_pyramid(head.t1ce, "t1ce", 8.0, None).levels[-1]
    with pytest.raises(RegistrationError, match="use_one_thread"):
        align(
            image, image, np.eye(4), centre_mm=np.zeros(3), masks=(None, None),
            step_mm=1.0, samples=100, seed=0,
        )  # fmt: skip


def test_what_ants_refuses_raises_and_leaves_no_seed(
    head: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = build_pyramid(head.t1ce, "t1ce", 8.0, None).levels[-1]
    monkeypatch.setenv(THREADS, "1")
    with pytest.raises(RegistrationError, match="ANTs stopped"):
        align(
            image, image * float("nan"), np.eye(4), centre_mm=np.zeros(3), masks=(None, None),
            step_mm=1.0, samples=100, seed=0,
        )  # fmt: skip
    assert SEED not in os.environ
