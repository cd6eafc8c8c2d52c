"""A page keeps what the notebook says and loses what the machine wrote into it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from psp_core.errors import UnreadableFileError
from psp_core.publishing.disclosure import Places
from psp_core.publishing.pages import cleaned_page, faults_of, page_text, read_page

PLACES = Places({"/data/clone": "."}, ("/data/clone", "/data/people"), "adalovelace")


def executed(*outputs: nbformat.NotebookNode) -> nbformat.NotebookNode:
    run_times = {"papermill": {"duration": 1.0}, "execution": {"iopub.status.busy": "2004-08-16"}}
    return new_notebook(
        metadata={
            "papermill": {"input_path": "/data/clone/x.ipynb"},
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
        },
        cells=[
            new_markdown_cell("# Who is in?", metadata={"papermill": {}}),
            new_code_cell("run_dir = ''", metadata={"tags": ["parameters"]}),
            new_code_cell(
                "run_dir = '/data/clone/runs/ci'", metadata={"tags": ["injected-parameters"]}
            ),
            new_code_cell(
                "flow",
                metadata={
                    **run_times,
                    "tags": ["hide-output"],
                    "mystnb": {"image": {"alt": "Flow"}},
                },
                outputs=list(outputs),
            ),
        ],
    )


def shown(text: str) -> nbformat.NotebookNode:
    return new_output("display_data", data={"text/html": text, "image/png": "/data/people"})


def test_a_place_in_memory_is_gone_before_its_digits_are_taken_for_a_date() -> None:
    output = new_output("display_data", data={"text/plain": "<Styler at 0x7f9c19701010>"})
    page = cleaned_page(executed(output), PLACES)
    assert page.cells[-1].outputs[0].data["text/plain"] == "<Styler>"
    assert list(faults_of(page, PLACES)) == []


def test_run_times_and_paths_are_gone_and_the_rest_stays() -> None:
    page = cleaned_page(executed(shown("<b>/data/clone/runs/ci/a.csv</b>")), PLACES)
    text = page_text(page)
    assert "papermill" not in text
    assert "2004" not in text
    assert "/data/clone" not in text
    assert page.cells[-1].outputs[0].data["text/html"] == "<b>runs/ci/a.csv</b>"
    assert page.cells[-1].metadata == {
        "tags": ["hide-output", "hide-input"],
        "mystnb": {"image": {"alt": "Flow"}},
    }
    assert list(faults_of(page, PLACES)) == []


def test_the_injected_parameters_replace_the_defaults() -> None:
    page = cleaned_page(executed(), PLACES)
    code = [cell for cell in page.cells if cell.cell_type == "code"]
    assert code[0].source == "run_dir = 'runs/ci'"
    assert len(code) == 2


def test_code_is_folded_unless_its_cell_says_otherwise() -> None:
    page = executed()
    page.cells[-1].metadata["tags"] = ["show-input"]
    *_, folded, shown_cell = cleaned_page(page, PLACES).cells
    assert "hide-input" in folded.metadata["tags"]
    assert shown_cell.metadata["tags"] == ["show-input"]


def test_equal_pages_are_equal_text_and_still_notebooks(tmp_path: Path) -> None:
    page = cleaned_page(executed(shown("x")), PLACES)
    path = tmp_path / "page.ipynb"
    path.write_text(page_text(page), encoding="utf-8")
    assert page_text(read_page(path)) == page_text(page)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (shown("/data/people/x"), "cell 3 holds an absolute path of this machine"),
        (shown("seen on 8/16/04"), "cell 3 holds what looks like a calendar date"),
        (shown("by adalovelace"), "cell 3 holds the name of the user's account"),
        (new_output("stream", text="/data/people/x\n"), "cell 3 holds an absolute path"),
        (new_output("error", ename="E", evalue="", traceback=[]), "cell 3 holds an error"),
    ],
)
def test_what_must_not_be_published_is_named_but_not_repeated(
    output: nbformat.NotebookNode, sentence: str
) -> None:
    faults = list(faults_of(cleaned_page(executed(output), PLACES), PLACES))
    assert len(faults) == 1
    assert faults[0].startswith(sentence)
    assert "8/16" not in faults[0]


def test_a_broken_notebook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "01_cohort.ipynb"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match=r"01_cohort\.ipynb: not a notebook"):
        read_page(path)
