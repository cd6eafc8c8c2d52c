"""Arms that read the image itself: Table 4's trainings, fine-tuned encoders, the DenseNet.

As in the paper the arms of Table 4 are multimodal: the same head for all. From scratch, after
survival and after self-supervision differ here in the first weights alone. The paper says of
the transfer both that the trained transformer was used as encoder and that it was fine-tuned;
both are here, and the printed row stands at the fine-tuned one.
"""

from __future__ import annotations

from psp_core.study.entry import Entry

VOLUME = "psp_core.classifiers.volume_network:VolumeNetwork"
UNTRAINED = "small_encoder:untrained"
SURVIVAL = "small_encoder:survival"
SELF_SUPERVISED = "small_encoder:r + c*r"


def _volume(
    start: str, feature_set: str, title: str, *, frozen: bool = False, printed: str | None = None
) -> Entry:
    return Entry(
        VOLUME,
        feature_set,
        title,
        {"feature_set": feature_set, "frozen": frozen},
        {"volumes": "small_volumes", "start": start},
        printed,
        "heavy",
        "volume_network",
    )


ROWS: dict[str, Entry] = {
    "scratch": _volume(UNTRAINED, "full", "ViT end to end from scratch", printed="scratch"),
    "transfer": _volume(
        SURVIVAL, "full", "ViT transfer from survival, fine-tuned", printed="transfer"
    ),
    "proposed_finetuned": _volume(SELF_SUPERVISED, "full", "self-supervised ViT, fine-tuned"),
    "transfer_frozen": _volume(SURVIVAL, "full", "ViT transfer from survival, frozen", frozen=True),
    "self_supervised_small": _volume(
        SELF_SUPERVISED, "full", "self-supervised ViT of the same size, frozen", frozen=True
    ),
    "scratch_mri": _volume(UNTRAINED, "image_only", "MRI only, ViT end to end from scratch"),
    "mri_finetuned": _volume(
        SELF_SUPERVISED, "image_only", "MRI only, self-supervised ViT, fine-tuned", printed="mri"
    ),
    "densenet": Entry(
        "psp_core.classifiers.densenet:DenseNetClassifier",
        "image_only",
        "3-D DenseNet (Moassefi-like)",
        {"feature_set": "image_only"},
        {"crops": "lesion_crops", "start": "sequence_weights"},
        None,
        "heavy",
        "densenet",
    ),
}
