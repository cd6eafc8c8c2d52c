"""A user's own nnU-Net v2 as the segmenter.

Its checkpoints are pickles, which can run code when they are opened. None is opened unless
the caller names the SHA-256 of the file that they trust.

References
----------
Isensee et al., nnU-Net (Nature Methods 2021), DOI 10.1038/s41592-020-01008-z.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from psp_core.acquisition.grid import Grid
from psp_core.errors import CheckpointError, GridMismatchError, MissingInputError
from psp_core.preprocessing.lesion.labels import LesionLabels
from psp_core.preprocessing.lesion.nnunet_names import channel_order, label_table
from psp_core.runs import digest_of_file

if TYPE_CHECKING:
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

CHECKPOINT = "checkpoint_final.pth"


class Nnunet:
    """A trained nnU-Net.

    Parameters
    ----------
    folder : Path
        Its trained model folder, as ``…/Dataset501_Name/nnUNetTrainer__nnUNetPlans__3d_fullres``,
        with ``dataset.json``, ``plans.json`` and ``fold_<n>/checkpoint_final.pth``.
    trusted : collection of str
        SHA-256 of the checkpoints that may be opened. The folds that they are of are used;
        several are averaged.
    channels : sequence of str
        The images that `predict` will get.

    Raises
    ------
    MissingInputError
        If nnU-Net is not installed, or the folder or a file of it is not there.
    CheckpointError
        If no checkpoint is trusted, or the network wants other channels.
    UnknownLabelError
        If the names of its labels are not known.
    """

    def __init__(
        self, folder: Path, trusted: Collection[str], channels: Sequence[str] = ("t1ce", "flair")
    ) -> None:
        dataset = _read_json(folder, "dataset.json")
        self.channels = channel_order(dataset, channels)
        self._table, self.known = label_table(dataset)
        self.folds = _trusted_folds(folder, trusted)
        self._predictor = _open(folder, self.folds)

    def predict(self, images: Mapping[str, npt.NDArray[np.floating]], grid: Grid) -> LesionLabels:
        """Label one scan.

        Parameters
        ----------
        images : mapping of str to float array, shape (D, H, W)
            By channel, as `channels`; skull-stripped if the network was trained so. nnU-Net
            normalises them itself.
        grid : Grid
            Of all images.

        Raises
        ------
        GridMismatchError
            If an image has another shape than the grid.
        """
        shapes = {name: images[name].shape for name in self.channels}
        if set(shapes.values()) != {grid.shape}:
            raise GridMismatchError(
                f"the images have shapes {shapes}, their grid {grid.shape}; "
                "bring them to one grid first"
            )
        stacked = np.stack([images[name] for name in self.channels]).astype(np.float32)
        with contextlib.redirect_stdout(io.StringIO()):
            found = self._predictor.predict_single_npy_array(
                stacked, {"spacing": list(grid.spacing_mm)}
            )
        return LesionLabels(self._table[found], self.known)


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    try:
        read: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MissingInputError(
            f"{folder.name}/{name} is not there; expected the trained model folder of nnU-Net v2, "
            "named <trainer>__<plans>__<configuration>"
        ) from error
    except ValueError as error:
        raise CheckpointError(f"{folder.name}/{name} is no JSON: {error}") from error
    return read


def _trusted_folds(folder: Path, trusted: Collection[str]) -> tuple[str, ...]:
    """Names of the folds (``0``, ``all``) whose checkpoint may be opened."""
    found = {
        path.parent.name.removeprefix("fold_"): digest_of_file(path)
        for path in sorted(folder.glob(f"fold_*/{CHECKPOINT}"))
    }
    if not found:
        raise MissingInputError(f"{folder.name} has no fold_<n>/{CHECKPOINT}; was it trained?")
    folds = tuple(fold for fold, digest in found.items() if digest in trusted)
    if not folds:
        listed = "; ".join(f"fold_{fold}: {digest}" for fold, digest in found.items())
        raise CheckpointError(
            f"{folder.name}: a checkpoint is a pickle, which can run code, and none of these is "
            f"trusted ({listed}). If you know where it comes from, set lesion.trust_checkpoint to "
            "its SHA-256"
        )
    return folds


def _open(folder: Path, folds: tuple[str, ...]) -> nnUNetPredictor:
    """Open the checkpoints of some folds; what nnU-Net prints is dropped."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor  # noqa: PLC0415
        except ImportError as error:
            raise MissingInputError(
                f"nnU-Net cannot be imported ({error}); install it: pip install psp-core[nnunet]"
            ) from error
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        predictor = nnUNetPredictor(
            perform_everything_on_device=device.type == "cuda", device=device, allow_tqdm=False
        )
        predictor.initialize_from_trained_model_folder(str(folder), folds, CHECKPOINT)
    return predictor
