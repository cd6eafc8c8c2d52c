"""A stage of a run: skipped when done, resumed when half done, redone when stale.

Beside the stages' folders, ``stages/<name>.json`` says that a stage is done and
on what it depended; ``<name>.begun.json`` that it was begun, and
``<name>.items/`` which of its items are done.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from psp_core.errors import StageError
from psp_core.runs import lock
from psp_core.runs.atomic import sweep, write_json
from psp_core.runs.digest import digest_of


@dataclass(frozen=True)
class Stage:
    """One stage's folder and its book-keeping; made by `Run.stage`.

    Attributes
    ----------
    name : str
        Name of the stage and of its folder in the run.
    folder : Path
        Where the stage writes.
    digest : str
        Digest of everything the stage depends on.
    """

    name: str
    folder: Path
    digest: str
    provenance: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def is_done(self) -> bool:
        """True if it was finished with the same dependencies and its folder is there."""
        marker = read_marker(self.marker)
        return marker.get("digest") == self.digest and self.folder.is_dir()

    @property
    def marker(self) -> Path:
        """File that says that the stage is done."""
        return self._books / f"{self.name}.json"

    def pending(self, items: Iterable[str]) -> list[str]:
        """Give the items that are not marked done yet, in order.

        Raises
        ------
        StageError
            If an item's name cannot be a file name, or stands twice.
        """
        names = list(items)
        wrong = [name for name in names if not name or name[0] == "." or "/" in name]
        if wrong or len(set(names)) < len(names):
            raise StageError(
                f"stage {self.name!r}: items must be different names without '/' or a leading '.'"
                f"{f', found {wrong[0]!r}' if wrong else ', found one twice'}"
            )
        return [name for name in names if not (self._items / name).exists()]

    def mark_done(self, item: str) -> None:
        """Note that an item's files are whole; also from a worker process."""
        self._items.mkdir(parents=True, exist_ok=True)
        (self._items / item).touch()

    def finish(self) -> None:
        """Note that the whole stage is done and let others write.

        Raises
        ------
        StageError
            If the stage wrote no folder.
        """
        if not self.folder.is_dir():
            raise StageError(f"stage {self.name!r} is to be finished, but its folder is not there")
        done = {"stage": self.name, "digest": self.digest, "provenance": self.provenance}
        write_json(self.marker, done)
        self._begun.unlink(missing_ok=True)
        shutil.rmtree(self._items, ignore_errors=True)
        self.release()

    def release(self) -> None:
        """Let others write without finishing; what is done is resumed later."""
        lock.release(self._lock)

    def begin(self) -> None:
        """Take the stage's lock and its folder, emptied unless it is half done.

        Raises
        ------
        StageError
            If another program writes this stage, or its folder holds files that
            no stage of this run wrote.
        """
        lock.acquire(self._lock)
        if self.is_done:
            self.release()
            return
        begun = read_marker(self._begun).get("digest")
        if begun != self.digest or not self.folder.is_dir():
            self._clear()
        sweep(self.folder, owned=True)

    def __enter__(self) -> Self:
        """Give the stage; its lock is released at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let others write."""
        self.release()

    def _clear(self) -> None:
        """Begin anew; a program killed on the way leaves a stage that is cleared again."""
        is_known = self._begun.exists() or self.marker.exists()
        if self.folder.exists() and not is_known and any(self.folder.iterdir()):
            self.release()
            raise StageError(
                f"folder {self.folder.name!r} of this run holds files that no stage of it wrote; "
                "move them away, or choose another run folder"
            )
        write_json(self._begun, {"stage": self.name, "digest": None})
        self.marker.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self._items, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_json(self._begun, {"stage": self.name, "digest": self.digest})

    @property
    def _books(self) -> Path:
        return self.folder.parent / "stages"

    @property
    def _lock(self) -> Path:
        return self._books / f"{self.name}.lock"

    @property
    def _begun(self) -> Path:
        return self._books / f"{self.name}.begun.json"

    @property
    def _items(self) -> Path:
        return self._books / f"{self.name}.items"


def read_marker(path: Path) -> dict[str, Any]:
    """Read a marker; an absent or unreadable one is empty."""
    try:
        marker = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return marker if isinstance(marker, dict) else {}


def stage_digest(name: str, depends_on: Mapping[str, Any], version: str) -> str:
    """Digest a stage's name, its dependencies and the package's version."""
    return digest_of({"stage": name, "version": version, "depends_on": depends_on})
