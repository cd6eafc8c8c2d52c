"""Write one patient as a download of Burdenko-GBM-Progression: whole, or not at all."""

from __future__ import annotations

import zipfile
from pathlib import Path

from psp_core.phantom.burdenko_layouts import (
    Layout,
    instance_names,
    patient_folder,
    series_folder,
)
from psp_core.phantom.burdenko_series import EncodedSeries, patient_series
from psp_core.phantom.dicom_structures import FILE_BYTES
from psp_core.phantom.identity import patient_id
from psp_core.phantom.patient import PhantomPatient
from psp_core.phantom.placing import folder_in_progress, partial_path, scratch_folder

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can hold
_UNIX = 3


def write_patient(
    patient: PhantomPatient,
    root: Path,
    layout: Layout,
    seed: int,
    *,
    structure_file_bytes: int = FILE_BYTES,
) -> bool:
    """Write all DICOM files of one patient.

    Parameters
    ----------
    root : Path
        Folder of the download; made when missing.
    layout : {"nbia", "descriptive", "classic", "zips", "reorganised"}
        Route by which the collection was downloaded; the instances are the same.
    seed : int
        Of the collection: the same seed gives the same bytes.
    structure_file_bytes : int, default 2 MiB
        Size of every RTSTRUCT.

    Returns
    -------
    bool
        False when the patient was already there and nothing was written.

    Raises
    ------
    ConfigError
        If the layout is none of the five.
    GeometryError, StoredRangeError, AmbiguousSeriesError
        If an image, a dose or a structure cannot be stored; then nothing of the
        patient appears under `root`.
    """
    series = patient_series(patient, seed, structure_file_bytes=structure_file_bytes)
    if layout == "zips":
        return _write_zips(series, root, patient.number)
    final = root / patient_folder(patient.number, layout, seed)
    if final.is_dir():
        return False
    with folder_in_progress(final) as folder:
        for one in series:
            target = folder / series_folder(one.header, layout)
            target.mkdir(parents=True, exist_ok=True)
            names = instance_names(one.header, one.n_files, layout)
            for name, content in zip(names, one.files(), strict=True):
                (target / name).write_bytes(content)
    return True


def _write_zips(series: list[EncodedSeries], root: Path, number: int) -> bool:
    """One zip per series, flat in `root`; moved there when all of them are complete."""
    finals = [root / f"{one.header.series_uid}.zip" for one in series]
    if all(final.is_file() for final in finals):
        return False
    with scratch_folder(partial_path(root / patient_id(number))) as folder:
        for one, final in zip(series, finals, strict=True):
            with zipfile.ZipFile(folder / final.name, "w", zipfile.ZIP_STORED) as archive:
                names = instance_names(one.header, one.n_files, "zips")
                for name, content in zip(names, one.files(), strict=True):
                    entry = zipfile.ZipInfo(name, date_time=_ZIP_DATE)
                    entry.create_system = _UNIX
                    entry.external_attr = 0o644 << 16
                    archive.writestr(entry, content)
        for final in finals:
            (folder / final.name).replace(final)
    return True
