"""A pointer of a checklist leads somewhere, or says what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp_core.report.pointers import Ground, code_fault, slug_of


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    texts = {
        "book/data.md": "# Data\n\n## The real images (DICOM)\n",
        "notebooks/01_cohort.py": (
            "# %% [markdown]\n# # Who is in\n# ## Part A: the cohorts\n# %%\n# Of a line\n"
        ),
        "psp_core/stored.py": 'STAGE = "cohort"\nname = f"{one}_dropped.parquet"\nlast = "all"\n',
        "params/demo.yaml": "label:\n  event: first\n",
        "tests/test_one.py": "def test_it_holds() -> None: ...\nTEXT = 'def test_in_a_text('\n",
        "run/cohort/all.parquet": "",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Ground(tmp_path / "book", tmp_path / "notebooks")


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        ("Part A: the cohorts", "part-a-the-cohorts"),
        ("What it costs, and what is assumed", "what-it-costs-and-what-is-assumed"),
        ("The searches (its Fig. 2)", "the-searches-its-fig-2"),
        ("5 folds", "folds"),
    ],
)
def test_a_slug_is_the_anchor_of_the_book(heading: str, slug: str) -> None:
    assert slug_of(heading) == slug


@pytest.mark.parametrize(
    "pointer",
    [
        "page:01_cohort",
        "page:01_cohort#part-a-the-cohorts",
        "page:data#the-real-images-dicom",
        "file:params/demo.yaml",
        "file:psp_core",
        "file:psp_core/stored.py::STAGE",
        "test:tests/test_one.py::test_it_holds",
        "params:demo.yaml#label.event",
        "output:cohort/all.parquet",
        "output:cohort/burdenko_dropped.parquet",
    ],
)
def test_what_is_there_has_no_fault(ground: Ground, pointer: str) -> None:
    assert ground.fault_of(pointer) is None


@pytest.mark.parametrize(
    ("pointer", "fault"),
    [
        ("page:02_none", "there is no page '02_none'"),
        ("page:01_cohort#part-a-the-cohort",
         "no heading 'part-a-the-cohort'; the nearest is 'part-a-the-cohorts'"),
        ("page:01_cohort#of-a-line", "no heading 'of-a-line'"),
        ("test:tests/test_one.py", "'tests/test_one.py' names no test"),
        ("test:tests/test_one.py::test_in_a_text", "no 'test_in_a_text' at its top level"),
        ("file:psp_core/stored.py::NO_STAGE", "has no 'NO_STAGE' at its top level"),
        ("file:README.md", "there is no file 'README.md'"),
        ("test:tests/test_two.py::test_it_holds", "there is no file 'tests/test_two.py'"),
        ("test:tests/test_one.py::test_it", "has no 'test_it' at its top level"),
        ("params:full.yaml#label", "there is no params file 'full.yaml'"),
        ("params:demo.yaml#label.window", "has no setting 'label.window'"),
        ("params:demo.yaml#label.event.first", "has no setting 'label.event.first'"),
        ("output:cohort/some.parquet", "names a stage 'cohort' with a file 'some.parquet'"),
        ("output:claims/all.parquet", "names a stage 'claims'"),
        ("figure:one", "no pointer: expected one that begins with page, file"),
        ("README.md", "no pointer"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named(ground: Ground, pointer: str, fault: str) -> None:
    assert fault in str(ground.fault_of(pointer))


def test_an_output_is_asked_of_the_run_where_its_stage_is_there(ground: Ground) -> None:
    asked = Ground(ground.sources, ground.notebooks, ground.root / "run")
    assert asked.fault_of("output:cohort/all.parquet") is None
    fault = asked.fault_of("output:cohort/burdenko_dropped.parquet")
    assert fault == "stage 'cohort' of this run has not written 'burdenko_dropped.parquet'"


def test_a_stage_that_has_not_run_is_looked_up_in_the_code(ground: Ground) -> None:
    asked = Ground(ground.sources, ground.notebooks, ground.root / "params")
    assert asked.fault_of("output:cohort/burdenko_dropped.parquet") is None


def test_names_of_a_file_are_functions_classes_and_constants(tmp_path: Path) -> None:
    text = "A = 1\nB: int = len(C)\nD, E = A, B\ndef f() -> None: ...\nclass G: ...\n"
    (tmp_path / "one.py").write_text(text, encoding="utf-8")
    found = [name for name in "ABCDEFGf" if code_fault(tmp_path, f"one.py::{name}") is None]
    assert found == ["A", "B", "D", "E", "G", "f"]
    assert code_fault(tmp_path, "one.py") is None
    assert code_fault(tmp_path, "two.py::A") == "there is no file 'two.py'"
    assert code_fault(tmp_path, "one.py::C") == "'one.py' has no 'C' at its top level"
