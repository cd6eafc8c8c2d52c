"""The book is built from what was run, offline and with warnings as errors."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from psp_core.errors import DisclosureError, MissingInputError, PublishingError, TableError
from psp_core.publishing import build_book
from psp_core.publishing.__main__ import main

SOURCES = Path(__file__).parents[2] / "book"
MATHJAX = SOURCES / "node_modules" / "mathjax" / "es5" / "tex-svg.js"
needs_mathjax = pytest.mark.skipif(not MATHJAX.exists(), reason="MathJax not fetched: make setup")


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "runs" / "ci"
    (folder / "notebooks").mkdir(parents=True)
    return folder


def write_page(run_dir: Path, name: str, shown: str = "<b>59</b>", text: str = "$n = 59$") -> None:
    cells = [
        new_markdown_cell(f"# Patients\n\nSee {{cite:t}}`jang2018`: {text}"),
        new_code_cell("n", outputs=[new_output("display_data", data={"text/html": shown})]),
    ]
    language = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    nbformat.write(
        new_notebook(cells=cells, metadata=language), run_dir / "notebooks" / f"{name}.ipynb"
    )


@needs_mathjax
def test_a_printed_figure_that_is_no_possible_count_stops_the_build(run_dir: Path) -> None:
    table = "<table><tr><th>specificity</th></tr><tr><td>7/9: 0.80 (0.40 to 0.97)</td></tr></table>"
    write_page(run_dir, "08_evaluation", shown=table)
    with pytest.raises(
        TableError, match=r"08_evaluation, table 1, row 1, specificity: 0\.80 is not"
    ):
        build_book(run_dir, run_dir / "book", SOURCES)
    assert not (run_dir / "book" / "html").exists()


@needs_mathjax
def test_the_book_holds_what_was_run_says_what_waits_and_asks_nothing_of_the_network(
    run_dir: Path,
) -> None:
    write_page(run_dir, "01_cohort")
    write_page(run_dir, "06_baselines", shown="of an earlier study")  # waits for its turn
    index = build_book(run_dir, run_dir / "book", SOURCES, waiting=["06_baselines"])
    pages = {path.name: path.read_text(encoding="utf-8") for path in index.parent.glob("*.html")}
    assert "01_cohort.html" in pages
    assert "00_phantoms.html" not in pages
    assert "<b>59</b>" in pages["01_cohort.html"]
    assert 'href="01_cohort.html"' in pages["intro.html"]
    assert "Baselines: not run yet" in pages["06_baselines.html"]
    assert "of an earlier study" not in pages["06_baselines.html"]
    for name, page in pages.items():
        assert not re.findall(
            r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"(?:https?:)?//", page
        ), name
        assert "THEBE_JS_URL" not in page, name
        assert 'data-default-mode=""' not in page, name
        assert str(run_dir) not in page, name
    assert (index.parent / "mathjax" / "tex-svg.js").stat().st_size == MATHJAX.stat().st_size

    write_page(run_dir, "01_cohort", text="{doc}`no_such_page`")
    with pytest.raises(PublishingError, match="no_such_page") as caught:
        build_book(run_dir, run_dir / "book", SOURCES)
    assert str(run_dir) not in str(caught.value)
    assert index.read_text(encoding="utf-8") == pages["index.html"]


@needs_mathjax
def test_every_page_that_must_not_be_published_is_named(run_dir: Path) -> None:
    write_page(run_dir, "00_phantoms", shown="seen 8/16/04")
    write_page(run_dir, "01_cohort", shown="seen 2004-08-16")
    with pytest.raises(DisclosureError, match="2 faults") as caught:
        build_book(run_dir, run_dir / "book", SOURCES)
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["00_phantoms", "01_cohort"]
    assert not (run_dir / "book" / "source").exists()


def test_sources_without_mathjax_are_refused(
    run_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "book"
    with pytest.raises(MissingInputError, match=r"needs _toc\.yml; start this in the clone"):
        build_book(run_dir, tmp_path / "out", empty)
    left_out = shutil.ignore_patterns("node_modules", "papers", "reporting")
    shutil.copytree(SOURCES, empty, ignore=left_out)
    assert main(["--run-dir", str(run_dir), "--sources", str(empty)]) == 1
    assert "fetch it with 'make setup'" in capsys.readouterr().err


def test_a_claim_without_test_or_reason_stops_the_build(run_dir: Path, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    (sources / "papers").mkdir(parents=True)
    (sources / "papers" / "claims.yaml").write_text("- id: one\n", encoding="utf-8")
    with pytest.raises(TableError, match="one: neither test nor reason"):
        build_book(run_dir, run_dir / "book", sources)
