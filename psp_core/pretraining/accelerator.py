"""The GPU for a small training, where there is one; on the processor such a training needs none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from psp_core.pretraining.devices import open_fabric

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def fabric_on_gpu() -> Fabric | None:
    """Fabric on a GPU; None without one, where float32 on the processor repeats to the byte."""
    return open_fabric("auto") if torch.cuda.is_available() else None
