"""The arms that read the image."""

from __future__ import annotations

from dataclasses import replace

from psp_core.study.rows_volume import ROWS
from psp_core.study.sources import SOURCES


def test_the_trainings_of_table_4_differ_in_their_first_weights_alone() -> None:
    arms = [ROWS[name] for name in ("scratch", "transfer", "proposed_finetuned")]
    starts = [arm.sources["start"] for arm in arms]
    assert len(set(starts)) == 3
    same = [
        replace(arm, title="", printed=None, sources={**arm.sources, "start": ""}) for arm in arms
    ]
    assert same[0] == same[1] == same[2]
    assert arms[0].feature_set == "full"


def test_printed_rows_are_those_of_the_paper() -> None:
    assert {name: row.printed for name, row in ROWS.items() if row.printed} == {
        "scratch": "scratch",
        "transfer": "transfer",
        "mri_finetuned": "mri",
    }


def test_every_source_is_known_and_every_arm_waits_for_the_first_book() -> None:
    kinds = {name.partition(":")[0] for row in ROWS.values() for name in row.sources.values()}
    assert kinds <= set(SOURCES)
    assert {row.cost for row in ROWS.values()} == {"heavy"}
