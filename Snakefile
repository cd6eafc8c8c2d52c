"""The workflow: each notebook runs through papermill, then the book is built.

    snakemake --cores all --configfile params/demo.yaml
    snakemake --cores all --configfile params/demo.yaml --config overrides='seed: 3'

A notebook runs again when its script, a parameter, an override, the package's code or a table it
reads has changed in content. Its stages decide by themselves what of their work is still valid.
"""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path

from snakemake.exceptions import WorkflowError

from psp_core.cohorts.burdenko import find_clinical_table
from psp_core.errors import PSPError
from psp_core.params import read_params
from psp_core.params.loading import load_yaml
from psp_core.params.overrides import parse_overrides
from psp_core.runs import digest_of, digest_of_code

# Each notebook with the notebooks whose results it reads. A new page is one line here and one in
# book/_toc.yml.
NOTEBOOKS = {
    "00_phantoms": [],
    "01_cohort": ["00_phantoms"],
    "02_preprocessing": ["01_cohort"],
    "03_dosimetry": ["02_preprocessing"],
    "04_pretraining": ["02_preprocessing"],
    "05_classification": ["03_dosimetry", "04_pretraining"],
    "06_baselines": ["05_classification"],
    "07_controls": ["05_classification", "06_baselines"],
    "08_evaluation": ["05_classification", "06_baselines", "07_controls"],
    "09_explanation": ["05_classification"],
    "10_audit": [],
    "11_optimism": ["05_classification"],
    "12_claims": ["06_baselines", "07_controls", "08_evaluation", "09_explanation"],
    "13_decisions": ["05_classification", "06_baselines", "07_controls"],
    "14_timing": [],
    "15_power": [],
    "16_reporting": ["10_audit", "11_optimism", "12_claims", "13_decisions", "14_timing", "15_power"],
}
# A first book is built before anything that takes long, from the pages up to these; models that do
# take long wait meanwhile. It is a target of its own, `first`, which is nothing once there is a book.
FIRST = {
    "04_pretraining": ["02_preprocessing"],
    "05_classification": ["03_dosimetry", "04_pretraining"],
    "08_evaluation": ["05_classification"],
}

if not workflow.configfiles:
    raise WorkflowError("name the study: snakemake --cores all --configfile params/demo.yaml")


def typed(node):
    """Give the values of --config overrides their types back: Snakemake reads all as text."""
    if isinstance(node, dict):
        return {key: typed(value) for key, value in node.items()}
    if isinstance(node, list):
        return [typed(item) for item in node]
    value, faults = load_yaml(node) if isinstance(node, str) else (node, [])
    return node if faults else value


PARAMS_FILE = Path(os.path.relpath(workflow.configfiles[0]))
OVERRIDES = json.dumps(typed(config.get("overrides") or {}))
try:
    PARAMS = read_params(PARAMS_FILE, OVERRIDES)
except PSPError as error:
    sys.exit(f"{type(error).__name__}: {error}")
WITHOUT_HEAVY = json.dumps(parse_overrides(OVERRIDES)[0] | {"study.only_light": True})
RUN = Path(config.get("run_dir") or f"runs/{PARAMS.study.name}")

roots_are_given = PARAMS.burdenko.root is not None and PARAMS.external.root is not None
sizes = PARAMS.phantom.sizes
if roots_are_given or not any(getattr(sizes, name) for name in sizes.__dataclass_fields__):
    NOTEBOOKS = {
        name: [before for before in befores if before != "00_phantoms"]
        for name, befores in NOTEBOOKS.items()
        if name != "00_phantoms"
    }
TABLES = [path for path in [PARAMS.burdenko.clinical_table] if path is not None]
if PARAMS.burdenko.root is not None and not TABLES:
    with suppress(PSPError):  # the page that needs it tells what is wrong with it
        TABLES.append(str(find_clinical_table(Path(PARAMS.burdenko.root))[0]))
if PARAMS.external.root is not None:
    TABLES.append(str(Path(PARAMS.external.root, PARAMS.external.table)))
BOOK_SOURCES = [
    path.as_posix()
    for path in sorted(Path("book").rglob("*"))
    if path.is_file() and not {"node_modules", "__pycache__", "_build"} & set(path.parts)
]


BOOK_TABLES = {
    "00_phantoms": ["book/recorded/likeness.json"],
    "01_cohort": ["book/recorded/burdenko_clinical.json"],
    "10_audit": ["book/papers/printed.yaml"],
    "12_claims": ["book/papers/claims.yaml"],
    "14_timing": ["book/recorded/burdenko_timing.json"],
    "15_power": ["book/papers/literature.yaml"],
    "16_reporting": ["book/papers/deviations.yaml", *map(str, sorted(Path("book/reporting").glob("*.yaml")))],
}
"""What a page reads of the book's own tables."""

