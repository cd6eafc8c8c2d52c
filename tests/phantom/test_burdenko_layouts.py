"""Paths of the five download routes."""

import re
from collections.abc import Callable

import pytest

from psp_core.errors import ConfigError
from psp_core.phantom.burdenko_layouts import instance_names, patient_folder, series_folder
from psp_core.phantom.dicom_header import SeriesHeader

# Patterns of real downloads; the digits are the last five of a UID.
PATTERNS = {
    "nbia": (
        r"manifest-\d{13}/Burdenko-GBM-Progression/Burdenko-GBM-007/"
        r"05-06-2004-NA-Radiotherapy planning 00-\d{5}/2\.000000-CT00CT-\d{5}"
    ),
    "descriptive": (
        r"Burdenko-GBM-Progression/Burdenko-GBM-007/"
        r"05-06-2004-NA-Radiotherapy planning 00-\d{5}/2-CT00CT-\d{5}"
    ),
    "classic": r"Burdenko-GBM-Progression/Burdenko-GBM-007/2\.25\.\d{38}/2\.25\.\d{38}",
    "reorganised": r"Burdenko-GBM-007/Radiotherapy planning 00/CT00CT",
}


@pytest.mark.parametrize("layout", list(PATTERNS))
def test_paths_look_like_a_real_download(layout: str, header: Callable[..., SeriesHeader]) -> None:
    path = patient_folder(7, layout, 3) / series_folder(header(), layout)
    assert re.fullmatch(PATTERNS[layout], path.as_posix())


def test_descriptions_are_cut_at_54_characters(header: Callable[..., SeriesHeader]) -> None:
    long = header(study_description="s" * 80, series_description="d" * 80)
    study, series = series_folder(long, "descriptive").parts
    assert study.count("s") == 54
    assert series.count("d") == 54


def test_file_numbers_are_padded_to_the_width_of_the_last(
    header: Callable[..., SeriesHeader],
) -> None:
    assert instance_names(header(), 1, "nbia") == ["1-1.dcm"]
    assert instance_names(header(), 120, "descriptive")[::119] == ["1-001.dcm", "1-120.dcm"]


def test_reorganised_copies_keep_series_of_one_name_apart(
    header: Callable[..., SeriesHeader],
) -> None:
    first, second = header(series_number=0), header(series_number=1)
    assert instance_names(first, 1, "reorganised") != instance_names(second, 1, "reorganised")


@pytest.mark.parametrize("layout", ["zips", "flat"])
def test_layout_without_patient_folders_is_refused(layout: str) -> None:
    with pytest.raises(ConfigError, match=f"'{layout}' has no patient folder"):
        patient_folder(1, layout, 3)
