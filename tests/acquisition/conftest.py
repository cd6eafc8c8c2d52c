"""Small DICOM files written by the tests themselves, through pydicom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    MRImageStorage,
    RTDoseStorage,
    RTPlanStorage,
    RTStructureSetStorage,
)

SOP_CLASSES = {
    "MR": MRImageStorage,
    "CT": CTImageStorage,
    "RTSTRUCT": RTStructureSetStorage,
    "RTDOSE": RTDoseStorage,
    "RTPLAN": RTPlanStorage,
}
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)

MakeObject = Callable[..., Dataset]
MakeSeries = Callable[..., list[Dataset]]
Save = Callable[..., list[Path]]


def _object(modality: str, series: str = "1.2.3.1", sop: str = "", **tags: object) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = SOP_CLASSES[modality]
    dataset.SOPInstanceUID = sop or f"{series}.1"
    dataset.Modality = modality
    dataset.PatientID = "Case-001"
    dataset.StudyInstanceUID = "1.2.3"
    dataset.StudyDate = "20040506"
    dataset.StudyDescription = "Control visit 1"
    dataset.SeriesInstanceUID = series
    dataset.SeriesNumber = 4
    dataset.SeriesDescription = "MRCET1"
    dataset.FrameOfReferenceUID = "1.2.3.9"
    for keyword, value in tags.items():
        setattr(dataset, keyword, value)
    return dataset


def _pixels(dataset: Dataset, stored: npt.NDArray[np.integer]) -> None:
    dataset.Rows, dataset.Columns = stored.shape[-2:]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8 * stored.dtype.itemsize
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(stored.dtype.kind == "i")
    dataset.PixelData = stored.tobytes()
    dataset["PixelData"].VR = "OW"


def _series(
    stored: npt.NDArray[np.integer],
    *,
    position: Sequence[float] = (0.0, 0.0, 0.0),
    orientation: Sequence[float] = AXIAL,
    spacing: Sequence[float] = (1.0, 1.0),
    gap: float = 1.0,
    shear: Sequence[float] = (0.0, 0.0, 0.0),
    modality: str = "MR",
    series: str = "1.2.3.1",
    **tags: object,
) -> list[Dataset]:
    """One dataset per slice of `stored` (D, H, W); slices follow the normal."""
    normal = np.cross(orientation[:3], orientation[3:])
    datasets = []
    for d, plane in enumerate(stored):
        dataset = _object(modality, series, f"{series}.{d + 1}")
        place = np.array(position) + d * (gap * normal + np.array(shear))
        dataset.ImagePositionPatient = [round(float(v), 6) for v in place]
        dataset.ImageOrientationPatient = list(orientation)
        dataset.PixelSpacing = list(spacing)
        dataset.SliceThickness = abs(gap)
        dataset.InstanceNumber = d + 1
        _pixels(dataset, plane)
        for keyword, value in tags.items():
            setattr(dataset, keyword, value)
        datasets.append(dataset)
    return datasets


def _dose(stored: npt.NDArray[np.integer], *, scaling: float = 0.001, **tags: object) -> Dataset:
    """One RTDOSE of (frames, rows, columns); 2.5 mm pixels, frames 3 mm apart upwards."""
    dataset = _object("RTDOSE", "1.2.3.5")
    dataset.ImagePositionPatient = [-10.0, -20.0, 30.0]
    dataset.ImageOrientationPatient = list(AXIAL)
    dataset.PixelSpacing = [2.5, 2.0]
    dataset.NumberOfFrames = len(stored)
    dataset.GridFrameOffsetVector = [3.0 * i for i in range(len(stored))]
    dataset.DoseUnits = "GY"
    dataset.DoseType = "PHYSICAL"
    dataset.DoseSummationType = "PLAN"
    dataset.DoseGridScaling = scaling
    _pixels(dataset, stored)
    for keyword, value in tags.items():
        setattr(dataset, keyword, value)
    return dataset


def _item(**tags: object) -> Dataset:
    item = Dataset()
    for keyword, value in tags.items():
        setattr(item, keyword, value)
    return item


def _structures(
    regions: Sequence[tuple[int, str | None, Sequence[tuple[str, Sequence[Sequence[float]]]]]],
    *,
    image_series: str = "1.2.3.1",
    **tags: object,
) -> Dataset:
    """One RTSTRUCT of regions (number, name, [(type, points), ...])."""
    dataset = _object("RTSTRUCT", "1.2.3.4")
    del dataset.FrameOfReferenceUID
    series = _item(SeriesInstanceUID=image_series)
    study = _item(RTReferencedSeriesSequence=[series])
    frame = _item(FrameOfReferenceUID="1.2.3.9", RTReferencedStudySequence=[study])
    dataset.ReferencedFrameOfReferenceSequence = [frame]
    dataset.StructureSetROISequence = []
    dataset.ROIContourSequence = []
    for number, name, contours in regions:
        region = _item(ROINumber=number, ReferencedFrameOfReferenceUID="1.2.3.9")
        if name is not None:
            region.ROIName = name
        dataset.StructureSetROISequence.append(region)
        drawn = [
            _item(
                ContourGeometricType=kind,
                NumberOfContourPoints=len(points),
                ContourData=[f"{v:.6g}" for point in points for v in point],
            )
            for kind, points in contours
        ]
        outline = _item(ReferencedROINumber=number)
        if drawn:
            outline.ContourSequence = drawn
        dataset.ROIContourSequence.append(outline)
    for keyword, value in tags.items():
        setattr(dataset, keyword, value)
    return dataset


def _save(
    datasets: Sequence[Dataset], folder: Path, names: Sequence[str] | None = None
) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    names = names or [f"1-{i + 1}.dcm" for i in range(len(datasets))]
    paths = [folder / name for name in names]
    for path, dataset in zip(paths, datasets, strict=True):
        dcmwrite(path, dataset, enforce_file_format=True)
    return paths


@pytest.fixture(scope="session")
def make_object() -> MakeObject:
    """Build one DICOM object without pixels: modality, series, sop, tags."""
    return _object


@pytest.fixture(scope="session")
def make_series() -> MakeSeries:
    """Build the slices of one image series from stored integers (D, H, W)."""
    return _series


@pytest.fixture(scope="session")
def make_dose() -> MakeObject:
    """Build one RTDOSE from stored integers (frames, rows, columns)."""
    return _dose


@pytest.fixture(scope="session")
def make_structures() -> MakeObject:
    """Build one RTSTRUCT from regions (number, name, contours)."""
    return _structures


@pytest.fixture(scope="session")
def make_item() -> MakeObject:
    """Build one sequence item."""
    return _item


@pytest.fixture(scope="session")
def save() -> Save:
    """Write datasets into a folder, as 1-1.dcm, 1-2.dcm, ... unless named."""
    return _save


@pytest.fixture
def stored() -> npt.NDArray[np.int16]:
    """Return stored integers of a small image, all different."""
    return np.random.default_rng(0).permutation(5 * 6 * 7).astype(np.int16).reshape(5, 6, 7)
