"""A params file is read strictly, and every fault is reported at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from psp_core.errors import ConfigError, MissingInputError
from psp_core.params import read_params
from psp_core.params.__main__ import main

Write = Callable[[str], Path]
PROFILES = sorted((Path(__file__).parents[2] / "params").glob("*.yaml"))


def test_there_are_profiles() -> None:
    assert {path.stem for path in PROFILES} >= {"ci", "demo", "burdenko"}


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_every_profile_is_valid_once_the_data_folder_is_given(path: Path) -> None:
    params = read_params(path, {"burdenko.root": "data/burdenko"})
    assert params.study.name == path.stem


def test_the_real_data_profile_asks_for_the_data_folder() -> None:
    path = next(path for path in PROFILES if path.stem == "burdenko")
    with pytest.raises(ConfigError, match="give the folder of the download"):
        read_params(path)


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_every_value_says_where_it_comes_from(path: Path) -> None:
    head, _, body = path.read_text(encoding="utf-8").partition("study:\n")
    assert all(word in head for word in ("run ", "costs ", "expect "))
    values = [line for line in body.splitlines() if re.match(r"\s+\w+: \S", line.split("#")[0])]
    marks = ("paper", "paper's code", "assumption", "ours")
    assert values
    assert [line for line in values if not any(mark in line.split("#")[-1] for mark in marks)] == []


def test_values_are_read_and_lists_become_tuples(write_params: Write, minimal: str) -> None:
    params = read_params(write_params(minimal + "timing: {windows_days: [30, 60]}\n"))
    assert params.study.seed == 7
    assert params.timing.windows_days == (30, 60)


def test_sections_are_frozen(write_params: Write, minimal: str) -> None:
    params = read_params(write_params(minimal))
    with pytest.raises(FrozenInstanceError):
        params.study.seed = 8  # type: ignore[misc]


def test_a_whole_number_is_accepted_where_a_fraction_is_possible(
    write_params: Write, minimal: str
) -> None:
    params = read_params(write_params(minimal.replace("rim: 0.55", "rim: 1")))
    assert params.phantom.effects.rim == 1.0


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("seed: 7", "seed: 7.0", r"study\.seed: found 7\.0, expected a valid integer"),
        ("seed: 7", "seed: true", r"study\.seed: found true, expected a valid integer"),
        ("seed: 7", "seed: '7'", r"found the text '7', .*without quotation marks"),
        ("seed: 7", "sead: 7", r"unknown key 'study\.sead'; .*'study\.seed'"),
        (
            "train: 16",
            "trian: 16",
            r"unknown key 'phantom\.sizes\.trian'; .*'phantom\.sizes\.train",
        ),
        ("train: 16", "train: -1", r"phantom\.sizes\.train: found -1, expected a value greater"),
        ("rim: 0.55", "rim: 1e-4", r"found the text '1e-4', .* as 1\.0e-4"),
        ("rim: 0.55", "rim: .nan", r"phantom\.effects\.rim: found NaN, expected a finite number"),
        ("name: tiny", "name: Tiny Study", r"study\.name: .*expected text that matches pattern"),
        ("name: tiny, ", "", r"study\.name is missing"),
        ("  effects: {", "  efects: {", r"unknown key 'phantom\.efects'; .*'phantom\.effects'"),
    ],
)
def test_a_fault_names_the_key_and_what_was_expected(
    write_params: Write, minimal: str, old: str, new: str, sentence: str
) -> None:
    assert old in minimal
    with pytest.raises(ConfigError, match=sentence):
        read_params(write_params(minimal.replace(old, new)))


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ("label: 3\n", r"label: found 3, expected a section with keys"),
        ("study: {name: twice}\n", r"line \d+: key 'study' stands twice, first in line 1"),
        ("3: x\n", r"line \d+: a key must be text, found '3'"),
        ("colour: red\n", r"unknown key 'colour'; the sections are ablation, audit, baselines"),
        ("label: {event: last}\n", r"label\.event: found the text 'last', expected 'first_non_dis"),
        ("burdenko: {root: 2004-05-06x, workers: 1}\n", r"unknown key 'burdenko\.workers'"),
        ("timing: {windows_days: [60, 30]}\n", r"timing\.windows_days: .*in rising order"),
        ("timing: {windows_days: [30, 3.5]}\n", r"timing\.windows_days\.1: found 3\.5"),
        ("burdenko: {required_series: [t1, t1]}\n", r"required_series: .*each series once"),
        ("brain: {method: command}\n", r"brain\.command is empty; give the program"),
        ("lesion: {nnunet_folder: x}\n", r"without lesion\.trust_checkpoint; .*a pickle"),
        ("lesion: {sources: [mask, mask]}\n", r"lesion\.sources: .*at least one, each once"),
        ("dosimetry: {marginal_share: 0.9}\n", r"must be below dosimetry\.in_field_share \(0\.8\)"),
        ("dosimetry: {isodoses: [0.8, 0.95]}\n", r"expected falling shares, each once"),
        ("probing: {collections: [sealed]}\n", r"sealed is scored once per release"),
        ("probing: {collections: []}\n", r"probing\.collections: .*at least one, each once"),
        ("truth: {learning_patients: [9, 3]}\n", r"numbers of patients in rising order"),
        ("timing: [\n", r"not valid YAML"),
    ],
)
def test_a_fault_of_a_section_is_named(
    write_params: Write, minimal: str, extra: str, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        read_params(write_params(minimal + extra))


def test_contradicting_switches_are_refused(write_params: Write, minimal: str) -> None:
    both = "  switches: {zero_effect: true, interaction: true}\n"
    with pytest.raises(ConfigError, match="zero_effect and interaction exclude each other"):
        read_params(write_params(minimal + both))


def test_no_patients_at_all_is_refused(write_params: Write, minimal: str) -> None:
    with pytest.raises(ConfigError, match="there is no patient to study"):
        read_params(write_params(minimal.replace("train: 16", "train: 0")))


def test_all_faults_of_file_and_overrides_come_at_once(write_params: Write, minimal: str) -> None:
    text = minimal.replace("seed: 7", "seed: -7, sead: 1") + "label: {event: 1}\nlabel: {}\n"
    with pytest.raises(ConfigError) as caught:
        read_params(write_params(text), "trian: 3")
    faults = "\n".join(caught.value.faults)
    assert len(caught.value.faults) == 5
    for part in ("study.seed", "study.sead", "label.event", "stands twice", "overrides: unknown"):
        assert part in faults
    assert caught.value.source == "study.yaml"


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words\n"])
def test_a_file_that_is_no_mapping_is_refused(write_params: Write, text: str) -> None:
    with pytest.raises(ConfigError, match="expected sections"):
        read_params(write_params(text))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_params(path)


def test_a_missing_file_says_which_files_there_are(write_params: Write, minimal: str) -> None:
    path = write_params(minimal)
    with pytest.raises(MissingInputError, match=r"'demo\.yaml' .*study\.yaml"):
        read_params(path.with_name("demo.yaml"))


def test_errors_do_not_show_where_the_file_lies(write_params: Write, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as broken:
        read_params(write_params("- a\n"))
    with pytest.raises(MissingInputError) as missing:
        read_params(tmp_path / "none.yaml")
    assert str(tmp_path) not in f"{broken.value}{missing.value}"


def test_the_command_line_reports_all_faults_and_fails(
    write_params: Write, minimal: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(write_params(minimal))
    assert main([path, "train: 3"]) == 0
    assert main([path, "seed: x\nnonsense: 1"]) == 1
    assert "ConfigError: study.yaml: 2 faults" in capsys.readouterr().err
