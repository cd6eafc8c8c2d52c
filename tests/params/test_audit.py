"""The section on the audit."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp_core.errors import ConfigError
from psp_core.params import read_params

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


def test_figures_have_at_least_two_decimals() -> None:
    assert read_params(PARAMS).audit.decimals == 3
    with pytest.raises(ConfigError, match=r"audit\.decimals"):
        read_params(PARAMS, ["audit.decimals=1"])
