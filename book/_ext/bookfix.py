"""Mend the theme's pages: scripts that are doubled or ask for the network."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def _keep_needed_scripts(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Drop the live-code scripts (they come from a CDN) and everything that is there twice."""
    kept: dict[tuple[str, str], Any] = {}
    for script in context.get("script_files", []):
        body = (getattr(script, "attributes", None) or {}).get("body") or ""
        name = str(getattr(script, "filename", None) or script)
        if "THEBE_JS_URL" not in body and "sphinx-thebe" not in name:
            kept.setdefault((name, body), script)
    context["script_files"] = list(kept.values())


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx, after every extension that adds scripts."""
    app.connect("html-page-context", _keep_needed_scripts, priority=999)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
