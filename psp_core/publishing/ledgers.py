"""The book's own tables: each is read, and every pointer followed, before anything is built."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from psp_core.audit.literature import read_literature
from psp_core.audit.printed_tables import read_printed
from psp_core.report.checklists import check_pointers
from psp_core.report.claims import read_ledger
from psp_core.report.deviations import read_deviations

_PAPERS: dict[str, Callable[[Path], object]] = {
    "claims.yaml": read_ledger,
    "printed.yaml": read_printed,
    "literature.yaml": read_literature,
}
_DEVIATIONS = "deviations.yaml"


def check_ledgers(sources: Path, run_dir: Path) -> None:
    """Read every table that the sources of a book have.

    Parameters
    ----------
    sources : Path
        The book's own pages; their parent is the clone, in which pointers start.
    run_dir : Path
        The run: what its stages have written must be where a pointer says.

    Raises
    ------
    TableError
        If a table has faults: a claim with neither test nor reason, a figure that is no number, a
        deviation whose file, setting or model is not there.
    PublishingError
        If a pointer of a checklist leads nowhere.
    """
    clone = sources.resolve().parent
    papers = sources / "papers"
    for name, read in _PAPERS.items():
        if (papers / name).is_file():
            read(papers / name)
    if (papers / _DEVIATIONS).is_file():
        read_deviations(papers / _DEVIATIONS, sources=clone)
    if (sources / "reporting").is_dir():
        check_pointers(sources, clone / "notebooks", run_dir)
