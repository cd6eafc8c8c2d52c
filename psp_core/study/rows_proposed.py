"""The proposed model and its presets, other fusions, and what sees one kind of data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from psp_core.study.entry import Entry

PROBE = "psp_core.classifiers.token_probe:TokenProbe"
NETWORK = "psp_core.classifiers.network:NetworkClassifier"


def _network(
    architecture: str,
    feature_set: str,
    title: str,
    *,
    lesion: bool = False,
    more: Mapping[str, Any] = MappingProxyType({}),
    **fields: Any,
) -> Entry:
    settings = {"architecture": architecture, "feature_set": feature_set, **more}
    settings |= {"tokens_used": "lesion"} if lesion else {}
    return Entry(NETWORK, feature_set, title, settings, **fields)


IMAGE: dict[str, Any] = {"sources": {"tokens": "tokens"}}
PRINTED = {"proposed": "multimodal"}
FUSIONS = {
    "proposed": "proposed (guided cross-attention)",
    "concatenation": "concatenation",
    "late_mean": "late mean of two logits",
    "full_self_attention": "full self-attention",
}
PRESETS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "proposed_eight_heads": ("proposed", "proposed, eight heads", {"heads": 8}),
    "proposed_m8": ("proposed", "proposed, M = 8", {"clinical_tokens": 8}),
    "proposed_per_variable": ("per_variable", "proposed, a token per variable", {}),
    "proposed_bidirectional": ("bidirectional", "bidirectional (survival paper 2024)", {}),
}
LESION = ", lesion tokens"


def _presets(*, lesion: bool) -> dict[str, Entry]:
    """The proposed model in its other forms."""
    return {
        name + "_lesion" * lesion: _network(
            architecture, "full", title + LESION * lesion, lesion=lesion, more=more, **IMAGE
        )
        for name, (architecture, title, more) in PRESETS.items()
    }


ROWS: dict[str, Entry] = {
    **{
        name: _network(name, "full", title, printed=PRINTED.get(name), **IMAGE)
        for name, title in FUSIONS.items()
    },
    **{
        f"{name}_lesion": _network(
            name, "full", f"{title.partition(' (')[0]}, lesion tokens", lesion=True, **IMAGE
        )
        for name, title in FUSIONS.items()
    },
    **_presets(lesion=False),
    **_presets(lesion=True),
    "proposed_no_dose_no_time": _network(
        "proposed", "no_dose_no_time", "proposed, without dose and time", **IMAGE
    ),
    "proposed_no_dose_no_time_lesion": _network(
        *("proposed", "no_dose_no_time", "proposed, without dose and time" + LESION),
        lesion=True,
        **IMAGE,
    ),
    "mri_only": _network("mri_only", "image_only", "MRI only", printed="mri", **IMAGE),
    "mri_only_lesion": _network(
        "mri_only", "image_only", "MRI only, lesion tokens", lesion=True, **IMAGE
    ),
    "mri_probe": Entry(PROBE, "image_only", "MRI only, logistic probe of the mean token", **IMAGE),
    "mri_probe_lesion": Entry(
        *(PROBE, "image_only", "MRI only, logistic probe of the mean lesion token"),
        {"tokens_used": "lesion"},
        **IMAGE,
    ),
    "clinical_network": _network(
        "clinical_network", "clinical_only", "clinical only, 4-layer network", printed="clinical"
    ),
    "clinical_logistic": Entry(
        "psp_core.classifiers.clinical:ClinicalLogistic",
        "clinical_only",
        "clinical only, logistic regression",
    ),
}
