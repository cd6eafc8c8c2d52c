"""The proposed model on its most important variables, ranked and counted inside the fold."""

from __future__ import annotations

from psp_core.study.entry import Entry

SELECTED = "psp_core.explain.selected:SelectedFeatures"

ROWS: dict[str, Entry] = {
    name: Entry(
        SELECTED,
        "full",
        title,
        settings={"tokens_used": used},
        sources={"tokens": "tokens"},
        cost="heavy",
    )
    for name, used, title in (
        ("proposed_selected", "all", "proposed, variables selected inside the fold"),
        (
            "proposed_selected_lesion",
            "lesion",
            "proposed, lesion tokens, variables selected inside the fold",
        ),
    )
}
