"""What cannot be together in the sections of the encoder and of its pre-training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from psp_core.errors import ConfigError
from psp_core.params import read_params

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ({"encoder.patch": 7}, r"7 voxels do not fill a volume.side of 40; .* 2, 4, 5, 8, 10, 20"),
        ({"encoder.heads": 5}, r"encoder.width \(48\) cannot be shared among encoder.heads \(5\)"),
        ({"pretraining.collections": []}, "pretraining.collections is empty"),
        ({"pretraining.hole_share": [0.3, 0.1]}, r"hole_share: found 0\.3 to 0\.1, expected"),
        ({"pretraining.snapshots": [0.5, 0.1]}, r"snapshots: found \[0\.5, 0\.1\], expected"),
        ({"pretraining.collections": ["burdenko"]}, "expected 'brats2021'"),
        ({"pretraining.batch_size": 1}, "greater than or equal to 2"),
        ({"pretraining.swap_share": [0.1, 1.5]}, "less than or equal to 1"),
    ],
)
def test_a_contradiction_is_told(override: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_params(PARAMS, override)
