"""Brain extraction by the user's own program, such as HD-BET or SynthStrip."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import nibabel
import numpy as np

from psp_core.acquisition.nifti import RAS_TO_LPS
from psp_core.acquisition.volume import Volume, read_volume
from psp_core.errors import ExternalCommandError, PSPError
from psp_core.preprocessing.brain.coarse import Mask

nib: Any = nibabel  # without types

INPUT, OUTPUT = "{input}", "{output}"
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS")
LAST_LINES = 5
TIMEOUT_S = 3600.0  # a network on one core takes its time
_PATH = re.compile(r"(?:[A-Za-z]:)?[\\/](?:[^\\/\s'\":]+[\\/])*([^\\/\s'\":]*)")


def command_brain(volume: Volume, command: str, *, timeout_s: float = TIMEOUT_S) -> Mask:
    """Write the image, run the program on it without a shell, read what it wrote.

    Parameters
    ----------
    command : str
        Command line with ``{input}`` and ``{output}``, which become paths of NIfTI files in
        a private folder, for example ``hd-bet -i {input} -o {output} -device cpu``.
    timeout_s : float, default 3600
        Seconds after which the program is ended.

    Returns
    -------
    bool array, shape (D, H, W)
        Where the program's output is not 0: it may be a mask or a skull-stripped image.

    Raises
    ------
    ExternalCommandError
        If the command names no input and output, the program is not there, fails or takes
        too long, or its output is missing, unreadable, empty or on another grid.
    """
    words = _words(command)
    program = Path(words[0]).name
    with tempfile.TemporaryDirectory(prefix="psp-brain-") as folder:
        source, result = Path(folder, "input.nii.gz"), Path(folder, "output.nii.gz")
        _write(volume, source)
        paths = {INPUT: str(source), OUTPUT: str(result)}
        _run([_filled(word, paths) for word in words], program, folder, timeout_s)
        if not result.is_file():
            raise ExternalCommandError(
                f"{program} ended well but wrote nothing to {OUTPUT}; look at its options"
            )
        try:
            written = read_volume(result)
        except PSPError as error:
            raise ExternalCommandError(
                f"{program} wrote an output that cannot be read: {_without_paths(str(error))}"
            ) from None
    if not written.grid.same_grid(volume.grid, tolerance_mm=0.01):
        raise ExternalCommandError(
            f"{program} wrote shape {written.grid.shape}, expected the grid of its input, shape "
            f"{volume.grid.shape}; let it write in the input's own space"
        )
    brain = np.asarray(np.nan_to_num(written.values) != 0)
    if not brain.any():
        raise ExternalCommandError(f"{program} wrote an empty mask; look at the image")
    return brain


def _words(command: str) -> list[str]:
    """Split a command line as a shell would, without running one."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ExternalCommandError(f"brain.command cannot be split into words: {error}") from None
    missing = [mark for mark in (INPUT, OUTPUT) if not any(mark in word for word in words)]
    if missing:
        raise ExternalCommandError(
            f"brain.command has no {' and no '.join(missing)}, expected for example "
            "'hd-bet -i {input} -o {output}'"
        )
    return words


def _filled(word: str, paths: dict[str, str]) -> str:
    for mark, path in paths.items():
        word = word.replace(mark, path)
    return word


def _write(volume: Volume, path: Path) -> None:
    """Write a NIfTI file that `read_volume` reads back as it is."""
    affine = RAS_TO_LPS @ volume.grid.affine[:, [2, 1, 0, 3]]
    image = nib.Nifti1Image(np.asarray(volume.values, dtype=np.float32).T, affine)
    image.header.set_xyzt_units("mm")
    nib.save(image, path)


def _run(words: list[str], program: str, folder: str, timeout_s: float) -> None:
    """Run the program to its end, one thread, in the private folder."""
    try:
        done = subprocess.run(
            words, cwd=folder, env=os.environ | dict.fromkeys(THREADS, "1"), timeout=timeout_s,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
    except OSError:  # absent, forbidden, or no program at all
        raise ExternalCommandError(
            f"{program} is not installed here or may not be run; install it, correct "
            "brain.command, or set brain.method to atlas"
        ) from None
    except subprocess.TimeoutExpired:
        raise ExternalCommandError(
            f"{program} did not end within {timeout_s:g} s and was stopped"
        ) from None
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-LAST_LINES:]
        raise ExternalCommandError(
            f"{program} failed with exit code {done.returncode}: "
            + (" | ".join(_without_paths(line) for line in said) or "it said nothing")
        )


def _without_paths(text: str) -> str:
    """Keep the last name of every path: folders may tell who the patient or the user is."""
    return _PATH.sub(lambda found: found.group(1), text)
