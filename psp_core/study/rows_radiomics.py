"""Older systems on the lesion: a forest on radiomics, and linear SVMs.

The row that Gomaa 2025 calls Akbari's is not Akbari's model, which also reads diffusion and
perfusion. Here it is stood in for by `cnn_svm` alone, which needs the user's weights of VGG16;
without them `random_feature_svm` runs, which is nobody's published model.
"""

from __future__ import annotations

from typing import Any

from psp_core.study.entry import Entry

FOREST = "psp_core.classifiers.radiomics_forest:RadiomicsForest"
SVM = "psp_core.classifiers.cnn_svm:CnnSvm"
OF_SVM: dict[str, Any] = {"params": "cnn_svm"}
ROWS: dict[str, Entry] = {
    "radiomics_forest": Entry(
        FOREST,
        "image_only",
        "radiomics forest (Sun-like)",
        sources={"radiomics": "radiomics"},
        printed="random_forest",
        params="radiomics",
    ),
    "radiomics_forest_clinical": Entry(
        FOREST,
        "full",
        "radiomics forest, clinical columns beside",
        {"feature_set": "full"},
        sources={"radiomics": "radiomics"},
        params="radiomics",
    ),
    "cnn_svm": Entry(
        SVM,
        "image_only",
        "CNN-SVM (Akbari-like; needs cnn_svm.weights)",
        sources={"cnn": "cnn_features:pretrained", "radiomics": "radiomics:captk"},
        printed="cnn_svm",
        cost="heavy",
        **OF_SVM,
    ),
    "random_feature_svm": Entry(
        SVM,
        "image_only",
        "random-feature SVM",
        sources={"cnn": "cnn_features", "radiomics": "radiomics:captk"},
        cost="heavy",
        **OF_SVM,
    ),
    "captk_svm": Entry(
        "psp_core.classifiers.cnn_svm:CaptkSvm",
        "image_only",
        "figures and SVM (CaPTk's recipe, without diffusion and perfusion)",
        sources={"radiomics": "radiomics:captk"},
        **OF_SVM,
    ),
}
