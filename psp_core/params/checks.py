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
    yield from _truth(params)
    yield from _classification(params)
    yield from _pretraining(params)


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


def _pretraining(params: Params) -> Iterator[str]:
    """Contradictions of the encoder and of its pre-training."""
    side, encoder, pretraining = params.volume.side, params.encoder, params.pretraining
    if side % encoder.patch:
        fitting = [patch for patch in range(2, side) if side % patch == 0]
        yield (
            f"encoder.patch: patches of {encoder.patch} voxels do not fill a volume.side of "
            f"{side}; sides that do: {', '.join(map(str, fitting)) or 'none'}"
        )
    if encoder.width % encoder.heads:
        yield (
            f"encoder.width ({encoder.width}) cannot be shared among encoder.heads "
            f"({encoder.heads}); give a multiple"
        )
    if not pretraining.collections:
        yield "pretraining.collections is empty; name at least one collection without labels"
    for name in ("swap_share", "hole_share", "keep_share"):
        least, greatest = getattr(pretraining, name)
        if least > greatest:
            yield f"pretraining.{name}: found {least:g} to {greatest:g}, expected them to rise"
    if list(pretraining.snapshots) != sorted(set(pretraining.snapshots)):
        yield (
            f"pretraining.snapshots: found {list(pretraining.snapshots)}, expected rising shares, "
            "each once"
        )


def _truth(params: Params) -> Iterator[str]:
    """Contradictions of the sections on probes and controls."""
    probed = params.probing.collections
    if "sealed" in probed:
        yield "probing.collections: sealed is scored once per release; leave it out"
    if len(probed) != len(set(probed)) or not probed:
        yield f"probing.collections: found {list(probed)}, expected at least one, each once"
    patients = params.truth.learning_patients
    if not patients or list(patients) != sorted(set(patients)) or patients[0] < 1:
        yield (
            f"truth.learning_patients: found {list(patients)}, expected numbers of patients in "
            "rising order, each once"
        )


def _classification(params: Params) -> Iterator[str]:
    """Contradictions of the section on models."""
    models = params.classification.models
    if not models or len(models) != len(set(models)):
        yield f"classification.models: found {list(models)}, expected at least one, each once"
