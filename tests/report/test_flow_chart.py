"""The flow chart: all counts are on it, and no text leaves its box."""

from itertools import combinations

import matplotlib.pyplot as plt

from psp_core.cohorts.flow import Flow, build_flow
from psp_core.report.flow_chart import chart_height_inches, plot_flow_chart


def flow() -> Flow:
    subjects = [f"P{number}" for number in range(60)]
    labels = {
        subject: "true_progression" if number % 2 else "pseudoprogression"
        for number, subject in enumerate(subjects)
        if number > 8
    }
    exclusions = [
        ("Listed in both", {"P0": "no images", "P1": "images without a row in the clinical table"}),
        (
            "With an event under the label rule, which is a step with a rather long description",
            {f"P{n}": "the event is more than 120 days after radiotherapy" for n in range(2, 9)},
        ),
        ("Aged 18 or more", {}),
        ("With planning CT and dose", {"P20": "no planning dose", "P21": "no planning CT"}),
    ]
    return build_flow("Patients in the clinical table", subjects, exclusions, labels)


def test_every_count_and_reason_is_on_the_chart() -> None:
    text = "\n".join(item.get_text() for item in plot_flow_chart(flow()).texts)
    for expected in ("n = 60", "n = 58", "n = 51", "n = 49", "left out: 7", "no planning dose"):
        assert expected in text
    assert "true progression 25, pseudoprogression 24" in text


def test_text_stays_in_its_box_and_boxes_apart() -> None:
    ax = plot_flow_chart(flow())
    ax.figure.canvas.draw()
    boxes = [patch.get_window_extent() for patch in ax.patches]
    texts = [item.get_window_extent() for item in ax.texts if item.get_text()]
    assert len(boxes) == len(texts)
    for text in texts:
        assert any(
            box.x0 <= text.x0 and text.x1 <= box.x1 and box.y0 <= text.y0 and text.y1 <= box.y1
            for box in boxes
        )
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_the_chart_is_drawn_where_it_is_asked() -> None:
    _, ax = plt.subplots(figsize=(8, chart_height_inches(flow())))
    assert plot_flow_chart(flow(), ax=ax) is ax
