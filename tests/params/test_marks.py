"""Marks of a params file are found where they are written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from psp_core.params.marks import MARKS, Marked, read_marks

PARAMS = Path(__file__).parents[2] / "params"
TEXT = """# head; ours
study:
  seed: 3          # one seed; ours
  nested:          # a budget
    rate: 1.0e-3   # of AdamW; at its top; assumption (1.0e-4 at 1 mm)
    models:
      - proposed   # paper
      - own        # mine; ours
  bare: 2
"""


def test_each_value_has_its_key_meaning_and_mark(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert read_marks(path) == [
        Marked("study.seed", "3", "one seed", "ours"),
        Marked(
            "study.nested.rate", "1.0e-3", "of AdamW; at its top", "assumption", "1.0e-4 at 1 mm"
        ),
        Marked("study.nested.models", "proposed", "", "paper"),
        Marked("study.nested.models", "own", "mine", "ours"),
    ]  # fmt: skip


@pytest.mark.parametrize("path", sorted(PARAMS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_files_of_the_house_have_marks_of_every_kind(path: Path) -> None:
    marked = read_marks(path)
    assert len(marked) > 100
    assert {"paper", "assumption", "ours"} <= {one.mark for one in marked} <= set(MARKS)


@pytest.mark.parametrize("path", sorted(PARAMS.glob("*.yaml")), ids=lambda path: path.stem)
def test_whatever_the_files_of_the_house_say_of_a_value_ends_in_its_mark(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    of_a_value = re.compile(r"\s*(?:- [^#]+|\w+:\s*[^#\s][^#]*)#")
    marked = re.compile(rf"[#;] *(?:{'|'.join(MARKS)})(?: \([^;]*\))?$")
    assert [one for one in lines if of_a_value.match(one) and not marked.search(one)] == []
