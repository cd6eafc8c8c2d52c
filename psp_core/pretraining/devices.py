"""Where pre-training runs and in which precision."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal

import torch

if TYPE_CHECKING:
    from lightning_fabric import Fabric

Precision = Literal["auto", "float32", "bf16"]
PAYS = ("avx512_bf16", "amx_bf16")  # instructions without which bf16 is slower than float32


def choose_precision(asked: Precision) -> Precision:
    """``auto``: bf16 on a GPU or a processor that multiplies it, float32 elsewhere."""
    if asked != "auto":
        return asked
    if torch.cuda.is_available():
        is_native = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bf16" if is_native else "float32"
    tell = getattr(torch.cpu, "get_capabilities", None)  # absent before torch 2.10
    found = tell() if tell is not None else {}
    return "bf16" if any(found.get(name) for name in PAYS) else "float32"


def open_fabric(precision: Precision) -> Fabric:
    """One device, a GPU where there is one; weights stay float32 in either precision."""
    from lightning_fabric import Fabric  # noqa: PLC0415 - takes seconds, and only training needs it

    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it greets every training
    return Fabric(
        accelerator="cuda" if torch.cuda.is_available() else "cpu",
        devices=1,
        precision="bf16-mixed" if choose_precision(precision) == "bf16" else "32-true",
    )
