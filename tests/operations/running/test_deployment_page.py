"""The commands of `docs/deployment.md`, run as far as a machine without containers, systemd and root's rights can."""
from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from api.cli import parser
from tests.operations.running.test_deployment import free_port, process, until
from tests.support.databases import KINDS, SUPERUSER, as_role, fresh, server, statement
from tests.support.places import ROOT

PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
STEPS = dict(re.findall(r"<!-- step: (\w+) -->\n```\n(.*?)```", PAGE, re.DOTALL))
BLOCKS = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
SHARED = [one for one in KINDS if one == "postgresql"]
# What changes the machine is only written down; a virtual environment is this one.
PRETENDED = ("apt-get", "useradd", "systemctl", "curl", "su", "docker", "openssl")
PRETEND = '#!/bin/sh\necho "$(basename "$0") $*" >> "$SAID"\n'
PYTHON = PRETEND + 'mkdir -p "$3/bin"; ln -sf "$GUOHE" "$3/bin/guohe"; cp "$(dirname "$0")/useradd" "$3/bin/pip"\n'
INSTALL = ('#!/bin/sh\nif [ "$1" = -d ]; then shift 5; mkdir -p "$@"; '
           'else cp "$3" "$4" && chmod "$2" "$4"; fi\n')


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare machine after the page's steps, below a folder: what they write is there, what they say in `said`."""
    root, source = tmp_path_factory.mktemp("machine"), tmp_path_factory.mktemp("source") / "guohe"
    programs = root / "programs"
    programs.mkdir()
    for name, text in {**dict.fromkeys(PRETENDED, PRETEND), "python3": PYTHON, "install": INSTALL}.items():
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)
    for folder in ("opt", "etc/systemd/system", "var/lib"):
        (root / folder).mkdir(parents=True)
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "tests", "__pycache__"))
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "SAID": str(root / "said"),
                   "GUOHE": str(Path(sys.executable).parent / "guohe")}
    for name in ("packages", "program", "unit", "compose", "database", "units", "start"):
        said = re.sub(r"(?<![\w.])/(opt|etc|var/lib)/", rf"{root}/\1/", STEPS[name])
        done = subprocess.run(["/bin/sh", "-eu"], input=said, cwd=source, env=environment, capture_output=True,
                              text=True, check=False)
        assert done.returncode == 0, (name, done.stderr)
    (root / "source").symlink_to(source)
    return root


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_is_shell_or_sql(block: str) -> None:
    """Nothing on the page is a command that a shell cannot take."""
    if block.startswith("CREATE ROLE"):
        return
    assert subprocess.run(["/bin/sh", "-n"], input=block, text=True, check=False).returncode == 0


def test_the_english_page_has_the_same_commands() -> None:
    """What is run here is what stands in `docs/operations.md`; the lines of its own are commands that guohe has."""
    blocks = re.findall(r"```\n(.*?)```", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.DOTALL)
    own = [line for block in blocks if block not in BLOCKS for line in block.splitlines()]
    assert [line for line in own if not line.startswith("guohe ")] == []
    assert all(callable(parser("en").parse_args(shlex.split(line)[1:]).run) for line in own)


def test_the_program_is_where_the_units_look_for_it(machine: Path) -> None:
    """Each unit that is started has its file; each file names a program, a user and folders that the steps made."""
    said = (machine / "said").read_text(encoding="utf-8")
    started = re.findall(r"^systemctl enable --now (.+)$", said, re.MULTILINE)
    names = {re.sub(r"@.*", "@", one) for line in started for one in line.split()}
    files = {path.name for path in (machine / "etc/systemd/system").iterdir()}
    assert {f"{name}.service" for name in names} == files
    assert "useradd --system" in said
    for path in (machine / "etc/systemd/system").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "User=guohe" in text
        program = re.search(r"^ExecStart=/(\S+) ", text, re.MULTILINE)
        assert program is not None
        assert Path(program[1]).parent == Path("opt/guohe/.venv/bin")
        if "chroma" not in path.name:
            assert (machine / program[1]).exists()
            assert "GUOHE_CACHE=/var/cache/guohe" in text
            assert "CacheDirectory=guohe" in text
        named = re.search(r"^EnvironmentFile=/(\S+)$", text, re.MULTILINE)
        assert named is None or (machine / named[1]).is_file()
    assert (machine / "opt/guohe/policy_corpus").is_dir()
    for secret in (machine / "etc/guohe/guohe.env", machine / "source/deploy/guohe.env",
                   machine / "source/deploy/postgres.env"):
        assert not secret.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), secret


