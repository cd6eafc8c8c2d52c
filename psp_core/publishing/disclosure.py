"""What must not leave the machine: paths of this run, its user, dates of patients."""

from __future__ import annotations

import getpass
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psp_core

_DATES = re.compile(
    r"(?<![\d.-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\d-])"  # 2004-08-16
    r"|(?<![\d.])(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\d.])"  # 20040816
    r"|(?<![\d/.])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:(?:19|20)\d\d|\d\d)(?![\d/])"
    r"|(?<![\d.-])(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])-(?:19|20)\d\d(?![\d-])"  # 08-16-2004
)
# Account names that are words of the language or of the field, and tell nothing of a person.
_COMMON_ACCOUNTS = {"root", "user", "users", "runner", "jovyan", "ubuntu", "debian", "guest"}
_SHORTEST_ACCOUNT = 4


@dataclass(frozen=True)
class Places:
    """Places of this machine and what a page may call them.

    Attributes
    ----------
    aliases : mapping of str to str
        Text to put in place of an absolute path, the longest path first.
    forbidden : tuple of str
        Absolute paths that may not be in a page after that.
    account : str
        Name of the user's account, empty where it tells nothing.
    """

    aliases: Mapping[str, str]
    forbidden: tuple[str, ...]
    account: str

    @classmethod
    def of_run(cls, run_dir: Path) -> Places:
        """Collect the places of a run: its folder, its data, the clone, the home."""
        clone = Path(psp_core.__file__).parents[1]
        aliases = {str(clone): ".", str(run_dir.resolve()): f"runs/{run_dir.resolve().name}"}
        aliases |= {path: f"<{name}>" for name, path in _data_paths(run_dir)}
        machine = [str(Path.home()), sys.prefix, tempfile.gettempdir()]
        account = getpass.getuser()
        if account.lower() in _COMMON_ACCOUNTS or len(account) < _SHORTEST_ACCOUNT:
            account = ""
        ordered = dict(sorted(aliases.items(), key=lambda item: -len(item[0])))
        forbidden = {path for path in [*ordered, *machine] if len(Path(path).parts) > 1}
        return cls(ordered, tuple(sorted(forbidden)), account)

    def renamed(self, text: str) -> str:
        """Put the aliases in place of the paths."""
        for path, alias in self.aliases.items():
            whole = f"{alias}/" if alias != "." else ""
            text = _path_pattern(f"{path}{os.sep}").sub(whole, text)
            text = _path_pattern(path).sub(alias, text)
        return text

    def faults_of(self, text: str) -> Iterator[str]:
        """Say what is in a text that must not leave the machine, without repeating it."""
        for path in self.forbidden:
            if _path_pattern(path).search(text):
                yield "an absolute path of this machine"
                break
        if self.account and re.search(rf"\b{re.escape(self.account)}\b", text):
            yield "the name of the user's account"


def dates_in(text: str) -> Iterator[str]:
    """Say that a text holds what looks like a calendar date, without repeating it."""
    if _DATES.search(text):
        yield "what looks like a calendar date; write days from the end of radiotherapy instead"


def _path_pattern(path: str) -> re.Pattern[str]:
    end = "" if path.endswith(os.sep) else r"(?![\w-])"
    return re.compile(rf"(?<![\w.]){re.escape(path)}{end}")


def _data_paths(run_dir: Path) -> Iterable[tuple[str, str]]:
    """Name and value of every parameter of the run that is an absolute path."""
    file = run_dir / "private" / "params.json"
    sections = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return list(_absolute_paths(sections, ""))


def _absolute_paths(node: Any, prefix: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _absolute_paths(value, f"{prefix}{key}.")
    elif isinstance(node, str) and Path(node).is_absolute():
        yield prefix.rstrip("."), node.rstrip(os.sep)
