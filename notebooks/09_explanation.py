# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Explanation: which variables the models use
#
# **Question.** What decides a prediction, and would other folds say the same?
#
# **In.** The models of page 05, fitted again on the same folds. **Out.** The folder `explanation`
# of the run.
#
# Players are the single variables (all categories of one and its missing values together) and the
# image as one block. All coalitions are asked, so the Shapley values are exact for the drawn
# background: patients of the training fold whose values stand in for absent ones. Values are in
# logits of true progression, before the sigmoid and before any calibration, on held-out patients.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import matplotlib.pyplot as plt
from IPython.display import Markdown, display

from psp_core.report.formatting import count
from psp_core.report.importance import (
    importance_table,
    known_agreement,
    plot_importance,
    stability_table,
)
from psp_core.runs import open_run
from psp_core.study.explained import GROUPED, SINGLE, explain_run, known_importance

run = open_run(params_file, run_dir, overrides)
params = run.params.explanation

# %% [markdown]
# ## Importance, as Fig. 3 of Gomaa 2025
#
# Bars: mean over folds; dots: single folds. The paper draws the mean over five folds of the
# importance on its validation sets; of the order its text tells the ends and the doses.

# %%
explained = explain_run(run)
known = known_importance(run)
model = explained["model"].iloc[0]
single = explained[(explained["model"] == model) & (explained["players"] == SINGLE)]
grouped = explained[(explained["model"] == model) & (explained["players"] == GROUPED)]
patients = single.drop_duplicates(["dataset", "subject_id"])
Markdown(
    f"**{single['title'].iloc[0]}**, {count(len(patients))} held-out patients, "
    f"{count(params.seeds)} repetitions, at most {count(params.background)} background patients."
)

# %% mystnb={"image": {"alt": "Mean absolute Shapley value of each variable and of the image"}}
plot_importance(single)
plt.show()
display(importance_table(single, known).style.hide(axis="index"))

# %% [markdown]
# ### The doses as one
#
# The four doses tell nearly the same, so single players share what they carry.

# %% mystnb={"image": {"alt": "Mean absolute Shapley value with all doses as one player"}}
if grouped.empty:
    display(Markdown("This model does not see the doses."))
else:
    plot_importance(grouped)
    plt.show()
    display(importance_table(grouped, known).style.hide(axis="index"))

# %% [markdown]
# ## Against what is known
#
# On phantoms each written value has a known log likelihood ratio. The parts of the causal story
# add up, so the Bayes score's own Shapley values are these ratios less their mean. Doses show the
# place in field, and so does the image: both are given what they carry alone. Age carries nothing.

# %%
told = "These are no phantoms, so nothing is known to compare with."
if len(known):
    parts = {"single": single, "the doses as one": grouped}
    told = "Spearman correlation of found with known importance: " + "; ".join(
        f"{name} {known_agreement(part, known):.2f}" for name, part in parts.items() if len(part)
    )
Markdown(told)

# %% [markdown]
# ## Would other folds give the same ranking?
#
# Over the variables, without the image. Kendall's W is 1 for equal rankings and about 1 / k for k
# random ones. Folds of one repetition share most of their training patients.

# %%
display(stability_table(single, top=params.top).style.hide(axis="index"))
