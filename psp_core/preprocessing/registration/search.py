"""The search for a rigid map: every start from coarse to fine, then the best once more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import SimpleITK

from psp_core.errors import RegistrationError
from psp_core.preprocessing.registration.pyramid import Pyramid
from psp_core.preprocessing.registration.starts import LEAST_OVERLAP, overlap
from psp_core.preprocessing.registration.with_simpleitk import similarity

Floats = npt.NDArray[np.float64]
Masks = tuple[SimpleITK.Image | None, SimpleITK.Image | None]

SEARCH_SAMPLES, FINAL_SAMPLES = 2_500, 20_000
FIRST_STEP_MM, NEXT_STEP_MM, FINAL_STEP_MM = 4.0, 1.5, 0.5


class Align(Protocol):
    """What an engine does, see ``with_simpleitk.align``."""

    def __call__(
        self,
        fixed: SimpleITK.Image,
        moving: SimpleITK.Image,
        start: Floats,
        *,
        centre_mm: Floats,
        masks: Masks,
        step_mm: float,
        samples: int,
        seed: int,
    ) -> Floats:
        """Improve a rigid map of fixed to moving points."""


@dataclass(frozen=True, eq=False)
class Search:
    """Search for the map of `fixed` to `moving` points with one engine."""

    fixed: Pyramid
    moving: Pyramid
    align: Align
    seed: int

    def ends(self, starts: list[Floats]) -> list[Floats]:
        """Where the starts end, the most similar first.

        Raises
        ------
        RegistrationError
            If no start ends with the head in the moving field.
        """
        found: list[tuple[float, int, Floats]] = []
        reasons: list[str] = []
        for number, start in enumerate(starts):
            try:
                end = self._descend(start, self.seed + number)
            except RegistrationError as error:
                reasons.append(str(error))
                continue
            if overlap(end, self.fixed, self.moving) < LEAST_OVERLAP:
                reasons.append("the head left the moving field")
                continue
            found.append((-self.similarity(end), number, end))
        if not found:
            raise RegistrationError(
                f"all {len(starts)} starts failed: {'; '.join(dict.fromkeys(reasons))}. Look at "
                "both images: do they show the same head?"
            )
        return [end for _, _, end in sorted(found, key=lambda one: one[:2])]

    def refined(self, end: Floats) -> Floats:
        """The same optimum, on more points."""
        return self._align(
            self.fixed.levels[-1],
            self.moving.levels[-1],
            end,
            step_mm=FINAL_STEP_MM,
            samples=FINAL_SAMPLES,
            seed=self.seed,
        )

    def similarity(self, matrix: Floats) -> float:
        """Mutual information under a map, in nats, on the same points for every map.

        0 if the head is not in the moving field: a small overlap can look alike by chance.
        """
        if overlap(matrix, self.fixed, self.moving) < LEAST_OVERLAP:
            return 0.0
        return similarity(
            self.fixed.levels[-1],
            self.moving.levels[-1],
            matrix,
            masks=self._masks,
            samples=FINAL_SAMPLES,
            seed=self.seed,
        )

    def apart(self, one: Floats, other: Floats) -> float:
        """Distance in mm between two maps, root mean square over the fixed head."""
        points = self.fixed.points_mm
        difference = points @ (one - other)[:3, :3].T + (one - other)[:3, 3]
        return float(np.sqrt((difference**2).sum(1).mean()))

    def _descend(self, matrix: Floats, seed: int) -> Floats:
        """One start through all levels that both volumes have."""
        count = min(len(self.fixed.levels), len(self.moving.levels))
        levels = zip(self.fixed.levels[-count:], self.moving.levels[-count:], strict=True)
        step_mm = FIRST_STEP_MM
        for fixed, moving in levels:
            matrix = self._align(
                fixed, moving, matrix, step_mm=step_mm, samples=SEARCH_SAMPLES, seed=seed
            )
            step_mm = NEXT_STEP_MM
        return matrix

    def _align(
        self,
        fixed: SimpleITK.Image,
        moving: SimpleITK.Image,
        matrix: Floats,
        *,
        step_mm: float,
        samples: int,
        seed: int,
    ) -> Floats:
        return self.align(
            fixed,
            moving,
            matrix,
            centre_mm=self.fixed.points_mm.mean(0),
            masks=self._masks,
            step_mm=step_mm,
            samples=samples,
            seed=seed,
        )

    @property
    def _masks(self) -> Masks:
        return self.fixed.looked_at, self.moving.known