def test_the_vector_index_is_of_this_machine_alone(machine: Path) -> None:
    """It has no authentication: the unit binds it to the loopback, at the port that the page gives."""
    text = (machine / "etc/systemd/system/guohe-chroma.service").read_text(encoding="utf-8")
    line = re.search(r"^ExecStart=\S+/chroma run (.+)$", text, re.MULTILINE)
    assert line is not None
    options = dict(zip(line[1].split()[::2], line[1].split()[1::2], strict=True))
    assert options["--host"] == "127.0.0.1"
    assert f"GUOHE_CHROMA=127.0.0.1:{options['--port']}" in PAGE
    assert options["--path"].startswith("/var/lib/guohe/")
    assert options["--port"] not in {"8000", "8001"}


def test_the_packages_are_those_of_the_image() -> None:
    """What one way to install needs the other needs, too."""
    image = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    wanted = re.search(r"--no-install-recommends \\(.*?)&&", image, re.DOTALL)
    assert wanted is not None
    assert set(wanted[1].replace("\\", " ").split()) - {"bubblewrap"} <= set(STEPS["packages"].split())


@pytest.fixture(scope="module", params=SHARED)
def postgres(request: pytest.FixtureRequest) -> Iterator[str]:
    with server() as address:
        yield address


def test_what_the_units_start_works_together(postgres: str, machine: Path, tmp_path: Path) -> None:
    """A web process and a worker as their units start them, with the settings of the example and no vector index yet
    (`test_deployment` has one); then the check of the whole without a data folder.
    """
    for said in re.findall(r"ALTER SYSTEM[^'\"]+", STEPS["database"]):
        statement(f"{as_role(postgres, SUPERUSER)}/postgres", said)
    chroma, web, work = (free_port() for _ in range(3))
    given = {"GUOHE_DATABASE_URL": fresh(postgres), "GUOHE_CHROMA": f"127.0.0.1:{chroma}",
             "GUOHE_BLOB_URL": (tmp_path / "files").as_uri(), "GUOHE_SECRET": "x" * 40, "GUOHE_METRICS": "y" * 40}
    lines = (machine / "etc/guohe/guohe.env").read_text(encoding="utf-8").splitlines()
    settings = {line.partition("=")[0]: line.partition("=")[2] for line in lines if line and not line.startswith("#")}
    assert {name for name, value in settings.items() if "CHANGE-ME" in value} <= set(given)
    environment = {**settings, **given, "HOME": str(tmp_path / "nowhere"), "GUOHE_CACHE": str(tmp_path / "cache")}
    with ExitStack() as stack:
        for unit, port in (("guohe@", web), ("guohe-work@", work)):
            text = (machine / f"etc/systemd/system/{unit}.service").read_text(encoding="utf-8")
            line = re.search(r"^ExecStart=(.+)$", text, re.MULTILINE)
            assert line is not None
            words = line[1].replace("%i", str(port)).split()
            words = [re.sub(r"^/var/lib", str(tmp_path), word) for word in words]
            if unit == "guohe-work@":
                words += ["--port", str(port)]
            own = dict(re.findall(r"^Environment=(GUOHE_WORKERS)=(.*)$", text, re.MULTILINE))
            stack.enter_context(process(tmp_path / unit, "-m", "api.cli", *words[1:], **environment, **own))
        until(f"http://127.0.0.1:{web}/readyz")
        until(f"http://127.0.0.1:{work}/readyz")
        asked = STEPS["doctor"].strip().splitlines()[-1].split()
        done = subprocess.run([sys.executable, "-m", "api.cli", *asked[1:]], cwd=tmp_path, capture_output=True,
                              text=True, check=False, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT),
                                                           **environment})
        assert done.returncode == 0, done.stdout + done.stderr
        assert not (tmp_path / "guohe-data").exists()
