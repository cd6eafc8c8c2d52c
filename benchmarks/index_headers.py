"""How long indexing a folder of DICOM headers takes.

Writes small but complete DICOM files (128 x 128, 16 bit) in a temporary folder,
indexes them and prints the seconds. Usage:

    python benchmarks/index_headers.py [--files 20000] [--workers 2]
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

SLICES = 150


def write_series(folder: Path, number: int, slices: int) -> None:
    """Write one MR series with a header as long as a scanner's."""
    folder.mkdir(parents=True)
    dataset = Dataset()
    dataset.SOPClassUID = MRImageStorage
    dataset.Modality = "MR"
    dataset.PatientID = f"Benchmark-{number // 4:03d}"
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=["study", str(number // 4)])
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=["series", str(number)])
    dataset.FrameOfReferenceUID = generate_uid(entropy_srcs=["frame", str(number // 4)])
    dataset.StudyDate = "20040506"
    dataset.StudyDescription = "Control visit 1"
    dataset.SeriesDescription = "MRCET1"
    dataset.SeriesNumber = number
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M"]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [1.0, 1.0]
    dataset.SliceThickness = 1.0
    dataset.Rows, dataset.Columns = 128, 128
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation, dataset.SamplesPerPixel = 0, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    block = dataset.private_block(0x0019, "BENCHMARK", create=True)
    for element in range(60):
        block.add_new(element, "LO", f"private value {element}")
    dataset.PixelData = np.zeros((128, 128), dtype=np.uint16).tobytes()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPInstanceUID = placeholder = f"1.2.3.{number + 1}.1000"
    dataset.InstanceNumber = 1000
    dataset.ImagePositionPatient = [-64.0, -64.0, 1000.0]
    written = BytesIO()
    dcmwrite(written, dataset, enforce_file_format=True)
    for position in range(1000, 1000 + slices):
        uid = placeholder.replace(".1000", f".{position}")
        data = written.getvalue().replace(placeholder.encode(), uid.encode())
        data = data.replace(b"1000.0", f"{position}.0".encode())
        (folder / f"1-{position}.dcm").write_bytes(
            data.replace(b"IS\x04\x001000", f"IS\x04\x00{position}".encode())
        )


def main() -> None:
    """Write, index, print."""
    # Here, as in a notebook: processes that read headers need not load the tables.
    from psp_core.acquisition.index import index_dicom  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for number, first in enumerate(range(0, arguments.files, SLICES)):
            write_series(root / f"{number:04d}", number, min(SLICES, arguments.files - first))
        start = time.perf_counter()
        index = index_dicom(root, workers=arguments.workers)
        seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{len(index.instances)} headers, {len(index.series)} series, {arguments.workers} "
        f"process(es): {seconds:.1f} s, peak memory {memory:.0f} MiB\n"
    )


if __name__ == "__main__":
    main()
