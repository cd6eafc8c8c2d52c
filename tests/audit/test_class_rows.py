"""Classification reports: Jang 2018, Table 2 (11 PD, 8 PsPD), and made ones."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import classification_report

from psp_core.audit.class_rows import FIGURES, check_classes, class_figures
from psp_core.audit.matrices import Matrix
from psp_core.errors import AuditError

NAMES = ("PD", "PsPD", "average")
MODELS = {
    "Model 1": "0.67 0.75 0.71 0.80 0.73 0.76 0.74 0.74 0.74",
    "Model 2": "0.50 0.50 0.50 0.64 0.64 0.64 0.58 0.58 0.58",
    "Model 3": "0.00 0.00 0.00 0.56 0.91 0.69 0.32 0.53 0.40",
}
MATRICES = {
    "Model 1": Matrix(8, 3, 6, 2),
    "Model 2": Matrix(7, 4, 4, 4),
    "Model 3": Matrix(10, 1, 0, 8),
}


def report(text: str) -> dict[str, dict[str, str]]:
    figures = text.split()
    return {
        name: dict(zip(FIGURES, figures[3 * place : 3 * place + 3], strict=True))
        for place, name in enumerate(NAMES)
    }


@pytest.mark.parametrize("model", MODELS)
def test_all_figures_come_out_once_the_class_rows_are_exchanged(model: str) -> None:
    check = check_classes(report(MODELS[model]), n_positive=11, n_negative=8)
    assert not check.is_possible
    assert max(one.exact for one in check.as_named) < 9
    weighted = [one for one in check.readings if one.average == "weighted by class size"]
    (best,) = weighted
    assert (best.exchanged, best.way, best.exact) == (True, "rounded", 9)
    assert (best.matrix, best.is_complete) == (MATRICES[model], True)


def test_only_the_weighted_average_fits_all_models() -> None:
    kinds = [
        {one.average for one in check_classes(report(text), n_positive=11, n_negative=8).readings}
        for text in MODELS.values()
    ]
    assert set.intersection(*kinds) == {"weighted by class size"}


def test_the_average_f1_of_the_text_should_be_0_58() -> None:
    text = report(MODELS["Model 2"][:-4] + "0.85")
    best = check_classes(text, n_positive=11, n_negative=8).readings[0]
    assert (best.exact, best.misses) == (8, {"average f1": "0.58"})


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["macro avg", "weighted avg"])
def test_an_honest_report_is_possible(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    truth, called = np.repeat([1, 0], [6, 5]), rng.integers(0, 2, 11)
    made = classification_report(truth, called, output_dict=True, zero_division=0)
    keys = {"PD": "1", "PsPD": "0", "average": kind}
    rows = {
        name: {
            figure: f"{made[key][part]:.3f}"
            for figure, part in zip(FIGURES, ("precision", "recall", "f1-score"), strict=True)
        }
        for name, key in keys.items()
    }
    assert check_classes(rows, n_positive=6, n_negative=5).is_possible


def test_without_an_average_the_class_rows_are_enough() -> None:
    rows = report(MODELS["Model 1"])
    del rows["average"]
    check = check_classes(rows, n_positive=8, n_negative=11)
    assert check.is_possible
    assert check.readings[0].matrix == Matrix(6, 2, 8, 3)


def test_figures_of_a_class_that_is_never_called_are_0() -> None:
    assert set(class_figures(Matrix(0, 3, 4, 0)).values()) == {0}


@pytest.mark.parametrize(
    "rows", [{"PD": {"recall": "0.5"}}, {"PD": {"recall": "0.5"}, "PsPD": {"auc": "0.5"}}]
)
def test_another_shape_raises(rows: dict[str, dict[str, str]]) -> None:
    with pytest.raises(AuditError, match="expected two classes"):
        check_classes(rows, n_positive=11, n_negative=8)
