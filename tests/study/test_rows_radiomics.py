"""The rows on the lesion: which may stand in a printed row."""

from __future__ import annotations

import pytest

from psp_core.errors import EstimatorError
from psp_core.inputs.arrays import PatientArrays
from psp_core.study.entry import build_estimator
from psp_core.study.rows_radiomics import ROWS


def test_only_pre_trained_features_and_the_plain_forest_stand_in_printed_rows() -> None:
    printed = {name: entry.printed for name, entry in ROWS.items() if entry.printed}
    assert printed == {"radiomics_forest": "random_forest", "cnn_svm": "cnn_svm"}
    assert "pretrained" in ROWS["cnn_svm"].sources["cnn"]
    assert "pretrained" not in ROWS["random_feature_svm"].sources["cnn"]


def test_without_weights_the_row_of_akbari_fails_and_names_the_parameter() -> None:
    figures = PatientArrays((), {})
    sources = {"cnn_features:pretrained": None, "radiomics:captk": figures}
    with pytest.raises(EstimatorError, match=r"needs cnn_svm.weights\) reads 'cnn_features'"):
        build_estimator(ROWS["cnn_svm"], sources=sources)
