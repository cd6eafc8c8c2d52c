"""The workflow: a first book where there is none, and never again in its place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def jobs(target: str, run_dir: Path, profile: str, overrides: str = "") -> dict[str, int]:
    """Rules that a dry run would start, with how often."""
    command = [sys.executable, "-m", "snakemake", target, "--dry-run", "--cores", "1"]
    command += ["--configfile", f"params/{profile}.yaml", "--config", f"run_dir={run_dir}"]
    command += [f"overrides={overrides}"] if overrides else []
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    table = done.stdout.partition("Job stats:")[2].partition("\n\n")[0].splitlines()[3:]
    return {line.split()[0]: int(line.split()[1]) for line in table}


def test_a_first_book_is_built_only_where_it_is_wanted_and_there_is_none(tmp_path: Path) -> None:
    first = jobs("first", tmp_path, "demo")
    assert {name: first[name] for name in ("first_book", "first_notebook", "notebook")} == {
        "first_book": 1, "first_notebook": 3, "notebook": 4,
    }  # fmt: skip
    whole = jobs("all", tmp_path, "demo", "{study: {only_light: false}}")
    assert "first_book" not in whole
    assert whole["notebook"] == len(list((ROOT / "notebooks").glob("*.py")))
    (tmp_path / "book" / "html").mkdir(parents=True)
    (tmp_path / "book" / "html" / "index.html").touch()
    assert set(jobs("first", tmp_path, "demo")) <= {"first", "total"}
    assert set(jobs("first", tmp_path / "other", "ci")) <= {"first", "total"}
