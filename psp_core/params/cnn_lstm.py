"""Section on the CNN-LSTM of Jang 2018 and its relatives."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from psp_core.params.values import STRICT, Positive, Size

Sizes = Annotated[tuple[Size, ...], Field(min_length=1)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class CnnLstmSweepParams:
    """Searches of Jang 2018, Fig. 2, the cross-validation of its Fig. 3, and Fig. S1."""

    preset: Literal["paper", "code", "fixed"] = "code"
    folds: Annotated[int, Field(ge=2)] = 5
    batch_sizes: Sizes = (6, 7, 8, 9)
    cells: Sizes = (18, 20, 22, 24)
    cell_batch_size: Size = 6
    cell_epochs: Size = 30
    learning_rates: Annotated[tuple[Positive, ...], Field(min_length=1)] = (1e-4, 1e-3, 1e-2, 1e-1)
    traces: Size = 5
    trace_epochs: Size = 50
    trace_batch_size: Size = 7
    trace_learning_rate: Positive = 1e-3
    traced_on: Literal["last", "drawn"] = "last"
    curve_folds: Annotated[int, Field(ge=2)] = 10
    scrambled_folds: Annotated[int, Field(ge=2)] = 10

    SIZES: ClassVar[tuple[str, ...]] = (
        *("folds", "traces", "trace_epochs", "curve_folds", "scrambled_folds"),
    )


@dataclass(frozen=True, kw_only=True, config=STRICT)
class CnnLstmParams:
    """Slices and network of the CNN-LSTM."""

    side: Size = 256
    n_slices: Annotated[int, Field(ge=1)] = 9
    field_mm: Positive = 200.0
    filters: Sizes = (64, 128, 256)
    cells: Size = 24
    epochs: Size = 25
    batch_size: Size = 8
    learning_rate: Positive = 0.01
    sweeps: CnnLstmSweepParams = field(default_factory=CnnLstmSweepParams)

    SIZES: ClassVar[tuple[str, ...]] = ("side", "n_slices", "filters", "cells", "epochs")
