"""What one forward of each fusion arm costs, in operations and in memory."""

from __future__ import annotations

import weakref
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from psp_core.classifiers.fusion import Concatenation, FullSelfAttention, LateMean, Proposed

BYTES_PER_MIB = 2**20


class LiveBytes(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Bytes of all tensors that are made inside it, while they live; what was there is free.

    Attributes
    ----------
    live, peak : int
        Now, and at most so far.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.live, self.peak = 0, 0
        self._known: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operation and watch what it makes; a view of what was there makes nothing."""
        there = {id(storage) for storage in _storages((args, kwargs))}
        result = func(*args, **(kwargs or {}))
        for storage in _storages(result):
            key, size = id(storage), storage.nbytes()  # torch keeps one object per storage
            if key not in there | self._known:
                self._known.add(key)
                self.live += size
                weakref.finalize(storage, self._gone, key, size)
        self.peak = max(self.peak, self.live)
        return result

    def _gone(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.live -= size


def _storages(values: Any) -> list[torch.UntypedStorage]:
    return [one.untyped_storage() for one in tree_leaves(values) if isinstance(one, Tensor)]


def fusion_cost(
    n_tokens: int, image_width: int, *, n_columns: int, width: int, clinical_tokens: int, heads: int
) -> pd.DataFrame:
    """Cost of one forward of one patient, per fusion arm.

    Softmax is written out over the whole attention matrix, as in the papers' formulas; a
    fused kernel does the same operations in less memory.

    Parameters
    ----------
    n_tokens, image_width : int
        N image tokens, and their width.
    n_columns : int
        Of the clinical vector.
    width, clinical_tokens, heads : int
        See `network.NetworkClassifier`.

    Returns
    -------
    DataFrame
        One row per arm: ``architecture``, ``parameters``, ``megaflops`` (of the matrix products,
        an addition and a multiplication counted as two) and ``peak_mib``: most memory held at
        one time by what the forward makes, its input not counted.
    """
    shared = {"n_columns": n_columns, "image_width": image_width, "width": width, "dropout": 0.0}
    tokens = {"clinical_tokens": clinical_tokens, "heads": heads}
    arms: dict[str, nn.Module] = {}
    with torch.random.fork_rng(devices=[]):  # first weights are drawn, and do not matter
        arms["proposed"] = Proposed(**shared, **tokens)  # type: ignore[arg-type]
        arms["full_self_attention"] = FullSelfAttention(**shared, **tokens)  # type: ignore[arg-type]
        arms["concatenation"] = Concatenation(**shared)  # type: ignore[arg-type]
        arms["late_mean"] = LateMean(**shared)  # type: ignore[arg-type]
    inputs = torch.zeros(1, n_columns), torch.zeros(1, n_tokens, image_width), None
    return pd.DataFrame(
        [{"architecture": name, **_measured(arm, inputs)} for name, arm in arms.items()]
    )


def _measured(network: nn.Module, inputs: tuple[Tensor, Tensor, None]) -> dict[str, float]:
    network.eval()
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        with FlopCounterMode(display=False) as flops:
            network(*inputs)
        with LiveBytes() as memory:
            network(*inputs)
    return {
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "megaflops": flops.get_total_flops() / 1e6,
        "peak_mib": memory.peak / BYTES_PER_MIB,
    }
