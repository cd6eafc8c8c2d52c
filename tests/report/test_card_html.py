"""A card on a page is HTML that escapes what it tells."""

from __future__ import annotations

from psp_core.report.card_html import folded_cards
from tests.report.test_cards import CARD, with_value


def test_text_of_a_card_is_no_markup() -> None:
    page = folded_cards([with_value("limits", ("<b>bold</b>",))])
    assert "<b>" not in page
    assert "&lt;b&gt;bold" in page


def test_a_cell_that_a_row_does_not_have_is_empty() -> None:
    page = folded_cards([CARD])
    row = page[page.index(">5<") :]
    assert row[: row.index("</tr>")].endswith("></td>")


def test_a_digest_on_a_page_cannot_be_taken_for_a_date() -> None:
    digest = "a20040816" + "f" * 55
    page = folded_cards([with_value("limits", (f"sha256 {digest}",))])
    assert "sha256 a200 4081 6fff" in page
    assert digest not in page
