"""The figure of printed specificity beside the two values it may be."""

import pandas as pd

from psp_core.report.audit_figures import plot_specificity


def rate(row: str, name: str, value: float, printed: str = "") -> dict[str, object]:
    return {"row": row, "rate": name, "value": value, "printed": printed}


def test_the_figure_has_one_line_per_row_and_three_marks() -> None:
    corrected = pd.DataFrame(
        [
            rate("proposed", "specificity", 7 / 9, "0.800"),
            rate("proposed", "ppv", 0.8),
            rate("other", "specificity", float("nan"), "0.700"),
            rate("other", "ppv", float("nan")),
        ]
    )
    axes = plot_specificity(corrected)
    assert [text.get_text() for text in axes.get_yticklabels()] == ["other", "proposed"]
    marks = {one.get_label(): one.get_offsets() for one in axes.collections}
    assert len(marks) == 3
    assert marks["printed as specificity"].tolist() == [[0.8, 1.0], [0.7, 0.0]]
