"""One executed notebook to one page: what the machine wrote into it is taken out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat

from psp_core.errors import UnreadableFileError
from psp_core.publishing.disclosure import Places, dates_in

_NOTEBOOK_METADATA = {"kernelspec", "language_info", "mystnb"}
_CELL_METADATA = {"tags", "mystnb"}
_BINARY = {"image/png", "image/jpeg", "image/gif", "application/pdf"}
_INJECTED = "injected-parameters"
_ADDRESS = re.compile(
    r"(?<=\w) at 0x[0-9a-f]+(?=>)"
)  # of an object; its digits may look like a date


def read_page(path: Path) -> nbformat.NotebookNode:
    """Read an executed notebook.

    Raises
    ------
    UnreadableFileError
        If it is no notebook.
    """
    try:
        page: nbformat.NotebookNode = nbformat.read(path, as_version=4)
    except (ValueError, nbformat.ValidationError, AttributeError, KeyError) as error:
        raise UnreadableFileError(
            f"{path.name}: not a notebook; delete it and run it again"
        ) from error
    return page


def cleaned_page(page: nbformat.NotebookNode, places: Places) -> nbformat.NotebookNode:
    """Copy a page without run times, tool metadata, places in memory and absolute paths.

    The default parameters give way to the injected ones. Code is folded: a reader sees results
    first, and opens what made them; the tag ``show-input`` keeps a cell open.

    Parameters
    ----------
    page : NotebookNode
        An executed notebook.
    places : Places
        What absolute paths are called.

    Returns
    -------
    NotebookNode
        The page.
    """
    renamed: nbformat.NotebookNode = nbformat.from_dict(
        _map_text(page, lambda text: _ADDRESS.sub("", places.renamed(text)))
    )
    if any(_INJECTED in _tags(cell) for cell in renamed.cells):
        renamed.cells = [cell for cell in renamed.cells if "parameters" not in _tags(cell)]
    for cell in renamed.cells:
        cell.metadata = _only(cell.metadata, _CELL_METADATA)
        if cell.cell_type == "code" and "show-input" not in _tags(cell):
            cell.metadata["tags"] = [*_tags(cell), "hide-input"]
    renamed.metadata = _only(renamed.metadata, _NOTEBOOK_METADATA)
    return renamed


def page_text(page: nbformat.NotebookNode) -> str:
    """Write a page as the text of an ``.ipynb`` file, equal pages as equal text."""
    return json.dumps(page, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def faults_of(page: nbformat.NotebookNode, places: Places) -> Iterator[str]:
    """Say why a cleaned page cannot be published, one sentence per cell and reason."""
    for number, cell in enumerate(page.cells, start=1):
        reasons = dict.fromkeys(places.faults_of("\n".join(_texts(cell.source))))
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                reasons["an error: this notebook stopped; run it again"] = None
            for text in _texts(output):
                reasons |= dict.fromkeys([*places.faults_of(text), *dates_in(text)])
        yield from (f"cell {number} holds {reason}" for reason in reasons)


def _tags(cell: nbformat.NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _only(metadata: nbformat.NotebookNode, keys: set[str]) -> nbformat.NotebookNode:
    return nbformat.NotebookNode({key: metadata[key] for key in sorted(keys & set(metadata))})


def _map_text(node: Any, change: Callable[[str], str]) -> Any:
    """Copy a notebook's tree with every text changed, encoded images left alone."""
    if isinstance(node, dict):
        return {
            key: value if key in _BINARY else _map_text(value, change)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_map_text(item, change) for item in node]
    return change(node) if isinstance(node, str) else node


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in _BINARY:
                yield from _texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, str):
        yield node
