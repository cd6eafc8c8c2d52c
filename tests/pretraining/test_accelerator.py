"""Where small trainings run."""

from __future__ import annotations

import pytest
import torch

from psp_core.pretraining import accelerator
from psp_core.pretraining.accelerator import fabric_on_gpu


def test_the_processor_needs_no_fabric_and_a_gpu_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert fabric_on_gpu() is None
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(accelerator, "open_fabric", lambda precision: f"fabric {precision}")
    assert fabric_on_gpu() == "fabric auto"
