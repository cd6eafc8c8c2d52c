"""The brain of an image, whoever finds it: its makers, the user's program, the template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.volume import Volume
from psp_core.errors import (
    BrainExtractionError,
    EmptyMaskError,
    ExternalCommandError,
    GridMismatchError,
)
from psp_core.preprocessing.brain.atlas import atlas_brain
from psp_core.preprocessing.brain.command import command_brain
from psp_core.preprocessing.brain.stripped import stripped_brain

Method = Literal["given", "already_stripped", "command", "atlas"]

LARGEST_CUT_CM2 = 20.0  # the spinal cord has 1 to 2 cm², so it may leave the field


@dataclass(frozen=True, eq=False)
class BrainMask:
    """Where the brain is, and who says so.

    Attributes
    ----------
    mask : bool array, shape (D, H, W)
        On the grid of the image.
    method : str
        ``given``, ``already_stripped``, ``command`` or ``atlas``.
    volume_cm3 : float
        Of the mask.
    cut_cm2 : float
        Area over which the brain touches the edge of the field of view.
    to_template : float array, shape (4, 4), or None
        Affine map from LPS mm of the image to LPS mm of the template; ``atlas`` only.
    likeness : float
        Correlation of image and template deep inside; NaN except for ``atlas``.
    faults : tuple of str
        What a reader should know before believing the mask.
    """

    mask: npt.NDArray[np.bool_]
    method: Method
    volume_cm3: float
    cut_cm2: float
    to_template: npt.NDArray[np.float64] | None = None
    likeness: float = float("nan")
    faults: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """Plain values without the mask, for JSON."""
        return {
            "method": self.method,
            "volume_cm3": self.volume_cm3,
            "cut_cm2": self.cut_cm2,
            "to_template": None if self.to_template is None else self.to_template.tolist(),
            "likeness": None if np.isnan(self.likeness) else self.likeness,
            "faults": list(self.faults),
        }


def extract_brain(
    volume: Volume,
    *,
    method: Literal["atlas", "command"] = "atlas",
    command: str | None = None,
    given: Volume | None = None,
) -> BrainMask:
    """Find the brain in the MR image of a head.

    A given mask is used as it is; an image that is skull-stripped already keeps the brain
    it has; any other image goes to `method`.

    Parameters
    ----------
    volume : Volume
        T1-weighted image; NaN counts as background.
    method : {"atlas", "command"}, default "atlas"
        The packaged template, or the user's own program.
    command : str, optional
        Command line of that program (`command.command_brain`).
    given : Volume, optional
        Mask on the grid of the image, not 0 inside the brain.

    Raises
    ------
    GridMismatchError
        If the given mask lies on another grid.
    EmptyMaskError
        If the given mask has no voxel.
    ExternalCommandError
        If the user's program is not named, not there or fails.
    BrainExtractionError
        If no believable brain is found.
    """
    if given is not None:
        return _described(_checked(given, volume), "given", volume)
    stripped = stripped_brain(volume)
    if stripped is not None:
        return _described(stripped, "already_stripped", volume)
    known = Volume(np.nan_to_num(volume.values, nan=0.0, posinf=0.0, neginf=0.0), volume.grid)
    if method == "command":
        if command is None:
            raise ExternalCommandError(
                "brain.method is command, but brain.command names none; expected for example "
                "'hd-bet -i {input} -o {output}'"
            )
        return _described(command_brain(known, command), "command", volume)
    found = atlas_brain(known)
    if found.doubts:
        raise BrainExtractionError(
            f"what was found is no brain: {'; '.join(found.doubts)}. Look at the image, give a "
            "mask, or name a program in brain.command"
        )
    return _described(found.mask, "atlas", volume, found.to_template, found.likeness)


def _checked(given: Volume, volume: Volume) -> npt.NDArray[np.bool_]:
    if not given.grid.same_grid(volume.grid):
        raise GridMismatchError(
            f"the given brain mask has shape {given.grid.shape} and its own place, the image "
            f"shape {volume.grid.shape}; resample the mask to the image first"
        )
    mask = np.asarray(np.nan_to_num(given.values) != 0)
    if not mask.any():
        raise EmptyMaskError("the given brain mask has no voxel; leave it out or draw it")
    return mask


def _described(
    mask: npt.NDArray[np.bool_],
    method: Method,
    volume: Volume,
    to_template: npt.NDArray[np.float64] | None = None,
    likeness: float = float("nan"),
) -> BrainMask:
    """Measure a mask and say what is wrong with it."""
    cut = _cut_cm2(mask, volume)
    faults: tuple[str, ...] = ()
    if cut > LARGEST_CUT_CM2:
        faults = (
            f"the edge of the field of view cuts the brain over {cut:.0f} cm² "
            f"(expected at most {LARGEST_CUT_CM2:.0f})",
        )
    size = float(np.count_nonzero(mask) * volume.grid.voxel_volume_cm3)
    return BrainMask(mask, method, size, cut, to_template, likeness, faults)


def _cut_cm2(mask: npt.NDArray[np.bool_], volume: Volume) -> float:
    """Area of the mask on the six faces of the field of view."""
    area = 0.0
    for axis, side_mm in enumerate(volume.grid.spacing_mm):
        face_cm2 = volume.grid.voxel_volume_cm3 * 1000.0 / side_mm / 100.0
        area += face_cm2 * np.count_nonzero(mask.take([0, -1], axis=axis))
    return area
