"""The same network on the tokens of each encoder of the ablation."""

from __future__ import annotations

from psp_core.study.ablation_variants import VARIANTS
from psp_core.study.entry import Entry

NETWORK = "psp_core.classifiers.network:NetworkClassifier"

ROWS: dict[str, Entry] = {
    f"ssl_{variant.slug}": Entry(
        NETWORK,
        "image_only",
        f"MRI only, lesion tokens; small encoder: {variant.title}",
        {"architecture": "mri_only", "feature_set": "image_only", "tokens_used": "lesion"},
        sources={"tokens": f"ablation_tokens:{name}"},
        cost="heavy",
    )
    for name, variant in VARIANTS.items()
}
