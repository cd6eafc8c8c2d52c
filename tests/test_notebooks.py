"""Every notebook runs on the smallest study, in the order of the workflow, in one run folder."""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbformat
import papermill
import pytest

from psp_core.publishing.tables import lint_page

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "notebooks").glob("*.py"))
# Other tests use the other processors, and the checks run the whole profile besides.
OVERRIDES = (
    "{study.workers: 1, phantom.sizes.external: 8, phantom.sizes.brats2021: 10, "
    "audit.honest_tables: 50, audit.faulty_tables: 10}"
)
# Printed rates and AUCs that are held against their counts, at least; of no tables, none would be.
LINTED = {"01_cohort": 10, "08_evaluation": 50, "14_timing": 20}

pytestmark = pytest.mark.notebook


@pytest.mark.filterwarnings("default")  # of papermill and the kernel's client, not ours
def test_every_notebook_runs_after_those_before_it(tmp_path: Path) -> None:
    """One test, so that one process runs them all in their order."""
    assert SCRIPTS
    for script in SCRIPTS:
        run_notebook(script, tmp_path / "ci")


def run_notebook(script: Path, run_dir: Path) -> None:
    """Run one notebook; its pictures must say in words what they show."""
    source = run_dir / "notebooks" / f"source_{script.stem}.ipynb"
    source.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(jupytext.read(script), source)
    executed = papermill.execute_notebook(
        source,
        source.with_name(f"{script.stem}.ipynb"),
        parameters={
            "params_file": str(ROOT / "params" / "ci.yaml"),
            "run_dir": str(run_dir),
            "overrides": OVERRIDES,
        },
        cwd=str(ROOT),
        progress_bar=False,
    )
    source.unlink()
    if script.stem in LINTED:
        linted = lint_page(executed, script.stem)
        assert linted.faults == ()
        assert linted.checked >= LINTED[script.stem]
    assert any(cell.get("outputs") for cell in executed.cells)
    for cell in executed.cells:
        if any("image/png" in output.get("data", {}) for output in cell.get("outputs", [])):
            assert cell.metadata.get("mystnb", {}).get("image", {}).get("alt"), cell.source
