"""How long indexing a folder of DICOM headers takes, and how much memory each file costs.

Writes small but complete DICOM files (tiny pixels, a header as long as a scanner's) in a
temporary folder, indexes them with one and two processes in turn, and then once each at a
quarter, a half and all of them in a fresh process for its peak memory. Both are projected to
the size of Burdenko-GBM-Progression. The files are warm in the cache: a slow disk adds its
own time. Usage:

    python benchmarks/indexing.py [--files 20000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
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
SIDE = 8
COLLECTION_FILES = 344_003  # of Burdenko-GBM-Progression
GOAL_BYTES = 1_500  # of memory for each file
WORKERS = (1, 2)


def write_series(folder: Path, number: int, slices: int) -> None:
    """Write one MR series with a header as long as a scanner's."""
    folder.mkdir(parents=True)
    study = number // 4
    dataset = Dataset()
    dataset.SOPClassUID = MRImageStorage
    dataset.Modality = "MR"
    dataset.PatientID = f"Burdenko-GBM-{study // 4:03d}"
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=["study", str(study)])
    dataset.SeriesInstanceUID = series = generate_uid(entropy_srcs=["series", str(number)])
    dataset.FrameOfReferenceUID = generate_uid(entropy_srcs=["frame", str(study)])
    dataset.StudyDate = "20040506"
    dataset.StudyDescription = "Control visit 1"
    dataset.SeriesDescription = "MRCET1"
    dataset.SeriesNumber = number
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M"]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [1.0, 1.0]
    dataset.SliceThickness = 1.0
    dataset.Rows, dataset.Columns = SIDE, SIDE
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation, dataset.SamplesPerPixel = 0, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    block = dataset.private_block(0x0019, "BENCHMARK", create=True)
    for element in range(60):
        block.add_new(element, "LO", f"private value {element}")
    dataset.PixelData = np.zeros((SIDE, SIDE), dtype=np.uint16).tobytes()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPInstanceUID = placeholder = f"{series[:-5]}.1000"
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


def measure(root: Path, workers: int) -> tuple[float, int]:
    """Index a folder in this process: seconds, and peak memory in bytes."""
    # Here, as in a notebook: processes that read headers need not load the tables.
    from psp_core.acquisition.index import index_dicom  # noqa: PLC0415

    start = time.perf_counter()
    index_dicom(root, workers=workers)
    seconds = time.perf_counter() - start
    return seconds, 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure_apart(root: Path, workers: int) -> tuple[float, int]:
    """Do the same in a fresh process, whose peak is its own."""
    program = [sys.executable, __file__, "--measure", str(root), "--workers", str(workers)]
    done = subprocess.run(program, check=True, capture_output=True, text=True)
    seconds, peak = done.stdout.split()
    return float(seconds), int(peak)


def main() -> None:
    """Write, index in turns, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", type=Path, help="a folder: index it and say nothing else")
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.measure:
        seconds, peak = measure(arguments.measure, arguments.workers)
        sys.stdout.write(f"{seconds} {peak}\n")
        return
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "all"
        for number, first in enumerate(range(0, arguments.files, SLICES)):
            write_series(root / f"{number:04d}", number, min(SLICES, arguments.files - first))
        report_speed(root, arguments.files, arguments.rounds)
        report_memory(root, Path(name) / "part")


def report_speed(root: Path, files: int, rounds: int) -> None:
    """Print the median seconds of each number of processes, taken in turns."""
    seconds: dict[int, list[float]] = {workers: [] for workers in WORKERS}
    for _ in range(rounds):
        for workers, taken in seconds.items():
            taken.append(measure_apart(root, workers)[0])
    for workers, taken in seconds.items():
        per_second = files / float(np.median(taken))
        sys.stdout.write(
            f"{workers} process(es): {np.median(taken):6.1f} s ({min(taken):.1f} to "
            f"{max(taken):.1f}), {per_second:6.0f} files/s; {COLLECTION_FILES} files in "
            f"{COLLECTION_FILES / per_second:.0f} s\n"
        )


def report_memory(root: Path, part: Path) -> None:
    """Print the peak at three sizes and what one more file costs."""
    counts, peaks = [], []
    for share in (4, 2, 1):
        part.mkdir()
        folders = sorted(root.iterdir())
        for folder in folders[: max(len(folders) // share, 1)]:
            (part / folder.name).symlink_to(folder)
        counts.append(sum(len(list(folder.iterdir())) for folder in part.iterdir()))
        peaks.append(measure_apart(part, 1)[1])
        for link in part.iterdir():
            link.unlink()
        part.rmdir()
        sys.stdout.write(f"{counts[-1]:7d} files: peak {peaks[-1] / 2**20:6.1f} MiB\n")
    bytes_per_file, start = np.polyfit(counts, peaks, 1)
    projected = (start + bytes_per_file * COLLECTION_FILES) / 2**20
    kept = "kept" if bytes_per_file <= GOAL_BYTES else "missed"
    sys.stdout.write(
        f"{bytes_per_file:.0f} bytes a file (goal of {GOAL_BYTES} {kept}); {COLLECTION_FILES} "
        f"files: {projected:.0f} MiB\n"
    )


if __name__ == "__main__":
    main()
