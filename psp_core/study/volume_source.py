"""Images for networks that read them: small volumes, cubes around lesions, and first weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.encoder.weights import ENCODER, check_card, read_card
from psp_core.inputs import volumes
from psp_core.inputs.arrays import PatientArrays, keys_of
from psp_core.inputs.crops import lesion_crops
from psp_core.inputs.pooled import pooled_store
from psp_core.inputs.volumes import StoredVolumes
from psp_core.inputs.weights_file import WeightsFile
from psp_core.params.ablation import VariantName
from psp_core.preprocessing.pipeline import fit_scale, study_cases, volume_store
from psp_core.pretraining.study_pretraining import landmarks_digest
from psp_core.runs import Run
from psp_core.study.ablation import ablation_encoder, small_architecture, unlabelled_scans
from psp_core.study.sequence_pretext import densenet_of, learn_sequence_type
from psp_core.study.survival_transfer import learn_survival

UNTRAINED, SURVIVAL = "untrained", "survival"
MADE_ENCODER = {"width": 16, "depth": 1, "heads": 2}
MADE_DENSENET = {"blocks": (2, 2), "growth": 8, "first_features": 8}
MADE_CROP = 16  # voxels; four times halved it is one


def small_volumes(run: Run, table: pd.DataFrame, argument: str = "") -> StoredVolumes | None:  # noqa: ARG001
    """Volumes of all patients with an image at the side of ``params.ablation``.

    Returns
    -------
    StoredVolumes or None
        Those of the volume store itself where that is its side; None without an image.

    Raises
    ------
    GeometryError, MissingInputError, StageError
        See `inputs.pooled.pooled_store`.
    """
    keys = keys_of(table[table["has_image"]])
    if not keys:
        return None
    small = pooled_store(
        volume_store(run),
        keys,
        run.folder / "small_volumes",
        side=run.params.ablation.side,
        log=run.private / "errors",
        workers=run.params.study.workers,
    )
    return StoredVolumes.prepared(small, keys)


def crops(run: Run, table: pd.DataFrame, argument: str = "") -> PatientArrays | None:  # noqa: ARG001
    """Cubes around the lesions of all patients with an image, of ``params.densenet.side``.

    Raises
    ------
    MissingInputError, StageError
        See `inputs.crops.lesion_crops`.
    """
    keys = keys_of(table[table["has_image"]])
    if not keys:
        return None
    return lesion_crops(
        volume_store(run),
        keys,
        run.folder / "crops",
        side=run.params.densenet.side,
        log=run.private / "errors",
        workers=run.params.study.workers,
    )


def small_encoder(run: Run, table: pd.DataFrame, argument: str) -> WeightsFile | None:
    """Where the weights of a transformer on small volumes start.

    Parameters
    ----------
    argument : str
        ``untrained``: from the seed; ``survival``: see `survival_transfer.learn_survival`; else
        a variant of ``params.ablation``, see `ablation.ablation_encoder`.

    Returns
    -------
    WeightsFile or None
        None where the run has not the scans to learn from.

    Raises
    ------
    OverlapError, CheckpointError
        See `encoder.weights.check_card` and `encoder.weights.read_card`.
    PSPError
        Whatever the training raises.
    """
    architecture = small_architecture(run)
    if argument == UNTRAINED:
        return WeightsFile(architecture)
    if argument == SURVIVAL:
        learnt = learn_survival(run)
        if learnt is None:
            return None
        file: Path = learnt.folder / ENCODER
    else:
        if unlabelled_scans(run) is None:
            return None
        file = ablation_encoder(run, cast("VariantName", argument))  # refused where it is none
    check_card(
        read_card(file.parent),
        architecture=architecture,
        landmarks=landmarks_digest(fit_scale(run, study_cases(run))),
        keys=keys_of(table),
    )
    return WeightsFile(architecture, file)


def sequence_weights(run: Run, table: pd.DataFrame, argument: str = "") -> WeightsFile | None:  # noqa: ARG001
    """First weights of the DenseNet, from its pretext task; None without scans to learn from.

    Raises
    ------
    PSPError
        See `sequence_pretext.learn_sequence_type`.
    """
    learnt = learn_sequence_type(run)
    return None if learnt is None else WeightsFile(densenet_of(run), learnt.weights)


def made_volumes(keys: Sequence[str], figures: npt.NDArray[np.floating]) -> PatientArrays:
    """Volumes that carry some numbers and nothing else, see `inputs.volumes.carrying`."""
    return volumes.carrying(keys, figures)


def made_encoder(keys: Sequence[str], figures: npt.NDArray[np.floating]) -> WeightsFile:  # noqa: ARG001
    """Untrained transformer for `made_volumes`: what any first weights are there."""
    shape: Mapping[str, Any] = {"side": volumes.SIDE, "patch": volumes.SIDE // 2, **MADE_ENCODER}
    return WeightsFile(shape)


def made_crops(keys: Sequence[str], figures: npt.NDArray[np.floating]) -> PatientArrays:
    """Cubes that carry some numbers and nothing else, large enough for `made_densenet`."""
    return volumes.carrying(keys, figures, side=MADE_CROP)


def made_densenet(keys: Sequence[str], figures: npt.NDArray[np.floating]) -> WeightsFile:  # noqa: ARG001
    """Untrained DenseNet for `made_crops`."""
    return WeightsFile(MADE_DENSENET)
