"""What is installed is known, pinned, and not older than what an advisory asks for."""
from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.project.test_docs import LOCKS, locked
from tests.support.places import ROOT

DATA = ROOT / "docs" / "minimum-versions.yaml"
MINIMUM: dict[str, dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
KNOWN = {"pypdf": "6.16.1", "pillow": "12.3.0", "lxml": "6.1.1", "langchain-core": "1.2.5",
         "langchain-text-splitters": "1.1.2", "starlette": "0.49.1", "python-multipart": "0.0.27"}


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize("package", MINIMUM)
def test_no_pinned_version_is_older_than_an_advisory_allows(package: str, name: str) -> None:
    """A lock that goes back, or an advisory that is new in the list, fails here."""
    pinned = locked(name).get(canonicalize_name(package))
    assert pinned is None or Version(pinned) >= Version(MINIMUM[package]["least"])


def test_what_was_known_when_the_project_began_is_in_the_list() -> None:
    """The list only grows, and each entry names its advisory and says what it is about."""
    assert {one for one, least in KNOWN.items() if Version(MINIMUM[one]["least"]) < Version(least)} == set()
    for package, entry in MINIMUM.items():
        assert entry["why"], package
        assert entry["advisories"], package
        assert all(re.fullmatch(r"(CVE|PYSEC)-20\d\d-\d{3,7}|GHSA(-[a-z0-9]{4}){3}", one)
                   for one in entry["advisories"]), package


def test_what_is_asked_for_excludes_what_is_not_safe() -> None:
    """Whoever installs without the lock gets no version below the list either."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    for requirement in map(Requirement, asked):
        least = MINIMUM.get(canonicalize_name(requirement.name))
        floors = [Version(one.version) for one in requirement.specifier if one.operator in {">=", "=="}]
        assert least is None or max(floors) >= Version(least["least"]), requirement


def test_the_bill_of_materials_names_every_package_of_the_lock(tmp_path: Path) -> None:
    """The command of docs/supply-chain.md makes a valid CycloneDX document with each version and its hashes; the same
    lock gives the same bill, byte for byte, so that two can be compared.
    """
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = (ROOT / "docs" / "supply-chain.md").read_text(encoding="utf-8")
    command = re.search(r"<!-- command: sbom -->\n```\n(.+)\n```", text)
    assert command is not None
    words = shlex.split(command[1])
    assert words[0] == ".venv/bin/cyclonedx-py"
    made = [tmp_path / "a.json", tmp_path / "b.json"]
    for one in made:
        words[words.index("-o") + 1] = str(one)
        subprocess.run([Path(sys.executable).parent / "cyclonedx-py", *words[1:]], cwd=ROOT, check=True,
                       capture_output=True)
    document = made[0].read_text(encoding="utf-8")
    assert document == made[1].read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(document) is None
    components = json.loads(document)["components"]
    assert {canonicalize_name(one["name"]): one["version"] for one in components} == locked("requirements.lock")
    assert all(any(reference.get("hashes") for reference in one["externalReferences"]) for one in components)