LATER = {name for name, befores in NOTEBOOKS.items() if name in FIRST or "05_classification" in befores}
LATER |= {"10_audit", "14_timing", "15_power"}  # they read no other page, but the first book need not wait for them
LATER |= {name for name, befores in NOTEBOOKS.items() if LATER & set(befores)}
RUN_NOTEBOOK = """
    {params.python:q} -m jupytext --quiet --sync {input.script:q} >{log.txt:q} 2>&1
    {params.python:q} -m psp_core.runs.progress --run-dir {params.run_dir:q} \
        --page {wildcards.name} --log {log.txt:q} -- \
        {params.python:q} -m papermill notebooks/{wildcards.name}.ipynb {log.nb:q} --no-progress-bar \
        -p params_file {params.params_file:q} -p run_dir {params.run_dir:q} \
        -p overrides {params.overrides:q} || {{
        tail -n 25 {log.txt:q} >&2
        echo "The notebook as far as it came: {log.nb}" >&2
        exit 1
    }}
    """
BUILD_BOOK = """
    {params.python:q} -m psp_core.publishing --run-dir {params.run_dir:q} {params.more} >{log:q} 2>&1 || {{
        tail -n 40 {log:q} >&2
        exit 1
    }}
    """


wildcard_constraints:
    name=r"\d\d_\w+",


rule first:
    input:
        [RUN / "book/first.done"] if PARAMS.study.first_book and not (RUN / "book/html/index.html").exists() else [],


rule all:
    default_target: True
    input:
        [RUN / f"notebooks/{name}.done" for name in NOTEBOOKS],  # else one that failed is forgotten
        RUN / "book/html/index.html",


rule notebook:
    input:
        script="notebooks/{name}.py",
        before=lambda wildcards: [RUN / f"notebooks/{name}.done" for name in NOTEBOOKS[wildcards.name]],
        tables=lambda wildcards: TABLES + BOOK_TABLES.get(wildcards.name, []),
    output:
        touch(RUN / "notebooks/{name}.done"),
    log:
        nb=RUN / "notebooks/{name}.ipynb",  # a log, so that the notebook of a failed run stays
        txt=RUN / "logs/{name}.log",
    params:
        study=digest_of(PARAMS),
        code=digest_of_code("psp_core"),
        params_file=PARAMS_FILE,
        run_dir=RUN,
        overrides=OVERRIDES,
        python=sys.executable,
    shell:
        RUN_NOTEBOOK


rule first_notebook:
    input:
        script="notebooks/{name}.py",
        before=lambda wildcards: [
            RUN / f"notebooks/{name}.{'first' if name in FIRST else 'done'}" for name in FIRST[wildcards.name]
        ],
        tables=TABLES,
    output:
        touch(RUN / "notebooks/{name}.first"),
    log:
        nb=RUN / "notebooks/{name}.ipynb",
        txt=RUN / "logs/{name}.first.log",
    params:
        study=digest_of(PARAMS),
        code=digest_of_code("psp_core"),
        params_file=PARAMS_FILE,
        run_dir=RUN,
        overrides=WITHOUT_HEAVY,
        python=sys.executable,
    shell:
        RUN_NOTEBOOK


rule first_book:
    input:
        pages=[
            RUN / f"notebooks/{name}.{'first' if name in FIRST else 'done'}"
            for name in NOTEBOOKS
            if name in FIRST or name not in LATER
        ],
        sources=BOOK_SOURCES,
        mathjax=ancient("book/node_modules/mathjax/es5/tex-svg.js"),
    output:
        touch(RUN / "book/first.done"),
    log:
        RUN / "logs/first_book.log",
    params:
        run_dir=RUN,
        code=digest_of_code("psp_core.publishing"),
        python=sys.executable,
        more="--waiting " + " ".join(sorted(LATER - set(FIRST))),
    shell:
        BUILD_BOOK + "\necho 'A first book, without what takes long: {params.run_dir}/book/html/index.html' >&2\n"


rule book:
    input:
        pages=[RUN / f"notebooks/{name}.done" for name in NOTEBOOKS],
        sources=BOOK_SOURCES,
        mathjax=ancient("book/node_modules/mathjax/es5/tex-svg.js"),
    output:
        update(RUN / "book/html/index.html"),
    log:
        RUN / "logs/book.log",
    params:
        run_dir=RUN,
        code=digest_of_code("psp_core.publishing"),
        python=sys.executable,
        more="",
    shell:
        BUILD_BOOK
