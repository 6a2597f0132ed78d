"""What is installed is what pyproject.toml pins, so that two machines run the same versions without a lock file."""

from __future__ import annotations

import os
import re
import tomllib
from importlib.metadata import distributions

import pytest

from worlds.committed import PROJECT

OURS = {"account-prioritization"}
NOT_OURS = {"pip", "setuptools", "wheel"}
"""What an environment may bring along."""


def name(text: str) -> str:
    """A package's name as it is compared."""
    return re.sub(r"[-_.]+", "-", text).lower()


def test_every_package_is_pinned_to_the_version_that_is_installed():
    pins: dict[str, set[str]] = {}
    for pin in tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["uv"]["constraint-dependencies"]:
        package, _, version = pin.partition(";")[0].strip().partition("==")
        pins.setdefault(name(package), set()).add(version)
    installed = {name(found.name): found.version for found in distributions()}
    loose = {package: version for package, version in installed.items() if version not in pins.get(package, ())}
    assert {package for package in loose if package not in OURS | NOT_OURS} == set()


@pytest.mark.xdist_group("dependencies")
@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one worker")
def test_workers_keep_groups_together(request):
    """An xdist that does not fit pytest says nothing, and has each worker make what tests of a group share."""
    assert request.node.nodeid.endswith("@dependencies")


def test_no_pin_names_an_address():
    assert not re.search(r"https?://(?!keepachangelog|www\.apache)", (PROJECT / "pyproject.toml").read_text())
