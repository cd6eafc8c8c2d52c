"""An open run has its parameters, streams of random numbers and a neutral provenance."""

from __future__ import annotations

import getpass
import json
import os
import platform
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import threadpoolctl

from psp_core.errors import ConfigError
from psp_core.runs import Run, open_run

OpenRun = Callable[..., Run]


def test_one_name_is_one_stream(open_tiny_run: OpenRun) -> None:
    run = open_tiny_run()
    first = run.rng("phantom/train").random(4)
    assert run.rng("phantom/train").random(4).tolist() == first.tolist()
    assert run.rng("phantom/sealed").random(4).tolist() != first.tolist()
    assert open_tiny_run("seed: 1").rng("phantom/train").random(4).tolist() != first.tolist()


def test_the_streams_stay_the_same_from_version_to_version(open_tiny_run: OpenRun) -> None:
    drawn = open_tiny_run("study.seed: 7").rng("phantom").integers(0, 1000, 4)
    assert drawn.tolist() == [54, 458, 590, 804]


def test_the_global_generators_are_seeded(open_tiny_run: OpenRun) -> None:
    drawn = []
    for _ in range(2):
        open_tiny_run()
        drawn.append((random.random(), np.random.random()))  # noqa: NPY002 - the state under test
    assert drawn[0] == drawn[1]


def test_every_process_has_one_thread(open_tiny_run: OpenRun) -> None:
    open_tiny_run()
    assert os.environ["OMP_NUM_THREADS"] == "1"
    pools = threadpoolctl.threadpool_info()
    assert pools
    assert {pool["num_threads"] for pool in pools} == {1}


def test_provenance_tells_versions_but_no_place_and_no_person(
    open_tiny_run: OpenRun, tmp_path: Path
) -> None:
    run = open_tiny_run(f"burdenko.root: {tmp_path / 'data'}")
    text = (run.folder / "provenance.json").read_text()
    told = json.loads(text)
    assert told["seed"] == run.params.study.seed
    assert told["packages"]["numpy"] == np.__version__
    assert told["python"] == platform.python_version()
    assert str(tmp_path) not in text
    assert platform.node() not in text.replace(platform.machine(), "")
    assert f"/{getpass.getuser()}" not in text
    assert json.loads((run.private / "params.json").read_text())["burdenko"]["root"] == str(
        tmp_path / "data"
    )


def test_provenance_changes_with_the_params_only(open_tiny_run: OpenRun) -> None:
    path = open_tiny_run().folder / "provenance.json"
    first, written = path.read_text(), path.stat().st_mtime_ns
    open_tiny_run()
    assert path.stat().st_mtime_ns == written
    open_tiny_run("outfield: 0.1")
    assert path.read_text() != first


def test_faults_of_the_params_stop_the_run_before_it_writes(
    tmp_path: Path, params_file: Path
) -> None:
    with pytest.raises(ConfigError, match="unknown key 'nonsense'"):
        open_run(params_file, tmp_path / "run", "nonsense: 1")
    assert not (tmp_path / "run").exists()
