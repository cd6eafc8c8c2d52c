# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Patients that we compute, and the best that any model can do with them
#
# **Question.** No image of this disease may be shipped with a program. Can synthetic patients
# stand in, and how well could a perfect model separate them?
#
# **In.** The `phantom` section of the params file. **Out.** The collections in the folder
# `phantom` of the run, written in the formats and folder layouts of the real ones, and a truth
# table that only evaluation reads.
#
# Nothing after this page knows whether a patient is a phantom: the files go through the loaders
# that a real download goes through.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import json
from dataclasses import asdict

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown, display

from psp_core.acquisition.dose import read_dose
from psp_core.acquisition.index import index_dicom
from psp_core.acquisition.resample import resample
from psp_core.acquisition.structures import read_structures
from psp_core.acquisition.volume import read_volume
from psp_core.phantom.external_centre import external_id
from psp_core.phantom.imaging import Steps
from psp_core.phantom.latents import CausalModel
from psp_core.phantom.study import write_phantoms
from psp_core.phantom.tasks import Plan
from psp_core.report.ceilings import ceiling_table, format_ceilings, switch_ceilings
from psp_core.report.formatting import words
from psp_core.report.likeness import measure_likeness, plot_likeness, recorded_likeness
from psp_core.report.slices import largest_slice, plot_plan, plot_slice
from psp_core.runs import digest_of_code, open_run

run = open_run(params_file, run_dir, overrides)
phantom = run.params.phantom
spacing = asdict(phantom.spacing)

# %% [markdown]
# ## Writing the collections
#
# A patient that is already on disk is not written again.

# %%
model = CausalModel(
    **asdict(phantom.effects),
    **asdict(phantom.switches),
    timing=phantom.timing,
    true_progression_fraction=phantom.true_progression_fraction,
)
template_mm = spacing.pop("template_mm")
plan = Plan(
    model,
    asdict(phantom.sizes),
    Steps(**spacing),
    template_mm,
    phantom.layout,
    run.params.study.seed,
)
depends_on = {"plan": asdict(plan), "code": digest_of_code("psp_core.phantom")}
with run.stage("phantom", depends_on=depends_on) as stage:
    if not stage.is_done:
        write_phantoms(stage.folder, plan, workers=run.params.study.workers)
        stage.finish()
truth = pd.read_parquet(stage.folder / "truth.parquet")
summary = json.loads((stage.folder / "truth.json").read_text(encoding="utf-8"))
written = pd.Series(asdict(phantom.sizes), name="patients").rename_axis("cohort").to_frame()
written.rename(index=lambda name: name.replace("_", " "))

# %% [markdown]
# ## The causal story
#
# A label is drawn first. Given the label, four image latents are normal with means that lie the
# *effect* apart, and the interval, sex, MGMT and IDH status follow Table 1 of Jang 2018 by class,
# with the share of unknown values printed by Gomaa 2025. Size, shape and place of the lesion in
# the brain, anatomy, scanner, number of imaged visits and the presence of contours do not depend
# on the label. The effects were fixed before any model was trained.

# %%
meaning = {
    "outfield": "distance of the lesion beyond the 95 % isodose; seen by dose and by images",
    "solidity": "solid enhancement: small necrotic core",
    "rim": "gadolinium uptake of the enhancing rim",
    "oedema": "width of the oedema on FLAIR",
}
error_sd = pd.DataFrame(summary["measurement_error_sd"]).add_prefix("error SD, ")
effects = pd.DataFrame({"effect, SD": model.effects, "larger in true progression": meaning})
effects.join(error_sd).style.format(precision=2)

# %% [markdown]
# ## The ceiling
#
# Two Bayes scores say what the best possible model reaches. The *latent* oracle sees the latents
# themselves; the *observable* oracle sees what stands in the files, with the measurement error of
# the table above, whole days, and unknown values integrated out. *Population* figures are
# simulated; those of a cohort are what its few patients happen to give, with DeLong intervals.
# Images show the place in the field, so dose adds nothing to the full set. The sealed cohort is
# left out: it is scored once.

