"""The user's own program: what it gets, what it may answer, how it may fail."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import ExternalCommandError
from psp_core.preprocessing.brain.command import command_brain

AFFINE = np.array([[0.5, 0, 2.0, -7], [0, 3.0, 0, 11], [2.0, 0, -0.5, 3], [0, 0, 0, 1]])
VALUES = np.random.default_rng(0).uniform(0, 100, (5, 6, 7)).astype(np.float32)
VOLUME = Volume(VALUES, Grid(VALUES.shape, AFFINE))

READ = "import os, sys\nimport nibabel as nib, numpy as np\nimage = nib.load(sys.argv[1])\n"
SAVE = "nib.save(nib.Nifti1Image(found.astype('float32'), image.affine), sys.argv[2])\n"
THRESHOLD = READ + "found = image.get_fdata() > 50\n" + SAVE


def run(folder: Path, script: str, timeout_s: float = 60.0) -> np.ndarray:
    """Run a small program of the user, whose folder has a blank in its name."""
    program = folder / "my tools" / "strip.py"
    program.parent.mkdir()
    program.write_text(script, encoding="utf-8")
    command = f"'{sys.executable}' '{program}' {{input}} {{output}}"
    return command_brain(VOLUME, command, timeout_s=timeout_s)


def test_a_mask_comes_back_in_the_axes_of_the_image(tmp_path: Path) -> None:
    assert np.array_equal(run(tmp_path, THRESHOLD), VALUES > 50)


def test_a_stripped_image_is_as_good_as_a_mask(tmp_path: Path) -> None:
    script = READ + "found = image.get_fdata() * (image.get_fdata() > 50)\n" + SAVE
    assert np.array_equal(run(tmp_path, script), VALUES > 50)


def test_the_program_gets_one_thread(tmp_path: Path) -> None:
    assert run(
        tmp_path, "import os\nassert os.environ['OMP_NUM_THREADS'] == '1'\n" + THRESHOLD
    ).any()


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    run(tmp_path, THRESHOLD)
    assert list(scratch.iterdir()) == []


def test_an_absent_program_raises() -> None:
    with pytest.raises(ExternalCommandError, match="no-such-stripper is not installed here"):
        command_brain(VOLUME, "/opt/no-such-stripper {input} {output}", timeout_s=5)


def test_a_file_that_is_no_program_raises(tmp_path: Path) -> None:
    stripper = tmp_path / "strip"
    stripper.write_text("no program")
    stripper.chmod(0o755)
    with pytest.raises(ExternalCommandError, match="strip is not installed here or may not be run"):
        command_brain(VOLUME, f"{stripper} {{input}} {{output}}", timeout_s=5)


def test_a_failing_program_is_quoted_without_paths(tmp_path: Path) -> None:
    script = "import sys\nsys.exit('no weights in /data/someone/secret name/weights.bin')\n"
    with pytest.raises(ExternalCommandError, match="failed with exit code 1: no weights") as caught:
        run(tmp_path, script)
    assert "/" not in str(caught.value)
    assert "someone" not in str(caught.value)


def test_a_program_that_fails_in_silence_raises(tmp_path: Path) -> None:
    with pytest.raises(ExternalCommandError, match="exit code 3: it said nothing"):
        run(tmp_path, "import sys\nsys.exit(3)\n")


def test_a_program_that_writes_nothing_raises(tmp_path: Path) -> None:
    with pytest.raises(ExternalCommandError, match="wrote nothing to"):
        run(tmp_path, "")


def test_an_unreadable_output_raises(tmp_path: Path) -> None:
    script = "import sys\nopen(sys.argv[2], 'w').write('hello')\n"
    with pytest.raises(ExternalCommandError, match=r"cannot be read: output\.nii\.gz"):
        run(tmp_path, script)


def test_an_empty_mask_raises(tmp_path: Path) -> None:
    with pytest.raises(ExternalCommandError, match="wrote an empty mask"):
        run(tmp_path, READ + "found = np.zeros(image.shape)\n" + SAVE)


def test_a_mask_on_another_grid_raises(tmp_path: Path) -> None:
    with pytest.raises(ExternalCommandError, match="expected the grid of its input"):
        run(tmp_path, READ + "found = np.ones((3, 3, 3))\n" + SAVE)


def test_a_program_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(ExternalCommandError, match=r"did not end within 0\.5 s"):
        run(tmp_path, "import time\ntime.sleep(30)\n", timeout_s=0.5)


def test_a_command_without_places_for_files_raises() -> None:
    with pytest.raises(ExternalCommandError, match=r"has no \{input\} and no \{output\}"):
        command_brain(VOLUME, "hd-bet", timeout_s=5)


def test_a_command_with_an_open_quote_raises() -> None:
    with pytest.raises(ExternalCommandError, match="cannot be split into words"):
        command_brain(VOLUME, "hd-bet '{input} {output}", timeout_s=5)
