# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Optimism: what stopping and selecting on the validation folds add
#
# **Question.** How much of a validation AUC is the choice made on it?
#
# **In.** Cohorts drawn with true latents in place of images, and the run's own patients with the
# tokens of page 04. **Out.** The folder `optimism` of the run.
#
# One network, the same patients and folds, five arms. *Closed*: all variables, the last step.
# *Selected inside the fold*: variables ranked and counted on folds inside each training fold.
# *Stopped on validation*: the step, out of ten, with the best AUC of the fold that is then
# reported. *Selected on validation*: ranked by Shapley values on the validation folds, as many as
# give these folds the best AUC. *Published*: both. `params/burdenko.yaml` runs a study as
# published, `params/burdenko_fixed.yaml` closed.
#
# Both columns tell the mean AUC of single fold models. Validation: each on the fold that it holds
# out. Fresh: each on all patients who decided nothing; a vote of the models, as on page 05, would
# score higher and is not compared here.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import matplotlib.pyplot as plt
from IPython.display import Markdown, display

from psp_core.report.formatting import count
from psp_core.report.optimism import optimism_table, plot_curve
from psp_core.runs import open_run
from psp_core.study.latent_controls import AS_SET, ZERO_EFFECT
from psp_core.study.optimism import FRESH, IMAGES, VALIDATION, optimism_of_run

run = open_run(params_file, run_dir, overrides)
params = run.params.optimism
level = run.params.evaluation.confidence_level

# %%
table = optimism_of_run(run)
Markdown(
    f"Model `{params.model}`, {count(params.cohorts)} cohorts of {count(params.patients)} patients "
    f"of each kind, {count(params.fresh_patients)} fresh patients each. Intervals "
    f"({100 * level:g} %) are Student's over the cohorts, differences paired by cohort."
)

# %% [markdown]
# ## Effects as set

# %%
shown = optimism_table(table, AS_SET, fresh=FRESH, confidence_level=level)
display(shown.style.hide(axis="index"))

# %% mystnb={"image": {"alt": "AUC against the number of variables, effects as set"}}
plot_curve(table, AS_SET, fresh=FRESH)
plt.show()

# %% [markdown]
# ## Zero effect: what the leaks find where there is nothing

# %%
shown = optimism_table(table, ZERO_EFFECT, fresh=FRESH, confidence_level=level)
display(shown.style.hide(axis="index"))

# %% mystnb={"image": {"alt": "AUC against the number of variables, zero effect"}}
plot_curve(table, ZERO_EFFECT, fresh=FRESH)
plt.show()

# %% [markdown]
# ## The run's own patients, with their images
#
# One cohort, so no interval over cohorts: one table for each further set that has the model's
# features.

# %%
own = table[table["story"] == IMAGES]
others = [name for name in own["dataset"].unique() if name != VALIDATION]
for name in others:
    display(Markdown(f"Fresh patients: {name}"))
    display(optimism_table(table, IMAGES, fresh=name).style.hide(axis="index"))

# %% mystnb={"image": {"alt": "AUC against the number of variables on the run's own patients"}}
for name in others[:1]:
    plot_curve(table, IMAGES, fresh=name)
    plt.show()
