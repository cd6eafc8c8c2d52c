"""What a run was computed with; nothing that tells the machine or the person."""

from __future__ import annotations

import platform
import re
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

import psp_core


def provenance(params_digest: str, seed: int, study: str) -> dict[str, Any]:
    """Collect versions, code state, parameters' digest and seed.

    Parameters
    ----------
    params_digest : str
        Digest of all parameters, overrides included.
    seed : int
        The study's one seed.
    study : str
        Name of the study.

    Returns
    -------
    dict
        ``study``, ``seed``, ``params_digest``, ``psp_core`` (version), ``git``
        (``commit`` and ``is_dirty``, or None outside a clone), ``python``,
        ``system`` (as ``Linux x86_64``) and ``packages`` (version by name).
        No path, no host, no user.
    """
    return {
        "study": study,
        "seed": seed,
        "params_digest": params_digest,
        "psp_core": psp_core.__version__,
        "git": _git_state(Path(psp_core.__file__).parents[1]),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": _package_versions(),
    }


def _package_versions() -> dict[str, str]:
    """Versions of what this package depends on directly, extras left out."""
    try:
        requirements = metadata.requires("psp-core") or []
    except metadata.PackageNotFoundError:
        return {}
    versions: dict[str, str] = {}
    for requirement in requirements:
        found = re.match(r"[A-Za-z0-9._-]+", requirement)
        if found and "extra ==" not in requirement:
            try:
                versions[found[0].lower()] = metadata.version(found[0])
            except metadata.PackageNotFoundError:
                versions[found[0].lower()] = "not installed"
    return versions


def _git_state(folder: Path) -> dict[str, Any] | None:
    """Commit of the clone the package is run from; None outside one."""
    if not (folder / ".git").exists():
        return None
    commit = _git(folder, "rev-parse", "HEAD")
    changes = _git(folder, "status", "--porcelain")
    if commit is None or changes is None:
        return None
    return {"commit": commit, "is_dirty": bool(changes)}


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
