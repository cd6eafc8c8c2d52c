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
    yield from _preprocessing(params)


def _preprocessing(params: Params) -> Iterator[str]:
    """Contradictions of the sections on volumes, lesions and dose."""
    if params.brain.method == "command" and not params.brain.command:
        yield "brain.method is command, but brain.command is empty; give the program's command line"
    lesion, dose = params.lesion, params.dosimetry
    if lesion.nnunet_folder and not lesion.trust_checkpoint:
        yield (
            "lesion.nnunet_folder is given without lesion.trust_checkpoint; its checkpoint is a "
            "pickle, which can run code: give the SHA-256 of the file you trust"
        )
    if len(lesion.sources) != len(set(lesion.sources)) or not lesion.sources:
        yield f"lesion.sources: found {list(lesion.sources)}, expected at least one, each once"
    if dose.marginal_share >= dose.in_field_share:
        yield (
            f"dosimetry.marginal_share ({dose.marginal_share:g}) must be below "
            f"dosimetry.in_field_share ({dose.in_field_share:g})"
        )
    if not dose.isodoses or list(dose.isodoses) != sorted(set(dose.isodoses), reverse=True):
        yield f"dosimetry.isodoses: found {list(dose.isodoses)}, expected falling shares, each once"
