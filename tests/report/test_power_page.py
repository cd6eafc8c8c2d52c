"""The page with sliders prints the library's values, also after a slider has moved."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from psp_core.audit.best_of import best_of_normal
from psp_core.audit.paired_power import paired_power
from psp_core.audit.power import implied_interval

BOOK = Path(__file__).parents[2] / "book"
PAGE = (BOOK / "power.md").read_text(encoding="utf-8")
MOVED = """<script>
window.addEventListener("load", function () {
  var slider = document.getElementById("power-n");
  document.body.setAttribute("data-before", document.getElementById("power-logit").textContent);
  slider.value = "200";
  slider.dispatchEvent(new Event("input", {bubbles: true}));
});
</script>"""


class Elements(HTMLParser):
    """Tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def raw_html() -> str:
    blocks = re.findall(r"```\{raw\} html\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(blocks) == 1
    return str(blocks[0])


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page as headless Chromium has it after the patients were moved from 20 to 200."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("no chromium: the page with sliders is not driven")
    folder = tmp_path_factory.mktemp("page")
    shutil.copy2(BOOK / "extra" / "power.js", folder)
    html = f'<!doctype html><html lang="en"><meta charset="utf-8"><body>{raw_html()}{MOVED}</body>'
    (folder / "page.html").write_text(html, encoding="utf-8")
    done = subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
            f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=3000",
            (folder / "page.html").as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout


def text_of(page: str, name: str) -> str:
    found = re.search(rf'id="power-{name}"[^>]*>([^<]*)<', page)
    assert found is not None
    return found[1]


def numbers(text: str) -> list[float]:
    return [float(one) for one in re.findall(r"\d+\.\d+", text)]


@pytest.mark.foreign
def test_moving_the_patients_from_20_to_200_moves_the_interval_to_the_librarys(page: str) -> None:
    before = re.search(r'data-before="([^"]*)"', page)
    assert before is not None
    few = implied_interval(0.753, n_positive=11, n_negative=9)
    many = implied_interval(0.753, n_positive=110, n_negative=90)
    assert numbers(before[1]) == pytest.approx([few.logit_lower, few.logit_upper], abs=1e-3)
    assert text_of(page, "n-value") == "200"
    assert text_of(page, "counts").startswith("110 with true progression, 90 with")
    expected = [many.logit_lower, many.logit_upper]
    assert numbers(text_of(page, "logit")) == pytest.approx(expected, abs=1e-3)
    assert numbers(text_of(page, "plain")) == pytest.approx([many.lower, many.upper], abs=1e-3)
    assert numbers(text_of(page, "error")) == pytest.approx([many.standard_error], abs=1e-4)


@pytest.mark.foreign
def test_power_and_the_best_of_several_are_the_librarys(page: str) -> None:
    counts = {"n_positive": 110, "n_negative": 90, "correlation": 0.5}
    power = paired_power(0.753, 0.686, **counts)
    assert numbers(text_of(page, "power")) == pytest.approx([power], abs=1e-3)
    mean, low, high = best_of_normal(0.753, n_models=4, **counts)
    assert numbers(text_of(page, "best")) == pytest.approx([mean], abs=1e-3)
    assert numbers(text_of(page, "best-range")) == pytest.approx([low, high], abs=1e-3)


def test_every_slider_has_a_label_and_its_value_beside_it() -> None:
    elements = Elements()
    elements.feed(raw_html())
    of_kind = {
        kind: [attrs for tag, attrs in elements.found if tag == kind]
        for kind in ("input", "label", "output", "script", "noscript")
    }
    sliders = [one["id"] for one in of_kind["input"]]
    assert len(sliders) == 6
    assert [one["for"] for one in of_kind["label"]] == sliders
    assert [one["for"] for one in of_kind["output"]] == sliders
    assert len(of_kind["noscript"]) == 1


def test_nothing_is_fetched_from_elsewhere() -> None:
    script = (BOOK / "extra" / "power.js").read_text(encoding="utf-8")
    for text in (raw_html(), script):
        assert not re.search(r"https?://|//cdn|fetch\(|XMLHttpRequest|import\(", text)
    sources = re.findall(r'src="([^"]+)"', raw_html())
    assert sources == ["power.js"]
