"""Jang 2018 in its presets, and the CNN-LSTM over sequences that Lee 2020 names."""

from __future__ import annotations

from typing import Any

from psp_core.classifiers.cnn_lstm_presets import Preset, settings_of_preset
from psp_core.study.entry import Entry

NETWORK = "psp_core.classifiers.cnn_lstm:CnnLstm"
FOREST = "psp_core.classifiers.jang_forest:JangForest"
WORDS: dict[Preset, str] = {
    "paper": "as printed",
    "code": "as its code",
    "fixed": "as its code, leaks closed",
}


def _network(feature_set: str, title: str, preset: Preset, source: str, **fields: Any) -> Entry:
    return Entry(
        NETWORK,
        feature_set,
        title,
        {"feature_set": feature_set, **settings_of_preset(preset)},
        sources={"slices": source},
        cost="heavy",
        params="cnn_lstm",
        **fields,
    )


ROWS: dict[str, Entry] = {
    **{
        f"cnn_lstm_{preset}": _network(
            "jang",
            f"Jang CNN-LSTM, Model 1, {words}",
            preset,
            "t1ce_slices",
            printed="cnn_lstm",
        )
        for preset, words in WORDS.items()
    },
    **{
        f"cnn_lstm_image_{preset}": _network(
            "image_only", f"Jang CNN-LSTM, Model 2, {words}", preset, "t1ce_slices"
        )
        for preset, words in WORDS.items()
    },
    **{
        f"jang_forest_{preset}": Entry(
            FOREST,
            "jang_clinical",
            f"Jang random forest, Model 3, {words}",
            settings_of_preset(preset, forest=True),
            params="cnn_lstm",
        )
        for preset, words in WORDS.items()
    },
    "lee_sequences": _network(
        "image_only", "Lee-like CNN-LSTM over sequences", "fixed", "lesion_sequences"
    ),
}
