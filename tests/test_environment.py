"""pyproject.toml, environment.yml and the lock name the same packages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
# What only one of the routes needs: the interpreter and tools that are no Python packages.
CONDA_ONLY = {"python", "pip", "git", "make", "nodejs"}


def by_name(lines: list[str]) -> dict[str, Requirement]:
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(one.name): one for one in requirements}


@pytest.fixture(scope="module")
def project() -> dict[str, Requirement]:
    read = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return by_name([*read["dependencies"], *read["optional-dependencies"]["dev"]])


def read_lock(name: str) -> dict[str, Requirement]:
    lines = (ROOT / ".ci" / name).read_text(encoding="utf-8").splitlines()
    return by_name([line for line in lines if line and not line.startswith("#")])


@pytest.fixture(scope="module")
def lock() -> dict[str, Requirement]:
    return read_lock("core.lock")


def test_the_conda_route_asks_for_the_same_packages_and_ranges(
    project: dict[str, Requirement],
) -> None:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    from_pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    lines = [line for line in [*listed, *from_pip] if isinstance(line, str)]
    conda = by_name([line for line in lines if not line.startswith("-e ")])
    assert "-e ." in from_pip
    assert set(conda) - CONDA_ONLY == set(project)
    assert {name: conda[name].specifier for name in project} == {
        name: one.specifier for name, one in project.items()
    }


def test_the_lock_satisfies_every_range(
    project: dict[str, Requirement], lock: dict[str, Requirement]
) -> None:
    assert set(project) - set(lock) == set()
    for name, requirement in project.items():
        pin = next(iter(lock[name].specifier))
        assert requirement.specifier.contains(pin.version, prereleases=True), name


def test_the_lock_of_nnunet_adds_to_the_other_one(lock: dict[str, Requirement]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = by_name(project["optional-dependencies"]["nnunet"])
    added = read_lock("nnunet.lock")
    assert set(added) & set(lock) == set()
    for name, requirement in extra.items():
        assert requirement.specifier.contains(next(iter(added[name].specifier)).version), name


@pytest.mark.parametrize("file", ["core.lock", "nnunet.lock"])
def test_a_lock_has_exact_public_versions_only(file: str) -> None:
    lock = read_lock(file)
    assert len(lock) > len(CONDA_ONLY)
    for name, requirement in lock.items():
        pins = list(requirement.specifier)
        assert [pin.operator for pin in pins] == ["=="], name
        assert Version(pins[0].version).local is None, name
        assert requirement.url is None, name


def test_no_file_of_the_setup_names_a_registry() -> None:
    files = [
        ROOT / "pyproject.toml",
        ROOT / "environment.yml",
        ROOT / "Makefile",
        *sorted((ROOT / ".ci").iterdir()),
        *sorted((ROOT / "book").glob("package*.json")),
        ROOT / "book" / ".npmrc",
    ]
    named = re.compile(r"https?://|--(?:extra-)?index-url|registry\s*=", re.IGNORECASE)
    assert [file.name for file in files if named.search(file.read_text(encoding="utf-8"))] == []
