# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What dose did the growing lesion get?
#
# **Question.** Where does the lesion lie in the treated field, how much dose did it get, and how
# far do these figures depend on choices: what counts as the lesion, and how exact the
# registration is?
#
# **In.** The prepared scans of page 02, with the dose of the planning study in its own frame.
# **Out.** The features table of the run, in the folder `features`: one row per labelled scan,
# with the dose features that the models read.
#
# The lesion is carried into the frame of the planning CT as weighted points, the dose is
# interpolated there. D98 is the largest dose that at least 98 % of the volume receives. A lesion
# that the dose grid does not cover is a category, never 0 Gy. Reproduces the dose features of
# Gomaa 2025 (mean, minimum, median, D98).

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import matplotlib.pyplot as plt
from IPython.display import Markdown, display

from psp_core.evaluation.classes import CLASSES
from psp_core.preprocessing.features import (
    dose_tables,
    features_table,
    lost_table,
    quality_table,
)
from psp_core.preprocessing.pipeline import (
    aligned_store,
    chosen_cases,
    dose_all,
    study_cases,
    volume_store,
)
from psp_core.report.characteristics import beside, format_characteristics
from psp_core.report.definition_shift import (
    definition_differences,
    definition_table,
    format_definition_table,
    plot_definition_shift,
)
from psp_core.report.dose_features import (
    default_lesions,
    dose_table,
    field_call_counts,
    plot_field_calls,
)
from psp_core.report.dose_intervals import plot_dose_intervals
from psp_core.report.dvh import dvh_bands, plot_dvh_bands
from psp_core.report.formatting import count, decimal, words
from psp_core.report.isodoses import plot_isodoses
from psp_core.report.place_check import format_place_check, place_check, read_truth
from psp_core.runs import digest_of, open_run, write_table

run = open_run(params_file, run_dir, overrides)
params = run.params

# %% [markdown]
# ## Lesions with a dose
#
# The training cohort and the external one are looked at under every definition of the lesion;
# further labelled cohorts of the run only under the study's own.

# %%
cases = chosen_cases(run, study_cases(run))
aligned, volumes = aligned_store(run), volume_store(run)
doses = dose_all(run, cases, compared=("burdenko", "external"))
labelled = [case for group in cases.values() for case in group if case.label in CLASSES]
definitions, dvhs = dose_tables(labelled, aligned, doses)
quality = quality_table(labelled, aligned, volumes)
features = features_table(quality, definitions)
compared = definitions[definitions["dataset"].isin(["burdenko", "external"])]
own = default_lesions(compared)
with_dose = own[own["d98_gy"].notna()]
partial = own[own["completeness"] == "partial"]
display(
    Markdown(
        f"**{count(len(with_dose))} of {count(len(own))} patients** of the training and the "
        f"external cohort have a dose to their lesion (region *{params.lesion.region}*, component "
        f"*{params.lesion.component}*). Of {count(len(partial))} the archive holds one phase of "
        "the treatment only: their doses are true for that phase and marked *partial*."
    )
)
display(own.groupby(["dataset", "completeness"]).size().unstack(fill_value=0).rename(columns=words))
lost = lost_table(quality, definitions)
lost = lost[lost["lost"].isin(["lesion", "dose"]) & lost["dataset"].isin(["burdenko", "external"])]
if lost.empty:
    display(Markdown("Nobody lost the lesion or its dose."))
else:
    display(lost.rename(columns=words).style.hide(axis="index").format(precision=0))

# %% [markdown]
# ## Two patients
#
# T1CE through the lesion, its outline, and the 95, 80, 50 and 20 % isodoses of the plan: the
# patient whose lesion lies most within the 95 % isodose, and the one of whose lesion it holds
# about half.

