"""A dotted name leads to one value of the parameters, or to none."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp_core.params import read_params
from psp_core.params.names import field_names, value_of

CI = Path(__file__).parents[2] / "params" / "ci.yaml"


def test_every_name_has_a_value_and_a_section_is_one() -> None:
    params = read_params(CI)
    assert value_of(params, "lesion.segmenter.batch_size") == params.lesion.segmenter.batch_size
    assert value_of(params, "lesion.segmenter") is params.lesion.segmenter
    assert len([value_of(params, name) for name in field_names()]) > 200


def test_a_name_that_is_none_raises() -> None:
    with pytest.raises(AttributeError, match="gone"):
        value_of(read_params(CI), "lesion.gone")
