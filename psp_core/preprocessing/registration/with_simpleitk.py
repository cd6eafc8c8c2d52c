"""Rigid alignment of two images by SimpleITK, and the similarity that judges every engine.

The same inputs give the same bytes: one thread, and sampled points that the seed decides.
They are drawn at random: ITK's regular sampling takes every n-th voxel in memory order,
which is a single column of the image when n is a multiple of its width.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import SimpleITK
from scipy.spatial.transform import Rotation

from psp_core.errors import RegistrationError

Floats = npt.NDArray[np.float64]

BINS = 32
RADIUS_MM = 60.0  # one radian moves the voxels of a head by about this much
STEPS, RELAXATION, SHORTEST_STEP = 100, 0.6, 1 / 20


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

    Parameters
    ----------
    start : float array, shape (4, 4)
        Where to begin.
    centre_mm : float array, shape (3,)
        Centre of rotation: the head's, so that turning and shifting do not depend on
        each other.
    masks : pair of images or None
        Where the metric may look in the fixed and in the moving image.
    step_mm : float
        First step of the search, which ends when its step has become a twentieth of it.
    samples : int
        Fixed points that are compared.

    Raises
    ------
    RegistrationError
        If the optimiser stops with an error, such as no overlap.
    """
    method = _metric(fixed, masks, samples, seed)
    method.SetOptimizerAsRegularStepGradientDescent(
        step_mm, step_mm * SHORTEST_STEP, STEPS, RELAXATION, gradientMagnitudeTolerance=1e-8
    )
    method.SetOptimizerScales([RADIUS_MM**2] * 3 + [1.0] * 3)
    euler = _to_euler(start, centre_mm)
    method.SetInitialTransform(euler, inPlace=True)
    try:
        with _one_thread():
            method.Execute(fixed, moving)
    except RuntimeError as error:
        raise RegistrationError(f"SimpleITK's optimiser stopped: {_reason(error)}") from error
    return _to_matrix(euler)


def similarity(
    fixed: SimpleITK.Image,
    moving: SimpleITK.Image,
    matrix: Floats,
    *,
    masks: tuple[SimpleITK.Image | None, SimpleITK.Image | None],
    samples: int,
    seed: int,
) -> float:
    """Mattes mutual information under a map, in nats; 0 where the images do not overlap."""
    method = _metric(fixed, masks, samples, seed)
    method.SetOptimizerAsExhaustive([0] * 6)  # MetricEvaluate would look at every voxel
    method.SetInitialTransform(_to_euler(matrix, np.zeros(3)), inPlace=True)
    try:
        with _one_thread():
            method.Execute(fixed, moving)
    except RuntimeError:
        return 0.0
    return -float(method.GetMetricValue())


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let ITK add in one order; the metric asks for the program's default only."""
    settings = SimpleITK.ProcessObject
    before = settings.GetGlobalDefaultNumberOfThreads()
    settings.SetGlobalDefaultNumberOfThreads(1)
    try:
        yield
    finally:
        settings.SetGlobalDefaultNumberOfThreads(before)


def _metric(
    fixed: SimpleITK.Image,
    masks: tuple[SimpleITK.Image | None, SimpleITK.Image | None],
    samples: int,
    seed: int,
) -> SimpleITK.ImageRegistrationMethod:
    method = SimpleITK.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(BINS)
    method.SetInterpolator(SimpleITK.sitkLinear)
    # ITK's smoothed gradient is wide for thick slices and ends 2 mm beside the optimum.
    method.SetMetricUseFixedImageGradientFilter(False)
    method.SetMetricUseMovingImageGradientFilter(False)
    fixed_mask, moving_mask = masks
    if fixed_mask is not None:
        method.SetMetricFixedMask(fixed_mask)
    if moving_mask is not None:
        method.SetMetricMovingMask(moving_mask)
    method.SetMetricSamplingStrategy(method.RANDOM)
    share = min(1.0, samples / voxels_within(fixed, fixed_mask))
    method.SetMetricSamplingPercentage(share, 1 + seed % (2**32 - 1))  # 0 means the clock
    return method


def voxels_within(image: SimpleITK.Image, mask: SimpleITK.Image | None) -> float:
    """Number of voxels of an image, those in a mask where there is one."""
    if mask is None:
        return float(np.prod(image.GetSize()))
    covered = SimpleITK.GetArrayViewFromImage(mask).sum() * np.prod(mask.GetSpacing())
    return max(1.0, float(covered / np.prod(image.GetSpacing())))


def _to_euler(matrix: Floats, centre_mm: Floats) -> SimpleITK.Euler3DTransform:
    """The map as angles and a shift about a centre."""
    euler = SimpleITK.Euler3DTransform()
    euler.SetCenter(centre_mm.tolist())
    euler.SetMatrix(Rotation.from_matrix(matrix[:3, :3]).as_matrix().ravel().tolist())
    euler.SetTranslation((matrix[:3, :3] @ centre_mm + matrix[:3, 3] - centre_mm).tolist())
    return euler


def _to_matrix(euler: SimpleITK.Euler3DTransform) -> Floats:
    """The map as a matrix (4, 4)."""
    matrix = np.eye(4)
    centre = np.array(euler.GetCenter())
    matrix[:3, :3] = np.array(euler.GetMatrix()).reshape(3, 3)
    matrix[:3, 3] = np.array(euler.GetTranslation()) + centre - matrix[:3, :3] @ centre
    return matrix


def _reason(error: RuntimeError) -> str:
    """What ITK said, without addresses and source paths."""
    return str(error).strip().splitlines()[-1].split("):")[-1].strip()
