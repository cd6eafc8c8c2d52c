"""Precision: as asked, or what pays on this machine."""

from __future__ import annotations

import pytest
import torch

from psp_core.pretraining.devices import choose_precision, open_fabric


def test_a_precision_that_was_asked_for_is_taken() -> None:
    assert choose_precision("float32") == "float32"
    assert choose_precision("bf16") == "bf16"


@pytest.mark.parametrize(
    ("gpu", "instructions", "expected"),
    [
        ("native", {}, "bf16"),
        ("emulating", {"avx512_bf16": True}, "float32"),
        (None, {"avx512_bf16": True}, "bf16"),
        (None, {"amx_bf16": True}, "bf16"),
        (None, {"avx512_bf16": False, "avx2": True}, "float32"),
    ],
)
def test_auto_is_what_pays(
    monkeypatch: pytest.MonkeyPatch,
    gpu: str | None,
    instructions: dict[str, bool],
    expected: str,
) -> None:
    def is_supported(including_emulation: bool = True) -> bool:
        return gpu == "native" or including_emulation

    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu is not None)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", is_supported)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: instructions, raising=False)
    assert choose_precision("auto") == expected


def test_a_program_that_cannot_tell_takes_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert choose_precision("auto") == "float32"


def test_fabric_has_that_precision() -> None:
    assert open_fabric("bf16")._precision.precision == "bf16-mixed"
    assert open_fabric("float32")._precision.precision == "32-true"
