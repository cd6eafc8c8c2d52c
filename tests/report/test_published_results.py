"""The printed figures of Gomaa 2025."""

from __future__ import annotations

from psp_core.report.published_results import gomaa_results


def test_the_proposed_model_has_one_auc_in_all_three_tables() -> None:
    table = gomaa_results()
    test = table[table["split"] == "test"]
    aucs = test[test["figure"] == "auc"].set_index("arm")["soft_vote"]
    assert aucs["proposed"] == aucs["multimodal"] == aucs["self_supervised"] == 0.753
    assert len(test) == 40


def test_printed_rates_of_a_vote_are_counts_of_20_or_11_patients() -> None:
    """Accuracy in twentieths; sensitivity in elevenths, but for the CNN-SVM's 0.7."""
    votes = gomaa_results().query("split == 'test'").set_index(["figure", "arm"])["soft_vote"]
    assert all(abs(20 * value - round(20 * value)) < 1e-9 for value in votes["accuracy"])
    odd = [
        arm
        for arm, value in votes["sensitivity"].items()
        if abs(round(11 * value) / 11 - value) > 5.1e-4
    ]
    assert odd == ["cnn_svm"]


def test_self_supervised_sensitivity_differs_between_the_tables_as_printed() -> None:
    test = gomaa_results().query("split == 'test'").set_index(["table", "arm"])
    figures = ["figure", "fold_mean", "fold_sd", "soft_vote"]
    third, fourth = (
        test.loc[[row], figures].set_index("figure")
        for row in (("3", "multimodal"), ("4", "self_supervised"))
    )
    assert third.loc["sensitivity", "soft_vote"] == 0.727
    assert fourth.loc["sensitivity", "soft_vote"] == 0.636
    assert int((third != fourth).to_numpy().sum()) == 1


def test_the_validation_of_the_proposed_model_is_table_2s_without_a_vote() -> None:
    own = gomaa_results().query("split == 'validation' and arm == 'proposed'")
    assert own["table"].tolist() == ["2"] * 4
    assert own["fold_mean"].tolist() == [0.883, 0.770, 0.819, 0.720]
    assert own["fold_sd"].tolist() == [0.044, 0.062, 0.109, 0.078]
    assert own["soft_vote"].isna().all()


def test_the_validation_holds_all_systems_of_table_2() -> None:
    printed = gomaa_results().query("split == 'validation'").set_index(["arm", "figure"])
    assert len(printed) == 16
    assert printed["soft_vote"].isna().all()
    means = printed.reset_index().pivot_table(index="arm", columns="figure", values="fold_mean")
    for arm in means.index:  # 34 and 25 patients, five folds: accuracy lies between the rates
        rates = means.loc[arm, ["sensitivity", "specificity"]]
        assert rates.min() <= means.loc[arm, "accuracy"] <= rates.max()
