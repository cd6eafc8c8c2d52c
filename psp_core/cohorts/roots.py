"""Where a collection of a study lies: the user's folder, or the phantoms of the run."""

from __future__ import annotations

from pathlib import Path

from psp_core.errors import MissingInputError
from psp_core.runs import Run

PHANTOMS = "phantom"  # folder of the run that holds one folder per phantom collection


def find_root(run: Run, name: str, configured: str | None) -> Path | None:
    """Find the folder of a collection.

    The folder that the params name (`configured`) goes before the phantoms of the run;
    None if there is neither.

    Raises
    ------
    MissingInputError
        If the configured folder is not there.
    """
    if configured is not None:
        root = Path(configured).expanduser()
        if not root.is_dir():
            raise MissingInputError(
                f"the folder {root.name!r} that the params name for {name} is not there; "
                "give the folder of the download, or null for the phantoms"
            )
        return root
    root = run.folder / PHANTOMS / name
    return root if root.is_dir() else None


def require_root(run: Run, name: str, configured: str | None) -> Path:
    """Find the folder of a collection that the study cannot do without.

    Raises
    ------
    MissingInputError
        If there is neither a configured folder nor a phantom collection.
    """
    root = find_root(run, name, configured)
    if root is None:
        raise MissingInputError(
            f"this run has no images of {name}: set {name}.root in the params, "
            "or write the phantom patients first"
        )
    return root
