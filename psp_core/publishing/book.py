"""The book of one run: the book's own pages and the notebooks that were executed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from psp_core.audit.linter import Linted
from psp_core.errors import DisclosureError, MissingInputError, PublishingError, TableError
from psp_core.publishing.disclosure import Places
from psp_core.publishing.ledgers import check_ledgers
from psp_core.publishing.pages import cleaned_page, faults_of, page_text, read_page
from psp_core.publishing.tables import LINTED, lint_page
from psp_core.runs import atomic_folder, atomic_path

_MATHJAX = Path("node_modules/mathjax/es5/tex-svg.js")
_NOT_SOURCES = ("node_modules", "_build", "__pycache__", "package*.json", ".npmrc", "_toc.yml")
_TEXT_SUFFIXES = {".html", ".ipynb", ".md", ".txt", ".svg"}
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_LOG_LINES = 30
_JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"


def build_book(run_dir: Path, out: Path, sources: Path, *, waiting: Sequence[str] = ()) -> Path:
    """Build the book of a run as HTML, offline, with warnings as errors.

    Parameters
    ----------
    run_dir : Path
        Folder of the run; executed notebooks are in its ``notebooks``.
    out : Path
        Folder for the book. ``out/html`` is replaced only by a book that is
        whole; ``out/source`` and ``out/build.log`` show how it was made.
    sources : Path
        The book's own pages, ``_config.yml``, ``_toc.yml`` and ``_static``.
    waiting : sequence of str
        Pages that are still to come: each stands in the book and says so.

    Returns
    -------
    Path
        ``out/html/index.html``.

    Raises
    ------
    MissingInputError
        If the book's sources or MathJax are not there.
    TableError
        If one of the book's own tables has faults (see `ledgers.check_ledgers`), or a rate or an
        AUC that a page prints cannot come from its counts.
    DisclosureError
        If a page holds something that must not leave the machine; lists all.
    PublishingError
        If the build fails, the last lines of the log being in the message; or if a pointer of a
        checklist leads nowhere.
    """
    check_ledgers(sources, run_dir)
    places = Places.of_run(run_dir)
    source = out / "source"
    shutil.rmtree(source, ignore_errors=True)
    _copy_sources(sources, source)
    _write_waiting(waiting, source)
    linted = _write_pages(run_dir / "notebooks", source, places)
    _write_toc(sources / "_toc.yml", source)
    built = _build_html(source, out, places)
    with (out / "build.log").open("a", encoding="utf-8") as log:
        log.write(f"{linted.checked} {LINTED}\n")
    if leaks := [
        f"{file.relative_to(built).as_posix()} holds {fault}"
        for file in sorted(built.rglob("*"))
        if file.suffix in _TEXT_SUFFIXES or file.name == "searchindex.js"
        for fault in places.faults_of(file.read_text(encoding="utf-8", errors="replace"))
    ]:
        raise DisclosureError("the built book", leaks)
    with atomic_folder(out / "html") as html:
        shutil.copytree(built, html, dirs_exist_ok=True)
    shutil.rmtree(source / "_build", ignore_errors=True)
    return out / "html" / "index.html"


def _copy_sources(sources: Path, source: Path) -> None:
    for needed, remedy in (
        (sources / "_toc.yml", "start this in the clone, or name the folder with --sources"),
        (sources / _MATHJAX, "fetch it with 'make setup'"),
    ):
        if not needed.is_file():
            raise MissingInputError(f"the book needs {needed.relative_to(sources)}; {remedy}")
    shutil.copytree(sources, source, ignore=shutil.ignore_patterns(*_NOT_SOURCES))
    mathjax = source / "extra" / "mathjax"
    mathjax.mkdir(parents=True)
    shutil.copy2(sources / _MATHJAX, mathjax)


def _write_pages(notebooks: Path, source: Path, places: Places) -> Linted:
    faults, linted = [], Linted(0, ())
    for path in sorted(notebooks.glob("*.ipynb")):
        if (source / f"{path.stem}.md").exists():
            continue
        page = cleaned_page(read_page(path), places)
        faults += [f"{path.stem}: {fault}" for fault in faults_of(page, places)]
        linted += lint_page(page, path.stem)
        with atomic_path(source / path.name) as temporary:
            temporary.write_text(page_text(page), encoding="utf-8")
    if faults:
        shutil.rmtree(source)
        raise DisclosureError("the executed notebooks", faults)
    if linted.faults:
        raise TableError("the tables of the executed notebooks", linted.faults)
    return linted


def _write_waiting(names: Sequence[str], source: Path) -> None:
    """Pages in place of notebooks that are not run yet; one of an earlier study is not shown."""
    for name in names:
        title = name.partition("_")[2].replace("_", " ").capitalize()
        told = "This page takes longer. It is here once the study is done."
        text = f"# {title}: not run yet\n\n{told}\n"
        (source / f"{name}.md").write_text(text, encoding="utf-8")


def _write_toc(order: Path, source: Path) -> None:
    """Keep the order of the pages, without those that were not run."""
    toc: dict[str, Any] = yaml.safe_load(order.read_text(encoding="utf-8"))
    toc["chapters"] = [
        chapter
        for chapter in toc["chapters"]
        if any((source / f"{chapter['file']}{suffix}").exists() for suffix in (".md", ".ipynb"))
    ]
    (source / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")


def _build_html(source: Path, out: Path, places: Places) -> Path:
    strict = ["-W", "--keep-going", "-n"]
    command = [sys.executable, "-c", _JUPYTER_BOOK, "build", str(source), *strict]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        check=False,
    )
    log = places.renamed(_COLOURS.sub("", done.stdout))
    (out / "build.log").write_text(log, encoding="utf-8")
    if done.returncode:
        last = "\n".join(log.rstrip().splitlines()[-_LOG_LINES:])
        raise PublishingError(f"the book was not built; the end of build.log says:\n{last}")
    return source / "_build" / "html"
