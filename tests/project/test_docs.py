"""README, lock files and .ci/run say what is so."""
from __future__ import annotations

import json
import re
import shlex
import subprocess
import tomllib
from functools import cache
from typing import Any

import pypdf
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from api import __version__
from api.cli import main, parser
from tests.making import example as make_example
from tests.support.places import EXAMPLE, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = "\n".join([README, *((ROOT / "docs" / name).read_text(encoding="utf-8")
                             for name in ("commands.md", "service.md"))])   # the first page and those behind it
LOCKS = ("requirements.lock", "requirements-test.lock")


def command(name: str) -> str:
    """The line of the README's block that is marked `name`."""
    match = re.search(rf"<!-- command: {name} -->\n```\n(.+)\n```", README)
    assert match is not None
    return match[1]


def guohe_commands() -> list[str]:
    """Every command line of the README and the pages behind it that starts with guohe."""
    blocks = re.findall(r"```(?:\w*)\n(.*?)```", PAGES, re.DOTALL)
    return [line.split("&& ")[-1].strip() for block in blocks for line in block.splitlines()
            if re.search(r"(?:^|/)guohe ", line)]


@cache
def locked(name: str) -> dict[str, str]:
    """Package to version of a lock file."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", (ROOT / name).read_text(encoding="utf-8"),
                      re.MULTILINE)
    return {canonicalize_name(package): version for package, version in pins}


@cache
def project() -> dict[str, Any]:
    settings: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["project"]


# The README -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("line", guohe_commands())
def test_every_command_of_the_readme_is_one(line: str) -> None:
    """Each guohe line is understood by the command line, options and all."""
    words = shlex.split(line.replace(".venv/bin/", ""))
    assert words[0] == "guohe"
    assert callable(parser("zh").parse_args(words[1:]).run)


def test_every_command_is_documented() -> None:
    """Each command that the program has stands in docs/commands.md."""
    known = next(action.choices for action in parser("zh")._actions if isinstance(action.choices, dict))
    assert known
    for name in known:
        assert f"`guohe {name}" in PAGES


def test_the_readme_fits_a_screen_and_leads_on() -> None:
    """A picture above the commands, few lines, and every page that it names is there."""
    assert README.index("](docs/guide/") < README.index("<!-- command: run -->")
    assert len(README.splitlines()) < 80
    for named in re.findall(r"`(docs/[a-z/.-]+)`|\]\((docs/[a-z/.-]+)\)", README):
        assert (ROOT / (named[0] or named[1])).exists(), named


def test_every_setting_of_the_pages_is_read_somewhere() -> None:
    """A variable that the pages name is one that the code knows."""
    code = "".join(path.read_text(encoding="utf-8") for package in ("api", "assistant", "ingestion")
                   for path in (ROOT / package).rglob("*.py"))
    named = set(re.findall(r"GUOHE_[A-Z_]+", PAGES))
    assert named
    assert {name for name in named if name not in code} == set()


def test_the_sample_is_what_the_bundled_application_gives(capsys: pytest.CaptureFixture[str]) -> None:
    """The README's first command works on the bundled files, and its JSON sample is a part of the true result."""
    arguments = shlex.split(command("run").split("&& ")[-1])[1:]
    place = arguments.index("--report")
    assert main([*arguments[:place], *arguments[place + 2:], "--json", "-", "--quiet"]) == 0
    result = json.loads(capsys.readouterr().out)
    match = re.search(r"<!-- sample: membrane-center -->\n```json\n(.*?)```", PAGES, re.DOTALL)
    assert match is not None
    assert within(json.loads(match[1]), result)


