"""Where a network's weights start from: a file of an earlier training, or the seed alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.runs import digest_of, digest_of_file


@dataclass(frozen=True, eq=False)
class WeightsFile:
    """Shape of a network and, where it was trained before, the file of its weights.

    Arms that differ only in where they start are given different ones of these.

    Attributes
    ----------
    architecture : mapping
        Arguments of the network's constructor.
    file : Path, optional
        Safetensors; None: first weights are drawn from the seed of the fit.
    """

    architecture: Mapping[str, Any]
    file: Path | None = field(default=None, repr=False)

    @cached_property
    def digest(self) -> str:
        """Digest of the shape and of the weights."""
        weights = "" if self.file is None else digest_of_file(self.file)
        return digest_of([dict(self.architecture), weights])

    def has(self, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Every patient can be served, shape (len(rows),)."""
        return np.ones(len(rows), dtype=bool)

    def __sklearn_clone__(self) -> Self:
        """Clones of an estimator share it."""
        return self
