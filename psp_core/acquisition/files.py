"""References to files on disk, also to members of zip archives that stay zipped."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath

from psp_core.errors import MissingInputError, UnreadableFileError

ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
    OSError,
    EOFError,
    zlib.error,
)


@dataclass(frozen=True, order=True, slots=True)
class FileRef:
    """One file below a data root, or one member of an archive below it.

    Attributes
    ----------
    root : Path
        The data root; never printed, not even by ``repr``.
    path : str
        POSIX path relative to the root.
    member : str, default ""
        Name inside the archive at `path`; empty for a plain file.
    """

    root: Path = field(repr=False)
    path: str
    member: str = ""

    @property
    def name(self) -> str:
        """What errors and tables call this file: relative to the data root."""
        return f"{self.path}!{self.member}" if self.member else self.path

    @property
    def location(self) -> Path:
        """The file to open: itself, or the archive that holds it."""
        return self.root / self.path


Source = Path | str | FileRef


def as_ref(source: Source) -> FileRef:
    """Turn a path into a reference whose root is the folder of the file."""
    if isinstance(source, FileRef):
        return source
    path = Path(source)
    return FileRef(path.parent, path.name)


def read_all(refs: Iterable[FileRef]) -> Iterator[tuple[FileRef, bytes]]:
    """Read whole files, each archive opened once for its consecutive members.

    Raises
    ------
    MissingInputError
        If a file is not there.
    UnreadableFileError
        If a file or an archive cannot be read.
    """
    for (location, zipped), group in groupby(refs, key=lambda r: (r.location, bool(r.member))):
        members = list(group)
        try:
            if not zipped:
                for ref in members:
                    yield ref, ref.location.read_bytes()
                continue
            with zipfile.ZipFile(location) as archive:
                for ref in members:
                    yield ref, archive.read(ref.member)
        except FileNotFoundError:
            raise MissingInputError(f"{members[0].path}: no such file") from None
        except KeyError:
            raise MissingInputError(
                f"{members[0].path}: the archive lacks a member that the index names; index again"
            ) from None
        except ARCHIVE_ERRORS as error:
            raise UnreadableFileError(
                f"{members[0].path}: cannot be read ({type(error).__name__}); download it again"
            ) from None


def read_one(source: Source) -> tuple[FileRef, bytes]:
    """Read one whole file; errors as in `read_all`."""
    return next(iter(read_all([as_ref(source)])))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be DICOM, with its size before compression."""

    ref: FileRef
    size_bytes: int


@dataclass(frozen=True)
class Listing:
    """What lies below a folder: candidates in sorted order, bad archives, what was ignored."""

    candidates: tuple[Candidate, ...]
    unreadable: tuple[tuple[FileRef, str], ...]
    ignored: Counter[str]


def list_files(root: Path) -> Listing:
    """List all files below a folder, zip archives included, in sorted order.

    Hidden files, ``._*`` companions and ``__MACOSX`` folders are ignored and
    counted; a folder that cannot be opened is listed like a bad archive. Links are
    followed; a link back to a parent is walked once.

    Raises
    ------
    MissingInputError
        If `root` is not a folder.
    """
    if not root.is_dir():
        raise MissingInputError(
            f"{root.name}: no such folder; set the data folder in the params file"
        )
    found: list[Candidate] = []
    unreadable: list[tuple[FileRef, str]] = []
    ignored: Counter[str] = Counter()

    def note(error: OSError) -> None:
        folder = Path(error.filename).relative_to(root).as_posix()
        unreadable.append((FileRef(root, folder), f"unreadable folder ({type(error).__name__})"))

    for path in _walk(root, ignored, note):
        ref = FileRef(root, path.relative_to(root).as_posix())
        try:
            if path.suffix.lower() == ".zip":
                found.extend(_members(ref, ignored))
            else:
                found.append(Candidate(ref, path.stat().st_size))
        except ARCHIVE_ERRORS as error:
            kind = "archive" if path.suffix.lower() == ".zip" else "file"
            unreadable.append((ref, f"unreadable {kind} ({type(error).__name__})"))
    found.sort(key=lambda candidate: candidate.ref)
    return Listing(tuple(found), tuple(sorted(unreadable)), ignored)


def _walk(root: Path, ignored: Counter[str], note: Callable[[OSError], None]) -> Iterator[Path]:
    """Yield the visible files below `root`."""
    visited: set[str] = set()
    for folder, subfolders, names in os.walk(root, onerror=note, followlinks=True):
        real = os.path.realpath(folder)
        if real in visited:
            subfolders.clear()
            continue
        visited.add(real)
        ignored["hidden"] += sum(map(_hidden, subfolders)) + sum(map(_hidden, names))
        subfolders[:] = sorted(name for name in subfolders if not _hidden(name))
        yield from (Path(folder, name) for name in names if not _hidden(name))


def _members(ref: FileRef, ignored: Counter[str]) -> Iterator[Candidate]:
    """Yield the visible members of one archive, each name once (the last one counts)."""
    with zipfile.ZipFile(ref.location) as archive:
        entries = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}
    for name, entry in entries.items():
        if any(_hidden(part) for part in PurePosixPath(name).parts):
            ignored["hidden"] += 1
        else:
            yield Candidate(FileRef(ref.root, ref.path, name), entry.file_size)


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"
