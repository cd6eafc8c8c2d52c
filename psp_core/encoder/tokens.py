"""Tokens of a cohort: looked up by patient, shared by processes, never copied by clones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.errors import MissingInputError

VALUES, SHARES, KEYS = "values.npy", "lesion_share.npy", "keys.json"
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Tokens:
    """Token embeddings of scans by an encoder that learns no more.

    Attributes
    ----------
    keys : sequence of str
        ``dataset/subject_id/timepoint`` of each scan.
    values : float array, shape (n, N, d)
        Tokens, in memory or memory-mapped.
    lesion_share : float array, shape (n, N)
        Share of each token's voxels that are lesion; 0 without a lesion.
    folder : Path, optional
        Where the arrays lie as files: a copy in another process opens them there.
    """

    keys: Sequence[str] = field(repr=False)
    values: npt.NDArray[Any] = field(repr=False)
    lesion_share: npt.NDArray[Any] = field(repr=False)
    folder: Path | None = field(default=None, repr=False)

    @classmethod
    def open(cls, folder: Path) -> Tokens:
        """Map the files of a folder into memory, read-only."""
        values, shares = (
            np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in (VALUES, SHARES)
        )
        keys = json.loads((folder / KEYS).read_text(encoding="utf-8"))
        return cls(tuple(keys), values, shares, folder)

    def of(self, rows: pd.DataFrame) -> Floats:
        """Tokens of the scans of a table, float32 (len(rows), N, d).

        Raises
        ------
        MissingInputError
            If a row's scan was not encoded.
        """
        return self.values[self._places(rows)].astype(np.float32, copy=False)

    def lesion_of(self, rows: pd.DataFrame) -> Floats:
        """Share of lesion of each token of the scans of a table, float32 (len(rows), N).

        Raises
        ------
        MissingInputError
            If a row's scan was not encoded.
        """
        return self.lesion_share[self._places(rows)].astype(np.float32, copy=False)

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """Files travel to another process by their folder."""
        if self.folder is not None:
            return Tokens.open, (self.folder,)
        return Tokens, (tuple(self.keys), self.values, self.lesion_share)

    def __sklearn_clone__(self) -> Self:
        """Clones of an estimator share its tokens."""
        return self

    def __repr__(self) -> str:
        return f"Tokens({' x '.join(map(str, self.values.shape))})"

    @cached_property
    def _place(self) -> dict[str, int]:
        return {key: place for place, key in enumerate(self.keys)}

    def _places(self, rows: pd.DataFrame) -> list[int]:
        columns = (rows["dataset"], rows["subject_id"], rows["timepoint"])
        keys = [f"{name}/{one}/{int(time):03d}" for name, one, time in zip(*columns, strict=True)]
        missing = [key for key in keys if key not in self._place]
        if missing:
            raise MissingInputError(
                f"{len(missing)} of {len(keys)} scans have no tokens, the first is {missing[0]}; "
                "encode them first"
            )
        return [self._place[key] for key in keys]
