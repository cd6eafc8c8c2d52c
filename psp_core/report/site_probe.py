"""What the tokens tell of a scan's collection, as table and sentence."""

from __future__ import annotations

import pandas as pd

from psp_core.report.formatting import p_value, with_interval, words
from psp_core.study.site_probe import BALANCED, LABEL, SITE

POOLED = {"all": "all", "lesion": "lesion"}


def format_site_probe(table: pd.DataFrame) -> pd.DataFrame:
    """Write `study.site_probe.site_probe_run`."""
    rows = table.to_dict("records")
    shown = pd.DataFrame(
        {
            "tokens": table["pooling"].map(POOLED),
            "told": table["target"],
            "permuted": [f"within {one}" if one else "freely" for one in table["permuted_within"]],
            "scans": table["n"],
            "groups": [", ".join(words(one) for one in row["groups"].split(", ")) for row in rows],
            "balanced accuracy": [
                with_interval(row["value"], row["lower"], row["upper"], 2) for row in rows
            ],
            "chance": [f"{row['chance']:.2f}" if pd.notna(row["chance"]) else "" for row in rows],
            "p": table["p_value"].map(p_value),
            "p, Holm": table["p_holm"].map(p_value),
            "note": table["note"],
        }
    )
    return shown if (shown["note"] != "").any() else shown.drop(columns="note")


def tell_site_probe(table: pd.DataFrame, *, alpha: float) -> str:
    """Whether the collection can be told, also beyond the label, beside the label itself.

    p values are Holm-corrected over the poolings.
    """
    if table.empty:
        return "No encoder was trained in this run, so there are no tokens to probe."
    known = table[table["value"].notna()]
    sites = known[known["target"] == SITE]
    if sites.empty:
        return (
            "**Only one collection has enough scans here, so none is told apart**: "
            "nothing can be said on what they hold of a site."
        )
    told = []
    for pooling, part in known.groupby("pooling", sort=False):
        cells = {(r["target"], r["permuted_within"]): r for r in part.to_dict("records")}
        site, within = cells[SITE, ""], cells[SITE, LABEL]
        sentence = (
            f"*{'All' if pooling == 'all' else 'Lesion'} tokens:* the collection is told with a "
            f"balanced accuracy of {site['value']:.2f} (chance {site['chance']:.2f}, p "
            f"{p_value(site['p_holm'])}; with labels held, p {p_value(within['p_holm'])}"
        )
        if (BALANCED, "") in cells:
            sentence += f"; labels balanced, {cells[BALANCED, '']['value']:.2f}"
        if (LABEL, "") in cells:
            label = cells[LABEL, ""]
            sentence += (
                f"), the label with {label['value']:.2f} (chance {label['chance']:.2f}, "
                f"p {p_value(label['p_holm'])}"
            )
        told.append(f"{sentence}).")
    beyond = sites[(sites["permuted_within"] == LABEL) & (sites["p_holm"] <= alpha)]
    told.append(
        "So the tokens hold where a scan comes from beyond what its label tells, and a model on "
        "them meets inputs of another kind in another collection."
        if len(beyond)
        else "Beyond the label no collection is told; with so many scans that is no proof of none."
    )
    return " ".join(told)
