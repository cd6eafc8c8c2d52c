"""The audit as a stage: computed once, read again."""

from pathlib import Path

import pytest

from psp_core.audit.printed_tables import Entry, read_printed
from psp_core.report import audit_run
from psp_core.report.audit_run import audited_run
from psp_core.runs import open_run

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


@pytest.fixture(scope="module")
def entries() -> tuple[Entry, ...]:
    kept = ("gomaa_t2_vote", "gomaa_t4_vote", "gomaa_t2_validation_sun")
    return tuple(one for one in read_printed() if one.id.startswith(kept))


def test_the_stage_is_written_once_and_read_again(
    tmp_path: Path, entries: tuple[Entry, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_run(PARAMS, tmp_path, {"audit.honest_tables": 2, "audit.faulty_tables": 1})
    first = audited_run(run, entries)
    assert set(first) == {
        *("findings", "column_readings", "column_rows", "corrected", "implied"),
        "table_readings",
        *("detection", "alarms"),
    }
    assert first["alarms"]["n"].eq(2).all()
    assert first["detection"]["models"].eq(4).all()
    assert first["column_readings"].iloc[0]["reading"] == "ppv"
    assert first["table_readings"]["reading"].str.contains("positive predictive value").any()
    monkeypatch.setattr(audit_run, "audit_printed", None)
    again = audited_run(run, entries)
    assert again["findings"].equals(first["findings"])
