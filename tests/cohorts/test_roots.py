"""Which folder a collection is read from."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from psp_core.cohorts.roots import find_root, require_root
from psp_core.errors import MissingInputError


def test_the_configured_folder_goes_before_the_phantoms(tmp_path: Path) -> None:
    run = SimpleNamespace(folder=tmp_path)
    phantoms = tmp_path / "phantom" / "burdenko"
    phantoms.mkdir(parents=True)
    own = tmp_path / "download"
    own.mkdir()
    assert find_root(run, "burdenko", None) == phantoms
    assert find_root(run, "burdenko", str(own)) == own
    assert find_root(run, "external", None) is None


def test_a_folder_that_is_not_there_raises(tmp_path: Path) -> None:
    run = SimpleNamespace(folder=tmp_path)
    with pytest.raises(MissingInputError, match="folder 'nowhere' that the params name"):
        find_root(run, "burdenko", str(tmp_path / "nowhere"))
    with pytest.raises(MissingInputError, match=r"set burdenko\.root in the params"):
        require_root(run, "burdenko", None)
