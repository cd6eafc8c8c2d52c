"""Tokens of a cohort, with the share of lesion in each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.inputs.arrays import VALUES, PatientArrays

SHARES = "lesion_share"
Floats = npt.NDArray[np.float32]


class Tokens(PatientArrays):
    """Token embeddings of scans by an encoder that learns no more.

    Parameters
    ----------
    keys : sequence of str
        ``dataset/subject_id/timepoint`` of each scan.
    values : float array, shape (n, N, d)
        Tokens, in memory or memory-mapped.
    lesion_share : float array, shape (n, N)
        Share of each token's voxels that are lesion; 0 without a lesion.
    folder : Path, optional
        Where the arrays lie as files, see `PatientArrays`.
    """

    def __init__(
        self,
        keys: Sequence[str],
        values: npt.NDArray[Any],
        lesion_share: npt.NDArray[Any],
        folder: Path | None = None,
    ) -> None:
        super().__init__(keys, {VALUES: values, SHARES: lesion_share}, folder=folder)

    @property
    def values(self) -> npt.NDArray[Any]:
        """Tokens of all scans, shape (n, N, d)."""
        return self.arrays[VALUES]

    @property
    def lesion_share(self) -> npt.NDArray[Any]:
        """Share of lesion of each token, shape (n, N)."""
        return self.arrays[SHARES]

    def of(self, rows: pd.DataFrame, name: str = VALUES) -> Floats:
        """Tokens of the scans of a table, float32 (len(rows), N, d).

        Raises
        ------
        MissingInputError
            If a row's scan was not encoded.
        """
        return super().of(rows, name).astype(np.float32, copy=False)

    def lesion_of(self, rows: pd.DataFrame) -> Floats:
        """Share of lesion of each token of the scans of a table, float32 (len(rows), N).

        Raises
        ------
        MissingInputError
            If a row's scan was not encoded.
        """
        return self.of(rows, SHARES)
