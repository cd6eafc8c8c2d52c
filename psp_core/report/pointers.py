"""Where an answer of a reporting checklist points to, and whether that place exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

_HEADING = {
    ".py": re.compile(r"^# #{1,6} +(?P<text>.+?) *$", re.MULTILINE),
    ".md": re.compile(r"^#{1,6} +(?P<text>.+?) *$", re.MULTILINE),
}
_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")


def slug_of(heading: str) -> str:
    """The anchor that the book gives a heading: lower case, one hyphen for all else."""
    return _NOT_IN_A_SLUG.sub("-", heading.lower()).strip("-").lstrip("-0123456789")


def code_fault(root: Path, target: str) -> str | None:
    """Say why ``path::name`` of a Python file leads nowhere, or None; the name may be left out.

    Parameters
    ----------
    root : Path
        Folder where paths start.
    target : str
        The name is a function, a class or a constant at the top level of the file.
    """
    file, _, name = target.partition("::")
    path = root / file
    if not path.is_file():
        return f"there is no file {file!r}"
    if name and name not in _names_in(path.read_text(encoding="utf-8")):
        return f"{file!r} has no {name!r} at its top level"
    return None


@lru_cache(maxsize=64)
def _names_in(source: str) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            targets = [part for one in node.targets for part in ast.walk(one)]
            names |= {one.id for one in targets if isinstance(one, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return frozenset(names)


@dataclass(frozen=True)
class Ground:
    """Where pointers are looked up.

    Attributes
    ----------
    sources : Path
        The book's own pages; its parent is the clone.
    notebooks : Path
        The notebooks as ``.py`` files.
    run_dir : Path or None
        A run whose outputs are asked for; None: the source text stands in.
    """

    sources: Path
    notebooks: Path
    run_dir: Path | None = None

    @property
    def root(self) -> Path:
        """The clone."""
        return self.sources.resolve().parent

    @cached_property
    def source_text(self) -> str:
        """All code of the library and the notebooks, to look for the names of outputs."""
        paths = [*sorted((self.root / "psp_core").rglob("*.py")), *self.notebooks.glob("*.py")]
        return "\n".join(path.read_text(encoding="utf-8") for path in paths)

    def fault_of(self, pointer: str) -> str | None:
        """Say why a pointer leads nowhere, or None.

        Parameters
        ----------
        pointer : str
            ``page:<page>#<heading>``, ``file:<path>::<name>``, ``test:<path>::<name>``,
            ``params:<file>#<dotted key>`` or ``output:<stage>/<file>``; the heading
            of a page and the name in a file may be left out. Paths are relative to the clone,
            params files to its ``params``.
        """
        kind, colon, target = pointer.partition(":")
        if not colon or kind not in _CHECKS:
            return f"no pointer: expected one that begins with {', '.join(_CHECKS)} and a colon"
        return _CHECKS[kind](self, target)


def _page_fault(ground: Ground, target: str) -> str | None:
    name, _, slug = target.partition("#")
    places = (ground.notebooks / f"{name}.py", ground.sources / f"{name}.md")
    path = next((one for one in places if one.is_file()), None)
    if path is None:
        return f"there is no page {name!r}"
    found = _HEADING[path.suffix].findall(path.read_text(encoding="utf-8"))
    headings = {slug_of(one) for one in found}
    if slug and slug not in headings:
        nearest = get_close_matches(slug, sorted(headings), n=1, cutoff=0)
        return f"page {name!r} has no heading {slug!r}; the nearest is {', '.join(nearest)!r}"
    return None


def _file_fault(ground: Ground, target: str) -> str | None:
    return None if (ground.root / target).is_dir() else code_fault(ground.root, target)


def _test_fault(ground: Ground, target: str) -> str | None:
    if not target.partition("::")[2].startswith("test_"):
        return f"{target!r} names no test: expected the file of a test, '::' and its name"
    return code_fault(ground.root, target)


def _params_fault(ground: Ground, target: str) -> str | None:
    name, _, key = target.partition("#")
    path = ground.root / "params" / name
    if not path.is_file():
        return f"there is no params file {name!r}"
    values: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    for part in key.split("."):
        if not isinstance(values, Mapping) or part not in values:
            return f"{name!r} has no setting {key!r}"
        values = values[part]
    return None


def _output_fault(ground: Ground, target: str) -> str | None:
    stage, _, file = target.partition("/")
    if ground.run_dir is not None and (ground.run_dir / stage).is_dir():
        is_there = (ground.run_dir / target).is_file()
        return None if is_there else f"stage {stage!r} of this run has not written {file!r}"
    text, tail = ground.source_text, file.rpartition("_")[2]
    spelt = (
        f'{file}"',
        f'"{Path(file).stem}"',
        f'}}_{tail}"',
    )  # whole, by its stem, or put together
    if f'"{stage}"' in text and any(one in text for one in spelt):
        return None
    return f"no code names a stage {stage!r} with a file {file!r}"


_CHECKS: Mapping[str, Callable[[Ground, str], str | None]] = {
    "page": _page_fault,
    "file": _file_fault,
    "test": _test_fault,
    "params": _params_fault,
    "output": _output_fault,
}