# %% tags=["full-width"]
ceilings = ceiling_table(truth, summary, ["burdenko", "external", "development"])
display(format_ceilings(ceilings))
best = summary["best_possible_auc"]
Markdown(
    f"No model can be better, in the long run, than **{best['image_only']:.3f}** from the images, "
    f"**{best['clinical_only']:.3f}** from the clinical values with the interval, and "
    f"**{best['full']:.3f}** from everything."
)

# %% [markdown]
# Under each switch the ceiling moves; the rows of *zero effect* and *label depends on time only*
# are where a model must find nothing, or nothing but the interval. Under the *interaction* the
# image latents change their meaning with the place in the field, so that no sum of scores of
# single inputs reaches the figure given here.

# %%
switch_ceilings(model, n=summary["simulated_patients"]).style.format(precision=3)

# %% [markdown]
# ## Do they look like patients?
#
# One case of each class from the development cohort, read back from its files: T1CE and FLAIR with
# the outline of the lesion.

# %% mystnb={"image": {"alt": "T1CE and FLAIR of one phantom of each class, lesion outlined"}}
cohort = pd.read_csv(stage.folder / "development" / "cohort.csv").drop_duplicates("label")
figure, axes = plt.subplots(1, 4, figsize=(11, 3.4), layout="constrained")
cases = cohort.sort_values("label").to_dict("records")
for pair, case in zip(axes.reshape(-1, 2), cases, strict=True):
    folder = stage.folder / "development"
    labels = np.rint(read_volume(folder / case["lesion_mask_file"]).values)
    for ax, sequence in zip(pair, ("t1ce", "flair"), strict=True):
        volume = read_volume(folder / case[f"{sequence}_file"])
        title = f"{words(case['label'])}, {sequence.upper()}"
        plot_slice(volume, largest_slice(labels), labels=labels, title=title, ax=ax)

# %% [markdown]
# The planning CT of the first patient of the external centre, with drawn structures and the dose
# read from DICOM in Gy.

# %% mystnb={"image": {"alt": "Planning CT of one phantom with targets and isodose lines"}}
index = index_dicom(stage.folder / "external" / external_id(1))
uid = index.series.drop_duplicates("modality").set_index("modality")["series_uid"]
ct = read_volume(index.files(uid["CT"]))
structures = read_structures(index.files(uid["RTSTRUCT"])[0]).structures
dose = read_dose(index.files(uid["RTDOSE"])[0])
targets = [
    name
    for name in structures
    if name.startswith(("GTV", "CTV", "PTV")) and structures[name].contours
]
gtv = next(name for name in targets if name.startswith("GTV"))
centre = np.vstack(structures[gtv].contours).mean(0)
_, ax = plt.subplots(figsize=(6.5, 5), layout="constrained")
ax = plot_plan(
    ct,
    resample(dose.volume, ct.grid),
    structures,
    round(float(ct.grid.to_index(centre)[0])),
    names=targets,
    prescription_gy=float(dose.volume.values.max()),
    ax=ax,
)

# %% [markdown]
# Intensities inside the brain and spatial frequencies of up to a dozen phantoms beside one real,
# skull-stripped scan (TCGA-DU-7294, curves recorded). Where the curves part, the phantoms are not
# like a scan: real grey values spread more widely, because real contrast agent also fills vessels
# and real tissue is less uniform than five tissue classes.

# %% mystnb={"image": {"alt": "Histograms and power spectra of phantoms beside a real scan"}}
real = recorded_likeness()
figure, axes = plt.subplots(2, 2, figsize=(9, 6), layout="constrained")
for row, sequence in zip(axes, ("t1ce", "flair"), strict=True):
    files = sorted((stage.folder / "development").glob(f"*/*/{sequence}.nii"))[:12]
    scans = [measure_likeness(read_volume(path)) for path in files]
    plot_likeness(scans, real[sequence], name=sequence.upper(), axes=row)