def within(part: object, whole: object) -> bool:
    """Whether everything in `part` stands in `whole` too."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and within(part[key], whole[key]) for key in part)
    return part == whole


def test_the_bundled_application_shows_what_a_report_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    """It holds a contradiction, a gap and things that do not count."""
    assert main(["assess", str(EXAMPLE), "--base-type", "joint_research_center", "--date", "2025-06-30",
                 "--json", "-", "--quiet"]) == 0
    result = json.loads(capsys.readouterr().out)
    outcomes = {criterion["id"]: criterion["outcome"] for criterion in result["criteria"]}
    assert result["facts"]["sci_ei_papers"]["conflict"] is True
    assert outcomes["8.2.papers"] == outcomes["5.3.incidents"] == "insufficient_evidence"
    assert outcomes["5.1.registered"] == outcomes["8.2.joint_papers"] == outcomes["8.3.ip_or_award"] == "met"
    assert {piece["reason"] for piece in result["exclusions"]["sci_ei_papers"]} >= {"planned", "duplicate"}
    assert all(not document["warnings"] for document in result["documents"])


def test_the_bundled_application_is_what_its_script_makes() -> None:
    """Word and Excel byte for byte, the PDF word for word (its fonts are the machine's)."""
    for name in ("申报书.docx", "论文清单.xlsx"):
        assert (EXAMPLE / name).read_bytes() == make_example.FILES[name]()
    text = "".join(page.extract_text() for page in pypdf.PdfReader(EXAMPLE / "证照与承诺书.pdf").pages)
    for expected in (make_example.CODE, make_example.ADDRESS, "近三年未发生重大安全责任事故"):
        assert expected in text


# Installing -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_pin_hashes_and_name_no_host(name: str) -> None:
    """Every package has a version and hashes; no address of a registry or a mirror stands in the file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


def test_the_lock_holds_what_the_project_asks_for() -> None:
    """Each direct dependency is pinned at a version that the project allows; the tests' too."""
    for requirement in map(Requirement, project()["dependencies"]):
        assert requirement.specifier.contains(locked("requirements.lock")[canonicalize_name(requirement.name)])
    for requirement in map(Requirement, project()["optional-dependencies"]["test"]):
        assert requirement.specifier.contains(locked("requirements-test.lock")[canonicalize_name(requirement.name)])


def test_both_locks_agree() -> None:
    """What is tested is what is installed."""
    used, tested = (locked(name) for name in LOCKS)
    assert {package: tested.get(package) for package in used} == used


def test_ci_runs_the_readmes_test_command() -> None:
    """.ci/run takes the command from the README, so that the two cannot differ; it ends with pytest and types."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    line = re.search(r"^command=\$\((awk .*)\)$", script, re.MULTILINE)
    assert line is not None
    found = subprocess.run(["/bin/sh", "-c", line[1]], capture_output=True, text=True, cwd=ROOT, check=True,
                           encoding="utf-8")
    assert found.stdout.strip() == command("test")
    assert command("test").endswith("&& (.venv/bin/mypy & .venv/bin/pytest -n 2 && wait $!)")
    assert script.rstrip().endswith('eval "$command"')


@pytest.mark.parametrize(("types", "tests", "good"), [("true", "true", True), ("false", "true", False),
                                                       ("true", "false", False)])
def test_the_command_fails_where_types_or_tests_do(types: str, tests: str, good: bool) -> None:
    """Types are looked at beside the tests: one core would wait for them."""
    last = "(" + command("test").rpartition("(")[2]
    run = last.replace(".venv/bin/mypy", f"{{ sleep .1; {types}; }}").replace(".venv/bin/pytest -n 2", tests)
    assert (subprocess.run(["/bin/bash", "-euc", run], check=False).returncode == 0) == good


def test_the_changelog_knows_this_version() -> None:
    """The newest entry is the version that is installed."""
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings
    assert headings[0] == __version__


def test_the_changelog_is_short() -> None:
    """A dozen lines for each version, in users' words."""
    for version in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1:]:
        assert len(re.findall(r"^- ", version, re.MULTILINE)) <= 14


def test_journeys_name_tests_that_there_are() -> None:
    """Each path from draft to decision is walked by the tests that its row names."""
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "development.md").read_text(encoding="utf-8")))
    walked = {name for path in (ROOT / "tests").rglob("test_*.py")
              for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)}
    assert len(named) > 30
    assert named - walked == set()
