"""Run folders: atomic files, stages that resume, provenance, seeds and threads."""

from psp_core.runs.atomic import atomic_folder, atomic_path, write_json, write_table
from psp_core.runs.digest import digest_of, digest_of_code, digest_of_file
from psp_core.runs.run import Run, open_run
from psp_core.runs.stage import Stage

__all__ = [
    "Run",
    "Stage",
    "atomic_folder",
    "atomic_path",
    "digest_of",
    "digest_of_code",
    "digest_of_file",
    "open_run",
    "write_json",
    "write_table",
]