# %% mystnb={"image": {"alt": "Lesion outline and isodoses of two patients"}}
complete = with_dose[with_dose["v95_percent"].notna()]
by_share = complete.sort_values("v95_percent", kind="stable")
half_in = (by_share["v95_percent"] - 50).abs().argsort()[:1]
figure, axes = plt.subplots(1, 2, figsize=(7.4, 4.2), layout="constrained")
for ax, row in zip(axes, (by_share.iloc[-1:], by_share.iloc[half_in]), strict=True):
    for _, shown in row.iterrows():
        key = f"{shown['dataset']}/{shown['subject_id']}/{shown['timepoint']:03d}"
        title = f"{shown['subject_id']}: {words(shown['field_call'])}"
        plot_isodoses(aligned, volumes, key, title=title, ax=ax)
plt.show()

# %% [markdown]
# ## Against the known truth
#
# Phantoms have a true distance from the centre of the lesion to the 95 % isodose. Here the distance
# was found from the files alone: read, registered, drawn by contour or network, and looked up in
# the dose grid. An error in any of these steps would show.

# %%
truth = read_truth(run)
if truth is None:
    display(Markdown("These patients are real: there is no known truth."))
else:
    check = format_place_check(place_check(features, truth))
    display(check.style.hide(axis="index"))

# %% [markdown]
# ## Dose features by class
#
# Medians with ranges; patients whose lesion has no dose are missing there and counted by their
# place in the field. In-field: the 95 % isodose holds at least the share of the lesion that the
# parameters say; outside: less than the lower share; marginal: between.

# %% tags=["full-width"]
tables = {
    name: dose_table(definitions[definitions["dataset"] == name])
    for name in ("burdenko", "external")
    if (definitions["dataset"] == name).any()
}
display(format_characteristics(beside(tables)))

# %% mystnb={"image": {"alt": "Place of the lesion in the field, by class"}}
chart = plot_field_calls(field_call_counts(compared))

# %% [markdown]
# ### Dose-volume histograms
#
# Median and quartiles over the patients of a class. Dashed: 80 % and 95 % of the prescription.

# %% mystnb={"image": {"alt": "Dose-volume histograms of the lesions, by class"}}
shown_dvhs = dvhs[dvhs["dataset"].isin(["burdenko", "external"])]
chart = plot_dvh_bands(dvh_bands(shown_dvhs))

# %% [markdown]
# ## How much of D98 is the registration
#
# The lesion is moved by small random errors of the registration, and D98 taken each time; bars
# hold 95 % of the results. Where the dose falls steeply, half a millimetre decides.

# %% mystnb={"image": {"alt": "D98 of each patient with its interval"}}
chart = plot_dose_intervals(compared)
plt.show()
width = (with_dose["d98_high_gy"] - with_dose["d98_low_gy"]).dropna()
Markdown(
    f"The interval of D98 is {decimal(float(width.median()), 2)} Gy wide in the median patient and "
    f"{decimal(float(width.max()), 1)} Gy in the worst."
)

# %% [markdown]
# ## How much of D98 is the definition of the lesion
#
# Each patient's D98 under another definition minus that under the study's own. Where the source
# of the lesion does not tell the region apart, its core stands in, and the difference is 0.

# %% tags=["full-width"] mystnb={"image": {"alt": "D98 by definition of the lesion"}}
names = ["d98_gy", "mean_dose_gy", "min_dose_gy", "median_dose_gy", "volume_cm3"]
differences = definition_differences(compared, names)
chart = plot_definition_shift(differences, feature="d98_gy")
plt.show()
format_definition_table(definition_table(differences))

# %% [markdown]
# ## What the next pages read

# %%
outputs = {"features": features, "definitions": definitions, "dvhs": dvhs}
depends_on = {name: digest_of(table.to_csv(index=False)) for name, table in outputs.items()}
with run.stage("features", depends_on=depends_on) as stage:
    if not stage.is_done:
        for name, table in outputs.items():
            write_table(stage.folder / f"{name}.parquet", table)
        stage.finish()
sorted(path.name for path in stage.folder.iterdir())
