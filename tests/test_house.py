"""The house keeps its rules: what is in the repository, how long it is, what notebooks hold."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from collections import Counter
from pathlib import Path

import jupytext
import pytest

ROOT = Path(__file__).parents[1]
TOP_LEVEL = {
    *("book", "notebooks", "psp_core", "params", "environment.yml", "tests", "README.md"),
    *("pyproject.toml", "Makefile", "Snakefile", "benchmarks"),
    *("CITATION.cff", "CHANGELOG.md", "LICENSE"),
}
LONGEST_MODULE, LARGEST_BYTES = 300, 1_000_000
# Lines of code that each room may have; a room that needs more needs another plan.
ROOMS = {
    "acquisition": 1650, "audit": 3850, "classifiers": 2050, "cohorts": 4550, "encoder": 450,
    "evaluation": 2400, "explain": 650, "inputs": 760, "params": 1050, "phantom": 3350,
    "preprocessing": 4700, "pretraining": 950, "publishing": 360, "report": 7700, "runs": 620,
    "study": 5000, "training": 210, "errors.py": 60, "__init__.py": 10,
}  # fmt: skip
CODE_CELLS = 12  # besides parameters and imports
SCRIPTS = sorted((ROOT / "notebooks").glob("*.py"))
MODULES = sorted((ROOT / "psp_core").rglob("*.py"))
LOCAL_PATH = re.compile(r"(?<![\w.:/])/(?:home|Users|root|tmp|work|mnt|farm)/\w")
BINARY = {".png", ".jpg", ".gz", ".dcm", ".parquet"}


def tracked_files() -> list[Path]:
    """Give what git tracks or would track; without git, nothing can be said."""
    command = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git clone: which files belong to the repository is unknown")
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_nothing_unexpected_lies_at_the_top() -> None:
    entries = {path.relative_to(ROOT).parts[0] for path in tracked_files()}
    assert {entry for entry in entries - TOP_LEVEL if not entry.startswith(".")} == set()


def test_no_file_is_large() -> None:
    large = [path.name for path in tracked_files() if path.stat().st_size > LARGEST_BYTES]
    assert large == []


def test_no_generated_notebook_is_tracked() -> None:
    assert [path.name for path in tracked_files() if path.suffix == ".ipynb"] == []


def test_no_file_names_a_place_of_one_machine() -> None:
    texts = [path for path in tracked_files() if path.suffix not in BINARY]
    assert texts
    found = [
        path.relative_to(ROOT).as_posix()
        for path in texts
        if LOCAL_PATH.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def code_lines(path: Path) -> int:
    """Lines that hold code: docstrings, comments and blank lines do not count."""
    source = path.read_text(encoding="utf-8")
    passed_over = {
        tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
        tokenize.ENDMARKER,
    }  # fmt: skip
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in passed_over:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        if documented and ast.get_docstring(node, clean=False) is not None:
            docstring = node.body[0]
            lines -= set(range(docstring.lineno, (docstring.end_lineno or 0) + 1))
    return len(lines)


def test_code_lines_are_counted_without_docstrings_comments_and_blanks(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""One\n\ntwo."""\n\n# three\nx = [\n    1,  # four\n]\n', encoding="utf-8")
    assert code_lines(module) == 3


def test_modules_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert lengths
    assert [path.name for path, length in lengths.items() if length > LONGEST_MODULE] == []


def test_every_room_is_thin() -> None:
    lengths: Counter[str] = Counter()
    for path in MODULES:
        lengths[path.relative_to(ROOT / "psp_core").parts[0]] += code_lines(path)
    assert {room: n for room, n in lengths.items() if n > ROOMS.get(room, 0)} == {}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_defines_nothing_and_has_one_parameters_cell(path: Path) -> None:
    notebook = jupytext.read(path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    tree = ast.parse("\n".join(cell.source for cell in code))
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    assert not [node for node in ast.walk(tree) if isinstance(node, defined)]
    tagged = [cell for cell in code if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    names = [node.targets[0].id for node in ast.parse(tagged[0].source).body]  # type: ignore[attr-defined]
    assert names == ["params_file", "run_dir", "overrides"]
    assert len(code) <= CODE_CELLS + 2


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_opens_with_a_title_and_names_its_kernel(path: Path) -> None:
    notebook = jupytext.read(path)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
    assert notebook.metadata["kernelspec"]["name"] == "python3"


def test_every_notebook_is_in_the_workflow_and_in_the_table_of_contents() -> None:
    assert SCRIPTS
    workflow = (ROOT / "Snakefile").read_text(encoding="utf-8")
    toc = (ROOT / "book" / "_toc.yml").read_text(encoding="utf-8")
    for path in SCRIPTS:
        assert f'"{path.stem}": [' in workflow
        assert f"- file: {path.stem}\n" in toc
