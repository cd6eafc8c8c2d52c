"""One YAML file is one study: read it strictly, and report every fault at once."""

from psp_core.params.reading import read_params
from psp_core.params.sections import Params

__all__ = ["Params", "read_params"]
