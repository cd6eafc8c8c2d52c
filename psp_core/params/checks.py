"""What must hold between parameters that are each possible on their own."""

from __future__ import annotations

from collections.abc import Iterator

from psp_core.params.sections import Params


def contradictions(params: Params) -> Iterator[str]:
    """Give one sentence per contradiction between parameters."""
    sizes, switches = params.phantom.sizes, params.phantom.switches
    if params.burdenko.root is None and sizes.train == 0:
        yield (
            "burdenko.root is empty and phantom.sizes.train is 0, so there is no patient to study; "
            "give the folder of the download, or a number of phantom patients"
        )
    causes = [
        name
        for name in ("zero_effect", "label_depends_on_time_only", "interaction")
        if getattr(switches, name)
    ]
    if len(causes) > 1:
        yield f"phantom.switches: {' and '.join(causes)} exclude each other; leave one on"
    windows = params.timing.windows_days
    if list(windows) != sorted(set(windows)):
        yield (
            f"timing.windows_days: found {list(windows)}, expected days in rising order, each once"
        )
    series = params.burdenko.required_series
    if len(series) != len(set(series)):
        yield f"burdenko.required_series: found {list(series)}, expected each series once"
