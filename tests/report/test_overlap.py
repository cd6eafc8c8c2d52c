"""The corpus figure counts each person once."""

from __future__ import annotations

import matplotlib.pyplot as plt

from psp_core.cohorts.overlap import distinct_counts, published_corpus
from psp_core.report.overlap import counted_corpus, plot_corpus, printed_corpus
from tests.cohorts.made import made_crosswalk


def test_the_printed_corpus_is_2317_scans_of_at_most_1651_people() -> None:
    ax = plot_corpus(printed_corpus(published_corpus()), title="Gomaa 2025", is_bound=True)
    told = [text.get_text() for text in ax.texts]
    assert told[-1] == " 2,317, at most 1,651 people"
    assert told[:2] == [" 1,251", " 570, at most 167 people not above"]
    assert [label.get_text() for label in ax.get_yticklabels()][-1] == "together"
    plt.close("all")


def test_a_run_counts_a_copy_and_a_second_scan_of_a_patient_once() -> None:
    crosswalk = made_crosswalk([("BraTS2021_00001", "upenn_gbm", "UPENN-GBM-00007")])
    patients = {
        "brats2021": ["brats2021/BraTS2021_00001", "brats2021/BraTS2021_00002"],
        "upenn_gbm": ["upenn_gbm/UPENN-GBM-00007", "upenn_gbm/UPENN-GBM-00007"],
    }
    corpus = counted_corpus(distinct_counts(patients, crosswalk))
    assert corpus["scans"].tolist() == [2, 2, 4]
    assert corpus["repeated"].tolist() == [0, 2, 2]
