"""Tokens of a cohort: looked up by patient, shared by clones and processes."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone

from psp_core.encoder.tokens import Tokens
from psp_core.errors import MissingInputError

ROWS = pd.DataFrame({"dataset": ["a", "b"], "subject_id": ["one", "two"], "timepoint": [3, 0]})


class Holder(BaseEstimator):  # type: ignore[misc]
    def __init__(self, tokens: Tokens | None = None) -> None:
        self.tokens = tokens


@pytest.fixture
def tokens() -> Tokens:
    rng = np.random.default_rng(0)
    keys = ("b/two/000", "c/three/001", "a/one/003")
    return Tokens(keys, rng.normal(size=(3, 8, 4)).astype(np.float16), rng.uniform(size=(3, 8)))


def test_rows_find_their_scan(tokens: Tokens) -> None:
    assert tokens.of(ROWS).dtype == np.float32
    np.testing.assert_array_equal(tokens.of(ROWS), tokens.values[[2, 0]].astype(np.float32))
    np.testing.assert_allclose(tokens.lesion_of(ROWS), tokens.lesion_share[[2, 0]])


def test_a_row_without_tokens_raises(tokens: Tokens) -> None:
    other = ROWS.assign(timepoint=[3, 1])
    with pytest.raises(MissingInputError, match=r"1 of 2 scans are not in Tokens.*b/two/001"):
        tokens.of(other)


def test_a_clone_shares_the_tokens_and_says_little(tokens: Tokens) -> None:
    holder = Holder(tokens)
    assert clone(holder).tokens is tokens
    assert "Tokens(values 3 x 8 x 4" in repr(holder)


def test_a_copy_in_another_process_opens_the_files(tokens: Tokens, tmp_path: Path) -> None:
    mapped = tokens.write(tmp_path / "tokens")
    sent = pickle.dumps(mapped)
    assert len(sent) < len(pickle.dumps(tokens))
    for one in (pickle.loads(sent), pickle.loads(pickle.dumps(tokens))):  # noqa: S301 - our own bytes
        np.testing.assert_array_equal(one.of(ROWS), tokens.of(ROWS))
        assert one.keys == tokens.keys
        assert one.digest == tokens.digest


def test_a_change_of_one_value_changes_the_digest(tokens: Tokens) -> None:
    changed = Tokens(tokens.keys, tokens.values + np.float16(1), tokens.lesion_share)
    assert changed.digest != tokens.digest
    assert list(tokens.has(ROWS.assign(timepoint=[3, 1]))) == [True, False]
