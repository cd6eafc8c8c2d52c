"""Slices of every patient of a run, made once and kept."""

from __future__ import annotations

from functools import partial

import pandas as pd

from psp_core.inputs.arrays import PatientArrays
from psp_core.inputs.gather import gather
from psp_core.inputs.sequences import sequences_of
from psp_core.inputs.slices import SliceSettings, slices_of
from psp_core.preprocessing.pipeline import aligned_store, study_cases, volume_store
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run, digest_of, digest_of_code
from psp_core.study.patients import patient_keys

CODE = ("psp_core.inputs", "psp_core.acquisition", "psp_core.study.slice_source")


def t1ce_slices(run: Run, table: pd.DataFrame, argument: str = "") -> PatientArrays | None:  # noqa: ARG001
    """Slices of the acquired T1CE around the lesion, ``values`` (n, T, P, P).

    Parameters
    ----------
    table : DataFrame
        The patients table.

    Returns
    -------
    PatientArrays or None
        None where no patient has an image.

    Raises
    ------
    MissingInputError, StageError
        See `pipeline.study_cases` and `gather.gather`.
    """
    params, volumes = run.params.cnn_lstm, volume_store(run)
    keys = patient_keys(table[table["has_image"]])
    if not keys:
        return None
    wanted = set(keys)
    cases = {
        case.key: case
        for group in study_cases(run).values()
        for case in group
        if case.key in wanted
    }
    settings = SliceSettings(params.n_slices, params.field_mm, params.side)
    return gather(
        partial(
            slices_of, cases=cases, aligned=aligned_store(run), volumes=volumes, settings=settings
        ),
        {key: digest_of([cases[key].digest, volumes.record(key)["digest"]]) for key in keys},
        VolumeStore(run.folder / "slices"),
        stamp=[settings, digest_of_code(*CODE)],
        log=run.private / "errors",
        workers=run.params.study.workers,
    )


def lesion_sequences(run: Run, table: pd.DataFrame, argument: str = "") -> PatientArrays | None:  # noqa: ARG001
    """The lesion's slice in several sequences, ``values`` (n, 3, P, P); else as `t1ce_slices`."""
    volumes, side = volume_store(run), run.params.cnn_lstm.side
    keys = patient_keys(table[table["has_image"]])
    if not keys:
        return None
    return gather(
        partial(sequences_of, volumes=volumes, side=side),
        {key: volumes.record(key)["digest"] for key in keys},
        VolumeStore(run.folder / "sequences"),
        stamp=[side, digest_of_code(*CODE)],
        log=run.private / "errors",
        workers=run.params.study.workers,
    )
