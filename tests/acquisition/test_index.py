"""The index of a data folder: any layout, no meaning in names, nothing lost silently."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from psp_core.acquisition.index import DicomIndex, index_dicom
from psp_core.acquisition.volume import read_volume
from psp_core.errors import (
    AmbiguousSeriesError,
    MissingInputError,
    UnreadableFileError,
)

Make = Callable[..., Dataset]
MakeSeries = Callable[..., list[Dataset]]
Save = Callable[..., list[Path]]
Download = dict[str, list[Dataset]]

INSTANCE_COLUMNS = [
    "path", "member", "size_bytes", "sop_uid", "sop_class_uid", "series_uid", "study_uid",
    "patient_id", "modality", "series_number", "series_description", "study_description",
    "study_date", "frame_uid", "instance_number", "rows", "columns", "referenced_series_uid",
]  # fmt: skip
SERIES_COLUMNS = [
    "patient_id", "study_uid", "study_description", "study_date", "series_uid", "series_number",
    "series_description", "modality", "frame_uid", "n_files", "rows", "columns",
    "referenced_series_uid",
]  # fmt: skip


@pytest.fixture
def download(make_series: MakeSeries, make_object: Make, make_structures: Make) -> Download:
    """Return two patients with a planning study and a visit each, by series UID."""
    values = np.arange(3 * 4 * 5, dtype=np.uint16).reshape(3, 4, 5)
    found: Download = {}
    for patient in ("101", "102"):
        tags = {"PatientID": f"Burdenko-GBM-{patient}", "StudyInstanceUID": f"1.2.{patient}.1"}
        tags |= {"StudyDescription": "Radiotherapy planning 00", "StudyDate": "20040506"}
        base = f"1.2.{patient}.1"
        found |= {
            f"{base}.2": make_series(
                values, modality="CT", series=f"{base}.2", SeriesDescription="CT00CT", **tags
            ),
            f"{base}.3": [
                make_structures([], image_series=f"{base}.2", SeriesInstanceUID=f"{base}.3")
            ],
            f"{base}.4": [make_object("RTPLAN", f"{base}.4")],
        }
        for series in (f"{base}.3", f"{base}.4"):
            for keyword, value in (tags | {"SOPInstanceUID": f"{series}.1"}).items():
                setattr(found[series][0], keyword, value)
        visit = {"PatientID": tags["PatientID"], "StudyInstanceUID": f"1.2.{patient}.2"}
        for number, description in ((400, "MR0T2FLAIR"), (500, "MRCET1")):
            uid = f"1.2.{patient}.2.{number}"
            found[uid] = make_series(
                values, series=uid, SeriesDescription=description, SeriesNumber=number, **visit
            )
    return found


def nbia(root: Path, download: Download, save: Save) -> None:
    folder = root / "manifest-1675800000000" / "Burdenko-GBM-Progression"
    for uid, datasets in download.items():
        first = datasets[0]
        study = f"05-06-2004-NA-{first.StudyDescription}-{first.StudyInstanceUID[-5:]}"
        series = f"{first.SeriesNumber}.000000-{first.SeriesDescription}-{uid[-5:]}"
        save(datasets, folder / first.PatientID / study / series)
    (folder.parent / "metadata.csv").write_text("Series UID,Collection\n")
    (folder / "LICENSE").write_text("CC BY 4.0")
    (folder / "._1-1.dcm").write_bytes(b"\0\5\x16\7")


def descriptive(root: Path, download: Download, save: Save) -> None:
    for uid, datasets in download.items():
        first = datasets[0]
        study = f"2004-05-06-NA-{first.StudyDescription}-{first.StudyInstanceUID[-5:]}"
        series = f"{first.SeriesNumber}-{first.SeriesDescription}-{uid[-5:]}"
        save(datasets, root / "Burdenko" / first.PatientID / study / series)


def classic(root: Path, download: Download, save: Save) -> None:
    for uid, datasets in download.items():
        first = datasets[0]
        folder = root / "Burdenko" / first.PatientID / first.StudyInstanceUID / uid
        save(datasets, folder, [f"IM{i:06d}" for i in range(len(datasets))])


def zips(root: Path, download: Download, save: Save) -> None:
    for uid, datasets in download.items():
        paths = save(datasets, root.parent / f"unzipped-{root.name}" / uid)
        root.mkdir(exist_ok=True)
        with zipfile.ZipFile(root / f"{uid}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("LICENSE.txt", "CC BY 4.0")
            archive.writestr("__MACOSX/._1-1.dcm", "resource fork")
            for path in reversed(paths):
                archive.write(path, f"{uid}/{path.name}")


def reorganised(root: Path, download: Download, save: Save) -> None:
    for uid, datasets in download.items():
        first = datasets[0]
        folder = root / first.PatientID / first.StudyInstanceUID[-1]
        names = [f"{uid[-3:]}-{len(datasets) - i}" for i in range(len(datasets))]
        save(datasets, folder / first.Modality, names)


LAYOUTS = {
    "nbia": nbia, "descriptive": descriptive, "classic": classic,
    "zips": zips, "reorganised": reorganised,
}  # fmt: skip


def without_places(index: DicomIndex) -> pd.DataFrame:
    return index.instances.drop(columns=["path", "member"])


def test_tables_have_the_columns_others_rely_on(
    tmp_path: Path, download: Download, save: Save
) -> None:
    classic(tmp_path, download, save)
    index = index_dicom(tmp_path)
    assert list(index.instances.columns) == INSTANCE_COLUMNS
    assert list(index.series.columns) == SERIES_COLUMNS
    assert list(index.excluded.columns[:3]) == ["path", "member", "reason"]
    assert len(index.excluded) == 0
    assert index.series["n_files"].tolist() == [3, 1, 1, 3, 3] * 2
    assert index.series["modality"].tolist() == ["CT", "RTSTRUCT", "RTPLAN", "MR", "MR"] * 2
    structures = index.series[index.series["modality"] == "RTSTRUCT"]
    assert structures["referenced_series_uid"].tolist() == ["1.2.101.1.2", "1.2.102.1.2"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_of_the_same_files_gives_the_same_index(
    layout: str, tmp_path: Path, download: Download, save: Save
) -> None:
    classic(tmp_path / "reference", download, save)
    expected = index_dicom(tmp_path / "reference")
    LAYOUTS[layout](tmp_path / layout, download, save)
    index = index_dicom(tmp_path / layout)
    pd.testing.assert_frame_equal(without_places(index), without_places(expected))
    pd.testing.assert_frame_equal(index.series, expected.series)
    assert len(index.excluded) == 0
    volume = read_volume(index.files("1.2.101.2.400"))
    np.testing.assert_array_equal(volume.values.ravel(), np.arange(60))


def test_zips_are_read_in_place(tmp_path: Path, download: Download, save: Save) -> None:
    zips(tmp_path / "zips", download, save)
    before = sorted(path.name for path in (tmp_path / "zips").rglob("*"))
    index = index_dicom(tmp_path / "zips")
    assert sorted(path.name for path in (tmp_path / "zips").rglob("*")) == before
    assert (index.instances["path"] == index.instances["series_uid"] + ".zip").all()
    assert index.ignored == {"hidden": 10, "not DICOM": 10}


def test_other_files_are_ignored_and_counted(
    tmp_path: Path, download: Download, save: Save
) -> None:
    nbia(tmp_path, download, save)
    assert index_dicom(tmp_path).ignored == {"hidden": 1, "not DICOM": 2}


def test_the_same_instance_in_a_folder_and_a_zip_is_kept_once(
    tmp_path: Path, download: Download, save: Save
) -> None:
    classic(tmp_path / "b", download, save)
    zips(tmp_path / "a", download, save)
    for path in (tmp_path / "unzipped-a").rglob("*.dcm"):
        path.unlink()
    index = index_dicom(tmp_path)
    assert len(index.instances) == len(index.excluded) == 22
    assert index.instances["path"].str.startswith("a/").all()
    row = index.excluded.iloc[0]
    assert row["path"] == "b/Burdenko/Burdenko-GBM-101/1.2.101.1/1.2.101.1.2/IM000000"
    assert row["reason"] == "duplicate of a/1.2.101.1.2.zip!1.2.101.1.2/1-1.dcm"
    assert len(index.files("1.2.101.1.2")) == 3


def test_a_whole_copy_goes_before_a_truncated_one(
    tmp_path: Path, make_series: MakeSeries, save: Save
) -> None:
    slices = make_series(np.zeros((3, 4, 5), np.uint16))
    cut = save(slices, tmp_path / "a")[1]
    cut.write_bytes(cut.read_bytes()[:-1])
    save(slices, tmp_path / "b")
    index = index_dicom(tmp_path)
    assert [ref.path for ref in index.files("1.2.3.1")] == ["a/1-1.dcm", "b/1-2.dcm", "a/1-3.dcm"]


def test_damaged_files_are_excluded_with_a_reason(
    tmp_path: Path, make_series: MakeSeries, save: Save
) -> None:
    paths = save(make_series(np.zeros((4, 8, 8), np.uint16)), tmp_path / "s")
    paths[0].write_bytes(b"")
    paths[1].write_bytes(paths[1].read_bytes()[:200])
    paths[2].write_bytes(paths[2].read_bytes()[:-8])
    (tmp_path / "s" / "page.dcm").write_text("<html>")
    (tmp_path / "s.zip").write_bytes(b"half a download")
    index = index_dicom(tmp_path)
    assert dict(zip(index.excluded["path"], index.excluded["reason"], strict=True)) == {
        "s.zip": "unreadable archive (BadZipFile)",
        "s/1-1.dcm": "empty file (0 bytes)",
        "s/1-2.dcm": "broken DICOM header: no sop_uid, series_uid, study_uid, modality",
        "s/1-3.dcm": "truncated: 120 of 128 bytes of pixel data or contours",
        "s/page.dcm": "no DICOM header, though the file name promises one",
    }
    assert len(index.instances) == 1


def test_an_encrypted_archive_is_excluded(
    tmp_path: Path, make_series: MakeSeries, save: Save
) -> None:
    path = save(make_series(np.zeros((1, 8, 8), np.uint16)), tmp_path / "s")[0]
    with zipfile.ZipFile(tmp_path / "locked.zip", "w") as archive:
        archive.write(path, "1-1.dcm")
    data = (tmp_path / "locked.zip").read_bytes()
    at = data.index(b"PK\x01\x02") + 8  # flags of the central directory
    (tmp_path / "locked.zip").write_bytes(data[:at] + bytes([data[at] | 1]) + data[at + 1 :])
    assert index_dicom(tmp_path).excluded["reason"].tolist() == ["cannot be opened (RuntimeError)"]


def test_a_series_that_lost_a_file_is_not_handed_out(
    tmp_path: Path, make_series: MakeSeries, save: Save
) -> None:
    last = save(make_series(np.zeros((4, 8, 8), np.uint16)), tmp_path)[-1]
    last.write_bytes(last.read_bytes()[:-8])
    with pytest.raises(UnreadableFileError, match=r"1\.2\.3\.1 lacks 1 file\(s\): 1-4\.dcm \(trun"):
        index_dicom(tmp_path).files("1.2.3.1")


def test_one_instance_in_two_series_is_a_conflict(
    tmp_path: Path, make_series: MakeSeries, save: Save
) -> None:
    values = np.zeros((2, 4, 4), np.uint16)
    other = make_series(values, series="1.2.3.2", PatientID="Case-002")
    other[0].SOPInstanceUID = "1.2.3.1.1"
    save(make_series(values), tmp_path / "a")
    save(other, tmp_path / "b")
    index = index_dicom(tmp_path)
    assert index.excluded[["path", "reason"]].to_numpy().tolist() == [
        [
            "b/1-1.dcm",
            "conflict with a/1-1.dcm: same SOPInstanceUID, other patient_id, series_uid",
        ]
    ]
    assert len(index.files("1.2.3.1")) == 2
    with pytest.raises(UnreadableFileError, match=r"series 1.2.3.2 lacks .* \(conflict with"):
        index.files("1.2.3.2")


def test_a_series_of_two_patients_is_left_out_whole_and_nobody_is_named(
    tmp_path: Path, make_series: MakeSeries, save: Save
) -> None:
    for series in ("1.2.3.1", "1.2.3.2", "1.2.3.3"):
        slices = make_series(np.zeros((2, 4, 4), np.uint16), series=series)
        slices[1].PatientID = "Case-001" if series == "1.2.3.3" else "Doe^Jane"
        save(slices, tmp_path / "03-04-2002" / series)
    index = index_dicom(tmp_path)
    assert index.series["series_uid"].tolist() == ["1.2.3.3"]
    assert index.excluded["reason"].tolist() == ["of a series that carries 2 patient IDs"] * 4
    assert index.excluded["patient_id"].tolist() == ["Case-001", "Doe^Jane"] * 2
    with pytest.raises(UnreadableFileError, match="remove the wrong copies") as caught:
        index.files("1.2.3.1")
    assert str(caught.value) == (
        "series 1.2.3.1 carries several patient IDs; remove the wrong copies and index again"
    )


def test_a_copy_under_another_patient_costs_its_series_alone(
    tmp_path: Path, make_series: MakeSeries, save: Save
) -> None:
    values = np.zeros((2, 4, 4), np.uint16)
    save(make_series(values), tmp_path / "a")
    save(make_series(values, PatientID="Case-002"), tmp_path / "b")
    save(make_series(values, series="1.2.3.2"), tmp_path / "c")
    index = index_dicom(tmp_path)
    assert index.series["series_uid"].tolist() == ["1.2.3.2"]
    assert len(index.excluded) == 4


def test_file_order_does_not_change_the_index(
    tmp_path: Path, make_series: MakeSeries, save: Save
) -> None:
    slices = make_series(np.zeros((40, 2, 2), np.uint16))
    save(slices, tmp_path / "a")
    save(slices[::-1], tmp_path / "b")
    forwards, backwards = index_dicom(tmp_path / "a"), index_dicom(tmp_path / "b")
    pd.testing.assert_frame_equal(without_places(forwards), without_places(backwards))


def test_files_that_disagree_give_the_most_frequent_value(
    tmp_path: Path, make_series: MakeSeries, save: Save
) -> None:
    slices = make_series(np.zeros((3, 4, 5), np.uint16))
    slices[0].SeriesDescription = "LOCALIZER"
    save(slices, tmp_path)
    assert index_dicom(tmp_path).series["series_description"].tolist() == ["MRCET1"]


def test_a_series_that_is_not_there_is_an_error(
    tmp_path: Path, make_series: MakeSeries, save: Save
) -> None:
    save(make_series(np.zeros((1, 4, 5), np.uint16)), tmp_path)
    with pytest.raises(AmbiguousSeriesError, match=r"series 1.9 is not in the index"):
        index_dicom(tmp_path).files("1.9")


def test_missing_and_empty_folders_are_errors(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"nowhere: no such folder; set the data folder"):
        index_dicom(tmp_path / "nowhere")
    (tmp_path / "readme.txt").write_text("nothing here")
    with pytest.raises(MissingInputError, match=r"no DICOM file in this folder \(1 other files"):
        index_dicom(tmp_path)


def test_a_folder_with_nothing_but_damage_says_so(tmp_path: Path) -> None:
    (tmp_path / "1-1.dcm").touch()
    index = index_dicom(tmp_path)
    assert len(index.instances) == len(index.series) == 0
    assert index.excluded["reason"].tolist() == ["empty file (0 bytes)"]


def test_files_without_meta_information_are_indexed(tmp_path: Path) -> None:
    source = str(get_testdata_file("rtstruct.dcm", download=False))
    (tmp_path / "RS").write_bytes(Path(source).read_bytes())
    series = index_dicom(tmp_path).series
    assert series["modality"].tolist() == ["RTSTRUCT"]
    assert series["referenced_series_uid"].tolist() == [
        "1.2.826.0.1.3680043.8.498.2010020400001.2.1.1"
    ]


def test_real_files_of_three_vendors_are_indexed(reference_dir: Path) -> None:
    index = index_dicom(reference_dir / "dicom2nifti_mr")
    assert len(index.excluded) == 0
    assert index.series["n_files"].tolist() == [4, 4, 4]
    first = index.files(index.series["series_uid"].iloc[0])[0]
    assert dcmread(first.location, stop_before_pixels=True).Modality == "MR"
