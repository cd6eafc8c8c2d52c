"""Overrides change a parameter by its full or shortened name, and nothing else."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from psp_core.errors import ConfigError
from psp_core.params import read_params

Write = Callable[[str], Path]


@pytest.mark.parametrize(
    "overrides",
    [
        "phantom.sizes.train: 3",
        "sizes.train: 3",
        "train: 3",
        "{phantom.sizes.train: 3}",
        "phantom: {sizes: {train: 3}}",
        {"phantom.sizes.train": 3},
        {"phantom": {"sizes.train": 3}},
        {"sizes": {"train": 3}},
    ],
)
def test_every_spelling_sets_the_same_parameter(
    write_params: Write, minimal: str, overrides: Any
) -> None:
    path = write_params(minimal)
    before, after = read_params(path), read_params(path, overrides)
    assert after.phantom.sizes.train == 3
    sizes = dataclasses.replace(after.phantom.sizes, train=before.phantom.sizes.train)
    assert dataclasses.replace(before.phantom, sizes=sizes) == before.phantom
    assert (after.study, after.timing) == (before.study, before.timing)


@pytest.mark.parametrize("overrides", [None, "", "  \n", {}, "{}"])
def test_no_override_changes_nothing(write_params: Write, minimal: str, overrides: Any) -> None:
    path = write_params(minimal)
    assert read_params(path, overrides) == read_params(path)


def test_several_overrides_and_new_sections_are_set(write_params: Write, minimal: str) -> None:
    text = "study.seed: 3\nwindow_days: 90\nphantom.timing: burdenko\nwindows_days: [30, 60]\n"
    params = read_params(write_params(minimal), text)
    assert (params.study.seed, params.label.window_days) == (3, 90)
    assert (params.phantom.timing, params.timing.windows_days) == ("burdenko", (30, 60))


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ("root: x", r"key 'root' is ambiguous; write one of burdenko\.root, external\.root"),
        ("trian: 3", r"overrides: unknown key 'trian'; the nearest valid key is"),
        ("rain: 3", r"overrides: unknown key 'rain'"),
        ("phantom: 3", r"'phantom' is a section"),
        ({"phantom": {"sizes": {}}}, r"'phantom\.sizes' is a section"),
        ("train: 3\nsizes.train: 4", r"'phantom\.sizes\.train' is set twice"),
        ("train: 3\ntrain: 4", r"overrides: line 2: key 'train' stands twice"),
        ("a: 3, b: 4", r"overrides: line 1, column 8: not valid YAML"),
        ("only words", r"overrides: found 'only words', expected dotted keys"),
        ({"train": "3"}, r"phantom\.sizes\.train: found the text '3'"),
    ],
)
def test_a_wrong_override_is_refused(
    write_params: Write, minimal: str, overrides: Any, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        read_params(write_params(minimal), overrides)


def test_an_override_under_a_section_that_is_none_reports_the_section(
    write_params: Write, minimal: str
) -> None:
    with pytest.raises(ConfigError, match="label: found 3, expected a section"):
        read_params(write_params(minimal + "label: 3\n"), "window_days: 90")


@pytest.mark.notebook
@pytest.mark.parametrize(
    "option", [["-p", "overrides", "sizes.train: 3"], ["-y", "overrides: {sizes.train: 3}"]]
)
def test_the_papermill_command_line_hands_overrides_on(
    tmp_path: Path, write_params: Write, minimal: str, option: list[str]
) -> None:
    params_file = write_params(minimal)
    cells = [
        nbformat.v4.new_code_cell(
            "params_file = 'none.yaml'\noverrides = ''", metadata={"tags": ["parameters"]}
        ),
        nbformat.v4.new_code_cell(
            "from psp_core.params import read_params\n"
            "read_params(params_file, overrides).phantom.sizes.train"
        ),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    source, result = tmp_path / "in.ipynb", tmp_path / "out.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), source)
    command = [sys.executable, "-m", "papermill", str(source), str(result), "--no-progress-bar"]
    subprocess.run([*command, "-p", "params_file", str(params_file), *option], check=True)
    shown = nbformat.read(result, as_version=4).cells[-1].outputs[0]["data"]["text/plain"]
    assert shown == "3"
