"""Radiomics of the patients of a run, as sources of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from psp_core.errors import MissingInputError
from psp_core.inputs.arrays import PatientArrays, keys_of
from psp_core.inputs.captk_figures import COLUMNS, scan_captk_figures
from psp_core.inputs.gather import gather
from psp_core.inputs.radiomics import radiomics_columns, scan_radiomics
from psp_core.preprocessing.batch import Prepared
from psp_core.preprocessing.pipeline import volume_store
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run, digest_of_code

CODE = ("psp_core.inputs", "psp_core.study.radiomics_source")
CAPTK = "captk"


def radiomics(run: Run, table: pd.DataFrame, argument: str = "") -> PatientArrays | None:
    """Named figures of the lesion of every patient who has one.

    Parameters
    ----------
    argument : {"", "captk"}
        The figures of ``params.radiomics`` on T1CE, or CaPTk's short list on T1CE, FLAIR and
        their difference.

    Returns
    -------
    PatientArrays or None
        None where no patient has an image and a lesion.

    Raises
    ------
    StageError
        See `batch.prepare_all`.
    """
    params, store = run.params, volume_store(run)
    bins, spacing_mm = params.radiomics.bins, params.volume.spacing_mm
    filters: tuple[str, ...] = () if argument == CAPTK else params.radiomics.filters
    work: Callable[[str], Prepared]
    if argument == CAPTK:
        name, columns = "radiomics_captk", COLUMNS
        work = partial(scan_captk_figures, store=store, bins=bins, spacing_mm=spacing_mm)
    else:
        name, columns = "radiomics", radiomics_columns(filters)
        work = partial(
            scan_radiomics, store=store, filters=filters, bins=bins, spacing_mm=spacing_mm
        )
    keys = keys_of(table[table["has_image"]])
    digests = {key: str(store.record(key)["digest"]) for key in keys}
    try:
        return gather(
            work,
            digests,
            VolumeStore(run.folder / name),
            stamp=[filters, bins, spacing_mm, digest_of_code(*CODE)],
            log=run.private / "errors",
            workers=params.study.workers,
            columns=columns,
        )
    except MissingInputError:
        return None
