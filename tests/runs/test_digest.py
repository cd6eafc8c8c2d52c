"""Equal contents have equal digests, different ones different digests."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from psp_core.params import read_params
from psp_core.runs import digest_of, digest_of_code, digest_of_file


def test_the_order_of_keys_and_the_kind_of_sequence_do_not_count() -> None:
    assert digest_of({"a": (1, 2), "b": {3, 4}}) == digest_of({"b": {4, 3}, "a": np.array([1, 2])})
    assert digest_of(PurePosixPath("a/b")) == digest_of("a/b")


@pytest.mark.parametrize("other", [[1, 2.5], ["1", 2], [2, 1], {"a": [1, 2]}, None])
def test_another_value_has_another_digest(other: object) -> None:
    assert digest_of([1, 2]) != digest_of(other)


def test_params_are_digested_with_every_value(params_file: Path) -> None:
    plain, changed = (read_params(params_file, text) for text in ("", "outfield: 0.51"))
    assert digest_of(plain) == digest_of(read_params(params_file))
    assert digest_of(plain) != digest_of(changed)
    assert digest_of(plain.study) == digest_of(changed.study)


def test_a_type_without_one_spelling_is_refused() -> None:
    with pytest.raises(TypeError, match="found a object, expected mappings"):
        digest_of({"a": object()})


def test_a_files_digest_is_that_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"psp" * 1_000_000)
    assert digest_of_file(path) == hashlib.sha256(b"psp" * 1_000_000).hexdigest()


def test_a_package_is_digested_with_what_is_below_it() -> None:
    assert digest_of_code("psp_core") != digest_of_code("psp_core.params")
    assert digest_of_code("psp_core.errors") == digest_of_code("psp_core.errors")
    with pytest.raises(ModuleNotFoundError, match="no_such"):
        digest_of_code("psp_core.no_such")
