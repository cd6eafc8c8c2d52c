"""The printed figures of Gomaa 2025."""

from __future__ import annotations

from psp_core.report.published_results import gomaa_results


def test_the_proposed_model_has_one_auc_in_all_three_tables() -> None:
    table = gomaa_results()
    aucs = table[table["figure"] == "auc"].set_index("arm")["soft_vote"]
    assert aucs["proposed"] == aucs["multimodal"] == aucs["self_supervised"] == 0.753
    assert len(table) == 40


def test_printed_rates_of_a_vote_are_counts_of_20_or_11_patients() -> None:
    """Accuracy in twentieths; sensitivity in elevenths, but for the CNN-SVM's 0.7."""
    votes = gomaa_results().set_index(["figure", "arm"])["soft_vote"]
    assert all(abs(20 * value - round(20 * value)) < 1e-9 for value in votes["accuracy"])
    odd = [
        arm
        for arm, value in votes["sensitivity"].items()
        if abs(round(11 * value) / 11 - value) > 5.1e-4
    ]
    assert odd == ["cnn_svm"]


def test_self_supervised_sensitivity_differs_between_the_tables_as_printed() -> None:
    votes = gomaa_results().set_index(["table", "arm", "figure"])["soft_vote"]
    assert votes["3", "multimodal", "sensitivity"] == 0.727
    assert votes["4", "self_supervised", "sensitivity"] == 0.636
