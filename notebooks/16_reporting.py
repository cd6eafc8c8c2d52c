# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Reporting: checklists, cards, assumptions and deviations
#
# **Question.** What do the reporting guidelines ask, what does this compendium answer, and what
# does Gomaa 2025 tell as printed?
#
# **In.** The checklists in the book's sources (`reporting/`), and the tables of this run.
# **Out.** The cards of models and of data, in the folder `cards`.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
from IPython.display import HTML, Markdown, display

from psp_core.report.assumptions import every_assumption, mark_counts
from psp_core.report.card_html import folded_cards
from psp_core.report.cards import write_cards
from psp_core.report.checklist_tables import (
    answer_counts,
    checklist_table,
    describe_checklist,
    open_items,
    sentences,
    weighted_scores,
)
from psp_core.report.checklists import read_checklists
from psp_core.report.claims import PAPERS
from psp_core.report.data_cards import data_cards, data_cards_table
from psp_core.report.deviations import deviation_counts, format_deviations, read_deviations
from psp_core.report.model_card import model_cards_table
from psp_core.report.model_cards import model_cards
from psp_core.runs import open_run

run = open_run(params_file, run_dir, overrides)

# %% [markdown]
# ## How to read the checklists
#
# Each item is answered twice: for this compendium, with pointers to a section, file, test, setting
# or output that bears the answer out, and for Gomaa 2025 as printed, with quotations and tables.
# The book is not built where a pointer of the compendium leads nowhere. Items stand in our own
# words under the guideline's numbers.
#
# *Not reported* means: not in the text at hand. The paper's supplement was not seen, so what
# stands there alone is *not reported* here. Two of the five guidelines ask not what is told but
# whether something is so; where the text does not tell, the answer is *no information*.
#
# The compendium answers for its method. Where an item asks for figures of patients, the answer
# says what a run on real collections prints; a run on phantoms prints the same of phantoms.
#
# Both columns are ours. For the compendium that is a self-assessment which nobody else has checked,
# and a book that sets out to answer these lists has it easier than a paper of a given length that
# did not: the counts are there to find what is missing, not to rank the two.

# %%
checklists = {one.name: one for one in read_checklists()}
display(answer_counts(checklists.values()).style.hide(axis="index"))
Markdown("What this compendium itself answers with *no*:")

# %% tags=["full-width"]
sentences(open_items(checklists.values()))

# %% [markdown]
# ## TRIPOD+AI

# %% tags=["full-width", "hide-output"]
display(Markdown(describe_checklist(checklists["tripod_ai"])))
sentences(checklist_table(checklists["tripod_ai"]))

# %% [markdown]
# ## CLAIM 2024

# %% tags=["full-width", "hide-output"]
display(Markdown(describe_checklist(checklists["claim_2024"])))
sentences(checklist_table(checklists["claim_2024"]))

# %% [markdown]
# ## PROBAST+AI

# %% tags=["full-width", "hide-output"]
display(Markdown(describe_checklist(checklists["probast_ai"])))
sentences(checklist_table(checklists["probast_ai"]))

# %% [markdown]
# ## METRICS
#
# The one guideline of the five that has a score: the weight of the items answered with yes, of all
# that apply. It knows yes and no alone, so *partly* counts as no in the first column and as yes in
# the second. *No information* counts as no in both, though what was done may well have been more
# than what the text at hand tells; *of what is told* leaves such items out. It was made for
# radiomics; both studies do more and less than that.

# %%
weighted_scores(checklists["metrics"]).style.hide(axis="index")

# %% tags=["full-width", "hide-output"]
display(Markdown(describe_checklist(checklists["metrics"])))
sentences(checklist_table(checklists["metrics"]))

# %% [markdown]
# ## REFORMS

# %% tags=["full-width", "hide-output"]
display(Markdown(describe_checklist(checklists["reforms"])))
sentences(checklist_table(checklists["reforms"]))

# %% [markdown]
# ## Model cards
#
# One card per weights file that the run keeps, and one per model that it scored (Mitchell et al.
# 2019). Fold models of a scored model are not kept: they are fitted again from the seed. A set
# with fewer patients of a class than `timing.minimum_per_class` has no figure; a calibration slope
# has none where its interval is wider than `decisions.widest_slope_interval`. The cards are written
# to the folder `cards` of the run, as YAML and as Markdown, with those of the data.

# %% tags=["full-width"]
models, data = model_cards(run), data_cards(run)
written = write_cards(run, models, data)
is_file = [card.name.startswith("weights_") for card in models]
display(
    Markdown(
        f"**{len(models)} cards of models**, {sum(is_file)} of them of weights files, and "
        f"{len(data)} of data: {len(written)} files. The table is of the weights files."
    )
)
weights = [card for card, there in zip(models, is_file, strict=True) if there]
display(sentences(model_cards_table(weights)).format(escape="html"))
HTML(folded_cards(models))

# %% [markdown]
# ## Data cards
#
# One card per cohort of the run. *Phantoms in its layout*: computed patients, written as the
# collection is downloaded; title, DOI, reference standard and licence are then those of the
# collection whose place they take.

# %% tags=["full-width"]
display(sentences(data_cards_table(data)).format(escape="html"))
HTML(folded_cards(data))

# %% [markdown]
# ## Assumptions
#
# What the papers do not tell and a run cannot do without, from the comments of the params file: a
# value there ends in *paper*, *paper's code*, *assumption* or *ours* (not of the papers at all).
# First how many settings of each section carry which mark, then every assumption. Choices that the
# papers do not tell and that are fixed in the code, as the weights of the classes, are no settings:
# they stand under Deviations.

# %% tags=["full-width"]
display(mark_counts(params_file).style.hide(axis="index"))
sentences(every_assumption(params_file, run.params)).format(escape="html")

# %% [markdown]
# ## Deviations
#
# Where we do not do as a paper says, or had to choose where it says nothing, and why. *As the
# paper*: the settings with which a run does as the paper, or the models that do so and stand beside
# ours in the tables, or why there is no way back. Settings are tried on the params at paper size,
# and the book is not built where one of them, a model or a file in the last column does not exist.

# %% tags=["full-width"]
deviations = read_deviations()
display(deviation_counts(deviations).style.hide(axis="index"))
for paper, name in PAPERS.items():
    display(Markdown(f"**{name}**"))
    table = sentences(format_deviations(deviations, paper)).format(escape="html")
    display(table.set_properties(subset=["as the paper", "where"], **{"overflow-wrap": "anywhere"}))
