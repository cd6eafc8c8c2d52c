"""VGG16's features of the patients of a run, as sources of the catalogue."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd

from psp_core.encoder.cnn_features import scan_cnn_features
from psp_core.encoder.vgg import load_vgg16
from psp_core.errors import MissingInputError
from psp_core.inputs.arrays import PatientArrays, keys_of
from psp_core.inputs.gather import gather
from psp_core.preprocessing.pipeline import volume_store
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run, digest_of_code, digest_of_file

CODE = ("psp_core.encoder", "psp_core.inputs", "psp_core.study.cnn_feature_source")
PRETRAINED = "pretrained"


def cnn_features(run: Run, table: pd.DataFrame, argument: str = "") -> PatientArrays | None:
    """fc2 of VGG16 on T1CE and FLAIR of every patient who has a lesion.

    Parameters
    ----------
    argument : {"", "pretrained"}
        Random weights, or those of the user's file ``params.cnn_svm.weights``.

    Returns
    -------
    PatientArrays or None
        None where no patient has an image and a lesion, or the user gave no weights.

    Raises
    ------
    MissingInputError, CheckpointError
        If the user's weights cannot be loaded, see `vgg.load_vgg16`.
    StageError
        See `batch.prepare_all`.
    """
    params, store = run.params, volume_store(run)
    weights, digest, name = None, "", "cnn_features_random"
    if argument == PRETRAINED:
        if params.cnn_svm.weights is None:
            return None
        weights = Path(params.cnn_svm.weights).expanduser()
        load_vgg16(weights)  # a wrong file stops here, not scan by scan
        digest, name = digest_of_file(weights), "cnn_features"
    seed = int(run.seed_sequence("vgg16").generate_state(1)[0])
    pixels = params.cnn_svm.pixels
    work = partial(
        scan_cnn_features, store=store, pixels=pixels, weights=weights, digest=digest, seed=seed
    )
    keys = keys_of(table[table["has_image"]])
    digests = {key: str(store.record(key)["digest"]) for key in keys}
    try:
        return gather(
            work,
            digests,
            VolumeStore(run.folder / name),
            stamp=[pixels, digest or seed, digest_of_code(*CODE)],
            log=run.private / "errors",
            workers=params.study.workers,
        )
    except MissingInputError:
        return None
