"""A run: one study's parameters, its folder, its randomness and its stages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import psp_core
from psp_core.errors import StageError
from psp_core.params import Params, read_params
from psp_core.runs.atomic import sweep, write_json
from psp_core.runs.digest import digest_of
from psp_core.runs.process import quiet_libraries, seed_globally, use_one_thread
from psp_core.runs.provenance import provenance
from psp_core.runs.stage import Stage, read_marker, stage_digest

TAKEN = {"stages", "private", "notebooks", "book", "logs", "progress"}  # folders of other use


@dataclass(frozen=True)
class Run:
    """An open run folder; made by `open_run`.

    Attributes
    ----------
    params : Params
        The study's parameters, overrides applied.
    folder : Path
        Everything the run writes; each stage has a folder of its own in it.
    """

    params: Params
    folder: Path
    provenance: Mapping[str, Any] = field(repr=False)

    @property
    def private(self) -> Path:
        """Folder for what must not leave the machine: crosswalks, paths."""
        return self.folder / "private"

    def rng(self, name: str) -> np.random.Generator:
        """Give the random generator of one purpose.

        Parameters
        ----------
        name : str
            The purpose, as ``phantom/train``; different names give independent
            streams, one name always the same stream.

        Returns
        -------
        numpy.random.Generator
            At the start of its stream.
        """
        return np.random.default_rng(self.seed_sequence(name))

    def seed_sequence(self, name: str) -> np.random.SeedSequence:
        """Give the seed sequence of one purpose, to spawn one child per item from."""
        words = np.frombuffer(hashlib.sha256(name.encode()).digest(), dtype="<u4")
        return np.random.SeedSequence(
            entropy=self.params.study.seed, spawn_key=tuple(int(word) for word in words)
        )

    def stage(self, name: str, *, depends_on: Mapping[str, Any]) -> Stage:
        """Open a stage for writing.

        A stage that was finished with the same dependencies is done; one that was
        begun with the same dependencies keeps its files, to be resumed; one that
        was written with others is emptied. Until `Stage.finish`, `Stage.release`
        or the end of the program no other program can write it.

        Parameters
        ----------
        name : str
            Name of the stage and of its folder.
        depends_on : mapping
            Everything the result depends on: params sections, digests of inputs
            (`digest_of_file`, `Run.finished(...).digest`), of code
            (`digest_of_code`). The package's version counts always.

        Returns
        -------
        Stage
            Ask `Stage.is_done` first.

        Raises
        ------
        StageError
            If another program writes this stage, or its folder holds files that
            no stage of this run wrote.
        """
        stage = self._stage(name, stage_digest(name, depends_on, psp_core.__version__))
        if not stage.is_done:
            stage.begin()
        return stage

    def finished(self, name: str) -> Stage:
        """Give a finished stage of this run, to read from.

        Raises
        ------
        StageError
            If the stage was not finished.
        """
        digest = read_marker(self.folder / "stages" / f"{name}.json").get("digest", "")
        stage = self._stage(name, digest)
        if not digest or not stage.is_done:
            raise StageError(
                f"stage {name!r} of this run is not finished; run the notebook that writes it first"
            )
        return stage

    def _stage(self, name: str, digest: str) -> Stage:
        if not name.isidentifier() or name in TAKEN:
            raise StageError(f"{name!r} cannot be a stage's name; use a word that the run has free")
        return Stage(name, self.folder / name, digest, self.provenance)


def open_run(
    params_file: str | Path,
    run_dir: str | Path,
    overrides: Mapping[str, Any] | str | None = None,
) -> Run:
    """Open a run folder, new or begun before.

    Reads the parameters, seeds the global generators, sets one thread per
    process, removes what a killed program left half written, and writes
    ``provenance.json`` and ``private/params.json``.

    Parameters
    ----------
    params_file : path-like
        The study's YAML file.
    run_dir : path-like
        Folder of the run; made if it is not there.
    overrides : mapping, str or None, default None
        Parameters to change, see `read_params`.

    Returns
    -------
    Run
        With an absolute `Run.folder`.

    Raises
    ------
    ConfigError, MissingInputError
        See `read_params`.
    """
    params = read_params(params_file, overrides)
    folder = Path(run_dir).resolve()
    use_one_thread()
    quiet_libraries()
    seed_globally(params.study.seed)
    private = folder / "private"
    private.mkdir(parents=True, exist_ok=True)
    sweep(folder, owned=False)
    sweep(private, owned=False)
    origin = provenance(digest_of(params), params.study.seed, params.study.name)
    _write_if_changed(folder / "provenance.json", origin)
    _write_if_changed(private / "params.json", params)
    return Run(params, folder, origin)


def _write_if_changed(path: Path, value: Any) -> None:
    if not path.exists() or digest_of(read_marker(path)) != digest_of(value):
        write_json(path, value)
