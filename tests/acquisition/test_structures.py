"""RT structure sets: names, types and faults of what was drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.structures import rasterize, read_structures
from psp_core.errors import FaultsError, MissingInputError, NoMaskError, UnreadableFileError

Make = Callable[..., Dataset]
Save = Callable[..., list[Path]]
Points = list[tuple[float, float, float]]


def square(z: float) -> tuple[str, Points]:
    return "CLOSED_PLANAR", [(0, 0, z), (4, 0, z), (4, 4, z), (0, 4, z)]


def point(z: float) -> tuple[str, Points]:
    return "POINT", [(1, 1, z)]


@pytest.fixture
def read(tmp_path: Path, make_structures: Make, save: Save) -> Callable[..., object]:
    def _read(regions: object, **tags: object) -> object:
        (path,) = save([make_structures(regions, **tags)], tmp_path, ["RS.dcm"])
        return read_structures(path)

    return _read


def test_regions_are_read_as_written(read: Callable[..., object]) -> None:
    found = read([(3, " GTV_T1CE ", [square(0), square(2)]), (1, "FU_3_CE", [])])
    assert list(found.structures) == ["FU_3_CE", "GTV_T1CE"]
    assert found.frame_uid == "1.2.3.9"
    assert found.referenced_series_uids == ("1.2.3.1",)
    assert found.warnings == ()
    drawn = found.structures["GTV_T1CE"]
    assert (drawn.number, drawn.geometric_type, drawn.frame_uid) == (3, "CLOSED_PLANAR", "1.2.3.9")
    np.testing.assert_array_equal(drawn.contours[1], square(2)[1])


def test_regions_without_contours_stay_listed(read: Callable[..., object]) -> None:
    listed = read([(1, "FU_3_CE", [])]).structures["FU_3_CE"]
    assert (listed.contours, listed.geometric_type) == ((), "")
    with pytest.raises(NoMaskError, match=r"'FU_3_CE' is listed without contours"):
        rasterize(listed, Grid((1, 2, 2), np.eye(4)))


@pytest.mark.parametrize("name", [None, "", "  "])
def test_regions_without_a_name_are_called_by_their_number(
    name: str | None, read: Callable[..., object]
) -> None:
    found = read([(7, name, [square(0)])])
    assert list(found.structures) == ["ROI 7"]
    assert found.warnings == ("ROI 7 has no name; called 'ROI 7'",)


def test_repeated_names_are_told_apart_by_number(read: Callable[..., object]) -> None:
    found = read([(9, "GTV", [square(0)]), (2, "GTV", [square(5)]), (4, "Brain", [])])
    assert {name: item.number for name, item in found.structures.items()} == {
        "GTV": 2,
        "Brain": 4,
        "GTV (ROI 9)": 9,
    }
    assert found.warnings == ("ROI 9 shares the name 'GTV'; called 'GTV (ROI 9)'",)


def test_points_beside_closed_contours_are_dropped_with_a_warning(
    read: Callable[..., object],
) -> None:
    found = read([(1, "GTV", [square(0), point(0), square(1)]), (2, "Iso", [point(3)])])
    assert len(found.structures["GTV"].contours) == 2
    assert found.structures["GTV"].geometric_type == "CLOSED_PLANAR"
    assert found.structures["Iso"].geometric_type == "POINT"
    assert found.warnings == ("'GTV': 1 single point(s) beside closed contours dropped",)


def test_a_contour_given_twice_counts_once(read: Callable[..., object]) -> None:
    square = [(0, 0, 0), (4, 0, 0), (4, 4, 0), (0, 4, 0)]
    found = read([(1, "GTV", [("CLOSED_PLANAR", square)] * 2)])
    assert found.warnings == ("'GTV': 1 repeated contour(s) dropped",)
    assert len(found.structures["GTV"].contours) == 1


def test_open_lines_are_kept_but_are_no_masks(read: Callable[..., object]) -> None:
    line = ("OPEN_PLANAR", square(0)[1])
    found = read([(1, "Line", [line]), (2, "Mixed", [line, square(1)])])
    assert found.structures["Mixed"].geometric_type == "CLOSED_PLANAR+OPEN_PLANAR"
    for drawn in found.structures.values():
        with pytest.raises(NoMaskError, match=r"encloses no volume"):
            rasterize(drawn, Grid((1, 2, 2), np.eye(4)))


def test_contours_by_exclusion_are_closed_contours(read: Callable[..., object]) -> None:
    inner = ("CLOSEDPLANAR_XOR", [(1, 1, 0), (3, 1, 0), (3, 3, 0), (1, 3, 0)])
    drawn = read([(1, "Ring", [square(0), inner])]).structures["Ring"]
    affine = np.eye(4)[:, [2, 1, 0, 3]]
    assert rasterize(drawn, Grid((1, 5, 5), affine)).sum() == 16 - 4


def test_a_region_of_few_planes_takes_the_spacing_of_the_set(read: Callable[..., object]) -> None:
    brain = [square(2.5 * i) for i in range(6)]
    lesions = [square(0), square(7.5)]
    found = read([(1, "Brain", brain), (2, "FU_1_CE", lesions), (3, "Iso", [point(0)])])
    assert {item.plane_spacing_mm for item in found.structures.values()} == {2.5}
    assert read([(2, "FU_1_CE", lesions)]).structures["FU_1_CE"].plane_spacing_mm is None


def test_contours_of_an_unlisted_region_are_kept_with_a_warning(
    read: Callable[..., object], make_item: Make
) -> None:
    found = read([(1, "GTV", [square(0)])], StructureSetROISequence=[])
    assert list(found.structures) == ["ROI 1"]
    assert found.warnings[0] == "ROI 1 has contours but is not listed"


def test_all_faults_of_a_set_are_told_at_once(read: Callable[..., object], make_item: Make) -> None:
    bad = make_item(ContourData=["1", "2"])
    short = make_item(ContourData=["1", "2", "3"], NumberOfContourPoints=2)
    empty = make_item(ContourGeometricType="CLOSED_PLANAR")
    regions = [make_item(ROINumber=1, ROIName="A"), make_item(ROINumber=1, ROIName="B")]
    contours = [make_item(ReferencedROINumber=1, ContourSequence=[bad, short, empty])]
    with pytest.raises(FaultsError, match=r"RS.dcm: 6 faults") as caught:
        read(
            [],
            StructureSetROISequence=[*regions, make_item(ROIName="C")],
            ROIContourSequence=[*contours, make_item(ContourSequence=[])],
        )
    assert caught.value.faults == (
        "ROI 1, contour 1: 2 numbers, expected x, y, z of each point",
        "ROI 1, contour 2: 1 points, NumberOfContourPoints says 2",
        "ROI 1, contour 3: 0 numbers, expected x, y, z of each point",
        "contours without ReferencedROINumber",
        "ROI number 1 occurs twice",
        "a region has no ROINumber",
    )


def test_a_set_without_frame_sequence_takes_the_frame_of_the_file(
    read: Callable[..., object],
) -> None:
    found = read([], ReferencedFrameOfReferenceSequence=[], FrameOfReferenceUID="1.2.3.8")
    assert found.frame_uid == "1.2.3.8"
    assert found.referenced_series_uids == ()
    assert read([], ReferencedFrameOfReferenceSequence=[]).frame_uid is None


def test_files_without_meta_information_are_read() -> None:
    found = read_structures(str(get_testdata_file("rtstruct.dcm", download=False)))
    kinds = {name: item.geometric_type for name, item in found.structures.items()}
    assert kinds == {"patient": "CLOSED_PLANAR", "Isocenter 1": "POINT", "Isocenter 2": "POINT"}
    with pytest.raises(NoMaskError, match=r"'Isocenter 1' is of type POINT"):
        rasterize(found.structures["Isocenter 1"], Grid((1, 2, 2), np.eye(4)))


def test_a_cut_file_is_refused(tmp_path: Path, make_structures: Make, save: Save) -> None:
    regions = [(1, "GTV", [square(z) for z in range(20)])]
    (path,) = save([make_structures(regions)], tmp_path, ["RS.dcm"])
    data = path.read_bytes()
    for share in (0.3, 0.6, 0.9):
        path.write_bytes(data[: int(share * len(data))])
        with pytest.raises(UnreadableFileError, match=r"^RS.dcm: "):
            read_structures(path)


def test_other_objects_and_missing_files_are_refused(
    tmp_path: Path, make_object: Make, save: Save
) -> None:
    (path,) = save([make_object("RTPLAN")], tmp_path)
    with pytest.raises(UnreadableFileError, match=r"Modality is RTPLAN, expected RTSTRUCT"):
        read_structures(path)
    with pytest.raises(MissingInputError, match=r"RS.dcm: no such file"):
        read_structures(tmp_path / "RS.dcm")
