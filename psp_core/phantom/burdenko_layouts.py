"""Where each download route of the Burdenko collection puts a series.

References
----------
``nbia``: NBIA Data Retriever; ``descriptive`` and ``classic``: TCIA data-retriever;
``zips``: General Commons, one zip per series; ``reorganised``: copies sorted by hand.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal, get_args

from psp_core.errors import ConfigError
from psp_core.phantom.dicom_header import SeriesHeader
from psp_core.phantom.identity import COLLECTION, patient_id, share

Layout = Literal["nbia", "descriptive", "classic", "zips", "reorganised"]

_LONGEST_NAME = 54
_FIRST_MANIFEST_MS = 1_675_000_000_000


def patient_folder(number: int, layout: Layout, seed: int) -> PurePosixPath:
    """Folder of one patient relative to the root of the download.

    Raises
    ------
    ConfigError
        If the layout is none of the five, or is ``zips``, which has no such folder.
    """
    patient = patient_id(number)
    if layout == "nbia":
        milliseconds = _FIRST_MANIFEST_MS + int(share(seed, COLLECTION, "manifest") * 1e10)
        return PurePosixPath(f"manifest-{milliseconds}", COLLECTION, patient)
    if layout in ("descriptive", "classic"):
        return PurePosixPath(COLLECTION, patient)
    if layout == "reorganised":
        return PurePosixPath(patient)
    raise ConfigError(
        "phantom.layout",
        [f"{layout!r} has no patient folder; layouts are {', '.join(get_args(Layout))}"],
    )


def series_folder(header: SeriesHeader, layout: Layout) -> PurePosixPath:
    """Folder of one series relative to its patient's folder."""
    date = header.study_date.strftime("%m-%d-%Y")
    study, series = header.study_uid[-5:], header.series_uid[-5:]
    if layout == "classic":
        return PurePosixPath(header.study_uid, header.series_uid)
    if layout == "reorganised":
        return PurePosixPath(header.study_description, header.series_description)
    if layout == "nbia":
        return PurePosixPath(
            f"{date}-NA-{header.study_description}-{study}",
            f"{header.series_number:.6f}-{header.series_description}-{series}",
        )
    return PurePosixPath(
        f"{date}-NA-{header.study_description[:_LONGEST_NAME]}-{study}",
        f"{header.series_number}-{header.series_description[:_LONGEST_NAME]}-{series}",
    )


def instance_names(header: SeriesHeader, n_files: int, layout: Layout) -> list[str]:
    """File names of a series: ``1-01.dcm`` and on, padded to the width of the last.

    A re-organised copy has one folder for all series of a name, so there the series
    number stands in front.
    """
    width = len(str(n_files))
    first = header.series_number if layout == "reorganised" else 1
    return [f"{first}-{number:0{width}d}.dcm" for number in range(1, n_files + 1)]
