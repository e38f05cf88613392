"""What goes into the image, and what git takes: no secret, nobody's data."""
from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from api.pages.guides import ENGLISH
from tests.project.test_architecture import PACKAGES, tracked
from tests.support.places import ROOT

SECRETS = ("deploy/guohe.env", "deploy/postgres.env", "deploy/certificates/privkey.pem",
           "deploy/certificates/fullchain.pem", "deploy/server.key", "deploy/ca.crt", ".env", ".env.production",
           "api/.env", "ingestion/local.env", "guohe-data/secret", "guohe-data/guohe.sqlite3",
           "guohe-data/files/content/ab/abcd", "backup.tar", "guohe.pgdump", "policy_corpus/mine/key.pem")
ELSEWHERE = (".git/config", ".venv/bin/python", "tests/data/one.txt", "notes.txt", "api/__pycache__/cli.pyc",
             "report.docx", "uv.lock", "node_modules/a.js")


def context(root: Path) -> set[str]:
    """The files that `docker build` sends: `.dockerignore` as its documentation has it, the last line that fits wins,
    and a line fits a file when it fits a folder above it.
    """
    rules = []
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        said = line.strip()
        if said and not said.startswith("#"):
            rules.append((said.startswith("!"), _pattern(said.removeprefix("!").strip("/"))))
    found = set()
    for path in root.rglob("*"):
        if path.is_file():
            name = path.relative_to(root)
            above = [name.as_posix(), *(one.as_posix() for one in name.parents if one != Path())]
            taken = True
            for kept, pattern in rules:
                if any(pattern.fullmatch(one) for one in above):
                    taken = kept
            if taken:
                found.add(name.as_posix())
    return found


def _pattern(glob: str) -> re.Pattern[str]:
    made = ""
    for part in re.split(r"(\*\*/?|\*|\?)", glob):
        made += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
    return re.compile(made)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The files of the project, with secrets and leavings where they are made."""
    for path in tracked():
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    for name in (*SECRETS, *ELSEWHERE):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a secret", encoding="utf-8")
    return tmp_path


def test_no_secret_is_sent_to_a_build(tree: Path) -> None:
    """Neither those of the deployment nor data, git's folder, tests, caches."""
    sent = context(tree)
    assert sent & {*SECRETS, *ELSEWHERE} == set()
    assert {name.partition("/")[0] for name in sent} == {
        *PACKAGES, "docs", "examples", "pyproject.toml", "README.md", "requirements.lock"}


def test_everything_that_is_built_is_sent(tree: Path) -> None:
    """Each file of the packages, of the example and of the help that git knows, and none of the other docs."""
    known = {path.relative_to(ROOT).as_posix() for path in tracked()}
    wanted = {name for name in known if name.partition("/")[0] in {*PACKAGES, "examples"}
              or name.startswith("docs/guide/") or name in {f"docs/{one}.md" for one in ENGLISH}}
    assert {name for name in context(tree) if name.startswith("docs/")} <= wanted
    assert wanted - context(tree) == set()


def test_the_image_copies_named_things_only() -> None:
    """A `COPY . .` would take along what a later `.dockerignore` forgets."""
    lines = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith(("COPY", "ADD")) for word in line.split()[1:-1]]
    assert copied
    assert not {".", "./", "*"} & set(copied)
    assert all((ROOT / one).exists() for one in copied)
    assert {*PACKAGES, "docs/guide", "examples", *(f"docs/{one}.md" for one in ENGLISH)} <= set(copied)


@pytest.mark.parametrize("name", SECRETS)
def test_git_takes_no_secret(name: str) -> None:
    """Where there is git: a file of an installation is ignored wherever the deployment puts it."""
    asked = subprocess.run(["/usr/bin/env", "git", "check-ignore", "-q", name], cwd=ROOT, check=False)
    assert asked.returncode in {0, 128}


def test_nothing_that_git_knows_is_ignored() -> None:
    """The lines for secrets fit no file of the project."""
    listed = subprocess.run(["/usr/bin/env", "git", "ls-files", "-ci", "--exclude-standard"], cwd=ROOT, check=False,
                            capture_output=True, text=True)
    assert listed.stdout.strip() == ""
