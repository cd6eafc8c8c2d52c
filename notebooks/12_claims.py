# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What the papers claim, and what becomes of it
#
# **Question.** Which claims of the two papers hold when they are tested, which fail, and which
# cannot be decided or tested with what is here?
#
# **In.** The ledger of claims in the book's sources (`papers/claims.yaml`), the tables of this
# run, and the open clinical table of the Burdenko collection, or the figures recorded from it.
# **Out.** The table `claims` of the run.
#
# Every claim stands here with the paper's words and with a test, or with the reason why there is
# none; the build of this book stops where one has neither.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
from IPython.display import Markdown, display

from psp_core.report.claims import PAPERS, format_ledger, judged_run, ledger_counts, read_ledger
from psp_core.report.rows import tell_protocol
from psp_core.runs import open_run

run = open_run(params_file, run_dir, overrides)

# %% [markdown]
# ## How a verdict is reached
#
# - **holds**: the interval of what the test measures lies on the claimed side, for everything that
#   the claim needs.
# - **fails**: an interval lies on the other side. Where a claim needs several things, one is enough
#   to fail it, and one among k is found by chance more easily; so its intervals are wider for
#   this, of level 1 - alpha / k. The figures show the plain ones.
# - **not decided here**: the interval holds both. A difference that was not found is no proof that
#   there is none; with 20 patients most comparisons end here.
# - **not testable here**: with the reason; or this run has not computed what the test reads, or
#   not as much of it as the paper: a search needs all of the paper's values and folds.
#
# A claim that a figure is *about* a value names a band around it (0.05 for an AUC of 0.5, 0.15 for
# 60 %; ours). It holds where the whole interval lies in the band, fails where it lies wholly
# outside, and is not decided where it reaches over an edge. Differences of the size of rounding
# errors count as none.
#
# Intervals of comparisons are over the patients of the largest set that all models in question
# scored, given the fitted models, and not corrected for the number of claims: among this many some
# verdicts are wrong by chance. Where models are marked as *reduced*, they are smaller than the
# paper's, and the verdict is on the small ones.
#
# **A verdict on phantoms is about the method, not about patients.** What phantoms were built with
# stands in square brackets: a claim that holds because they were built so is not confirmed by it,
# nor is one refuted that fails because they were built so.

# %%
claims = read_ledger()
judged = judged_run(run, claims)
tested = sum(bool(one.test) for one in claims)
display(
    Markdown(
        f"**{len(claims)} claims, {tested} of them with a test.** Claims about patients are judged "
        f"on several sets, and counted once for each. {tell_protocol(run.params)}"
    )
)
ledger_counts(judged)

# %% [markdown]
# ## Gomaa 2025

# %% tags=["full-width"]
format_ledger(judged, "gomaa2025").style.hide(axis="index").set_caption(PAPERS["gomaa2025"])

# %% [markdown]
# ## Jang 2018
#
# Figures that contradict each other inside a paper are no claims; the audit of the printed tables
# takes them up.

# %% tags=["full-width"]
format_ledger(judged, "jang2018").style.hide(axis="index").set_caption(PAPERS["jang2018"])
