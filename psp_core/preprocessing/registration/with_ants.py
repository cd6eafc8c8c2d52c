"""Rigid alignment of two images by ANTs, the program of Gomaa 2025.

ANTs is the same to the last byte only with one ITK thread and a seed from the
environment; both are set before it is loaded.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK
from scipy.spatial.transform import Rotation

from psp_core.errors import RegistrationError
from psp_core.preprocessing.registration.with_simpleitk import BINS, voxels_within

Floats = npt.NDArray[np.float64]

THREADS, SEED = "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS", "ANTS_RANDOM_SEED"
STEPS = 200
STEP_SHARE = 0.25  # ANTs' gradient step of a search that begins with `step_mm`


def align(
    fixed: SimpleITK.Image,
    moving: SimpleITK.Image,
    start: Floats,
    *,
    centre_mm: Floats,
    masks: tuple[SimpleITK.Image | None, SimpleITK.Image | None],
    step_mm: float,
    samples: int,
    seed: int,
) -> Floats:
    """Improve a rigid map of fixed to moving points.

    Parameters and errors as in ``with_simpleitk.align``.
    """
    ants = _load()
    # The head's centre becomes the origin, about which ANTs turns, and the start the identity.
    to_fixed = np.eye(4)
    to_fixed[:3, 3] = -centre_mm
    to_moving = to_fixed @ np.linalg.inv(start)
    fixed_mask, moving_mask = masks
    still = _image(ants, fixed, to_fixed)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[SEED] = str(1 + seed % (2**31 - 1))  # 0 means the clock
        try:
            found = ants.registration(
                still,
                _image(ants, moving, to_moving),
                type_of_transform="Rigid",
                initial_transform="Identity",
                outprefix=str(Path(folder) / "map"),
                mask=_mask(ants, fixed_mask, fixed, to_fixed),
                moving_mask=_mask(ants, moving_mask, moving, to_moving),
                grad_step=step_mm * STEP_SHARE,
                aff_metric="mattes",
                aff_sampling=BINS,
                aff_random_sampling_rate=min(1.0, samples / voxels_within(fixed, fixed_mask)),
                aff_iterations=(STEPS,),
                aff_shrink_factors=(1,),
                aff_smoothing_sigmas=(0,),
            )
            affine = ants.read_transform(found["fwdtransforms"][0])
        except (RuntimeError, ValueError, OSError, IndexError) as error:
            raise RegistrationError(
                f"ANTs stopped ({type(error).__name__}); the images may not overlap"
            ) from error
        finally:
            del os.environ[SEED]
    step = np.eye(4)
    linear = np.asarray(affine.parameters[:9]).reshape(3, 3)
    about = np.asarray(affine.fixed_parameters)
    step[:3, :3] = Rotation.from_matrix(linear).as_matrix()
    step[:3, 3] = np.asarray(affine.parameters[9:]) + about - linear @ about
    matrix: Floats = np.linalg.inv(to_moving) @ step @ to_fixed
    return matrix


def _load() -> ModuleType:
    """Import ANTs with one thread."""
    if "ants" in sys.modules and os.environ.get(THREADS) != "1":
        raise RegistrationError(
            f"ANTs was loaded while {THREADS} was not 1, so that its results would change from run "
            "to run; call runs.process.use_one_thread() first"
        )
    os.environ[THREADS] = "1"
    import ants  # noqa: PLC0415 - seconds, and only for those who choose this engine

    module: ModuleType = ants
    return module


def _image(ants: ModuleType, image: SimpleITK.Image, carried: Floats) -> Any:
    """The image as ANTs holds it, its frame carried by a rigid map."""
    values = SimpleITK.GetArrayViewFromImage(image).T.astype(np.float32)
    direction = np.array(image.GetDirection()).reshape(3, 3)
    return ants.from_numpy(
        np.ascontiguousarray(values),
        origin=(carried[:3, :3] @ image.GetOrigin() + carried[:3, 3]).tolist(),
        spacing=list(image.GetSpacing()),
        direction=carried[:3, :3] @ direction,
    )


def _mask(
    ants: ModuleType, mask: SimpleITK.Image | None, like: SimpleITK.Image, carried: Floats
) -> Any:
    """The mask on the image's own grid, as ANTs wants it."""
    if mask is None:
        return None
    return _image(
        ants,
        SimpleITK.Resample(mask, like, SimpleITK.Transform(), SimpleITK.sitkNearestNeighbor),
        carried,
    )
