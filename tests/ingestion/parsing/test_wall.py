"""The wall around the readers: what a file does to its reader is that file's failure and nothing else."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ingestion import parsing
from ingestion.errors import UnreadableError
from ingestion.parsing import office
from ingestion.parsing.sandbox import confinement, wall, warm
from tests.ingestion.parsing.test_mutations import GOOD
from tests.support import pdf_samples
from tests.support.places import ROOT

LINUX = {confinement.PROCESS, confinement.LIMITS, confinement.NETWORK, confinement.FILES}


@pytest.fixture(scope="module", params=["fork", "spawn"])
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What comes of readers that misbehave, in a process whose children are of one kind."""
    folder, temporary = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("temporary")
    (folder / "sitecustomize.py").write_text(
        "import sys\nif 'ingestion.parsing.sandbox.child' in sys.orig_argv:\n    import tests.hostile.misbehaving\n",
        encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "tests.hostile.misbehaving", request.param], cwd=ROOT, capture_output=True, text=True,
        check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "TMPDIR": str(temporary)})
    assert ended.returncode == 0, ended.stderr
    assert list(temporary.iterdir()) == []  # nothing is left behind
    found: dict[str, dict[str, str]] = json.loads(ended.stdout)
    return {**found, "kind": {"": request.param}}


@pytest.mark.parametrize(("deed", "code"), [
    ("hang", "took_too_long"), ("spin", "took_too_long"), ("eat", "too_much_memory"), ("crash", "reader_crashed"),
    ("leave", "reader_crashed"), ("chatter", "read")])
def test_a_reader_that_misbehaves_costs_its_file_a_named_failure(outcomes: dict[str, dict[str, str]], deed: str,
                                                                 code: str) -> None:
    """Whatever it does, the parent lives, and the next file is read (`misbehaving.outcome`)."""
    assert outcomes["said"][deed] == code


@pytest.mark.parametrize(("name", "said"), [
    ("network", "PermissionError"), ("names", "gaierror"), ("other files", "PermissionError"),
    ("writing", "PermissionError"), ("signals", "PermissionError"), ("large file", "OSError")])
def test_a_reader_reaches_nothing_outside(outcomes: dict[str, dict[str, str]], name: str, said: str) -> None:
    """No network, no file but its own and the system's, no other process, no large file, as far as the level says."""
    needs = {"network": confinement.NETWORK, "names": confinement.NETWORK, "large file": confinement.LIMITS}
    if needs.get(name, confinement.FILES) in outcomes["level"]:
        assert outcomes["said"][name] == said
    assert confinement.LIMITS in outcomes["level"]


def test_a_reader_of_the_server_knows_no_secret(outcomes: dict[str, dict[str, str]]) -> None:
    """Its environment holds only what it needs; a reader of the command line is of the same person anyway."""
    assert outcomes["said"]["secret"] == {"spawn": "nothing", "fork": "x" * 40}[outcomes["kind"][""]]


def test_readers_are_made_from_a_process_that_has_read_a_page() -> None:
    """It knows the modules that a page needs and the fonts to draw it, and has no second thread that would be lost."""
    code = ("import sys, threading; from ingestion.parsing.pdf import pdfium, reader; "
            "from ingestion.parsing.sandbox import warm; warm.load(); "
            "known = set(sys.modules); document = reader.read(warm.page(warm.words()), 'a', 'b'); "
            "print(document.text.split(), set(sys.modules) - known, threading.active_count(), "
            "bool(pdfium._system_fonts().contents.EnumFonts))")
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == f"{[*warm.WORDS.split(), 'SCI', '23', *warm.CELLS]} set() 1 False"


def test_the_level_in_force_is_told() -> None:
    """Each layer by name; on a Linux of today all of them."""
    assert set(wall.level()) <= LINUX | {confinement.PROGRAMS}
    assert wall.level()[:2] == (confinement.PROCESS, confinement.LIMITS)


def test_what_is_read_behind_the_wall_is_what_the_reader_reads() -> None:
    """Character for character, with pages, lines, cells, notices; and its refusals word for word."""
    files = {**GOOD, "a.pdf": pdf_samples.flowed(pdf_samples.application(3)),
             "b.txt": "论文23篇。\n".encode() * 100_000}
    for name, data in files.items():
        assert wall.read(data, name) == parsing.read(data, name), name
    for name, data in (("a.zip", GOOD["a.docx"][:900]), ("a.docx", GOOD["a.docx"][:-30]), ("a.pdf", b"%PDF-1.4 x")):
        with pytest.raises(UnreadableError) as bare:
            parsing.read(data, name)
        with pytest.raises(UnreadableError) as behind:
            wall.read(data, name)
        assert (behind.value.code, behind.value.chinese, str(behind.value)) == (
            bare.value.code, bare.value.chinese, str(bare.value))


def test_pages_are_told_through_the_wall() -> None:
    """How many of how many, also of a pdf with its own text; an error of who is told ends the reading."""
    told: list[tuple[int, int, bool]] = []
    data = pdf_samples.flowed(pdf_samples.application(5))
    document = wall.read(data, "a.pdf", lambda *pages: told.append(pages))  # type: ignore[arg-type,misc]
    assert told[0] == (0, len(document.pages), False)

    def over(*_: object) -> None:
        raise RuntimeError("the job is over")

    with pytest.raises(RuntimeError, match="over"):
        wall.read(data, "a.pdf", over)
    assert wall.read(data, "a.pdf") == document


def test_many_files_at_once_come_back_each_as_its_own() -> None:
    """Threads of a server share the children, and none gets another's document."""
    files = [f"第{number}份。\n".encode() * 100_000 for number in range(12)]
    found: dict[int, str] = {}

    def work(number: int) -> None:
        found[number] = wall.read(files[number], "a.txt").text

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(files))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number] for number in range(len(files))] == [data.decode() for data in files]


def test_a_child_that_ended_while_it_waited_costs_nothing() -> None:
    """The next file gets another."""
    data = "论文。\n".encode() * 200_000
    wall.read(data, "a.txt")
    for child in wall._pool._waiting:
        child._kill()
    for child in wall._pool._waiting:
        os.waitid(os.P_PID, child.process or 0, os.WEXITED | os.WNOWAIT)
    assert wall.read(data, "a.txt").text.startswith("论文。")


def test_short_text_is_read_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is started for it; anything else goes behind the wall."""
    monkeypatch.setattr(wall._pool, "take", lambda: pytest.fail("a child was taken"))
    assert wall.read("论文23篇。".encode(), "a.txt").text == "论文23篇。"
    assert not wall._plain(GOOD["a.docx"], "a.docx")
    assert not wall._plain(b"x" * (wall.IN_PLACE + 1), "a.txt")


def test_old_office_files_are_converted_behind_the_wall(tmp_path: Path) -> None:
    """In a child that this process starts, and in the one that the command line forks; named where there is no
    LibreOffice.
    """
    rtf = rb"{\rtf1\ansi SCI papers: 22}"
    (tmp_path / "a.doc").write_bytes(rtf)
    told = subprocess.run([sys.executable, "-m", "api.cli", "facts", str(tmp_path / "a.doc"), "--json", "-", "--quiet"],
                          cwd=ROOT, capture_output=True, text=True, check=True)
    if any(map(shutil.which, office.PROGRAMS)):
        assert "22" in wall.read(rtf, "a.doc").text
        assert "conversion" not in told.stdout
        assert '"a.doc"' in told.stdout
    else:
        with pytest.raises(UnreadableError, match="LibreOffice"):
            wall.read(rtf, "a.doc")


AT_WORK = """
import sys, threading, time
from ingestion.parsing.sandbox import wall
if sys.argv[1] == "server":
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
wall.read("论文。\\n".encode() * 200_000, "a.txt")          # a child that waits
data = b"%PDF-1.4\\n" + b"1 0 obj<</Length 9>>stream\\n" * 400_000
at_work = lambda: [wall.read(data, "b.pdf") for _ in iter(int, 1)]
if sys.argv[1] == "server":
    for _ in range(2):
        threading.Thread(target=at_work, daemon=True).start()
    time.sleep(0.5)
print("ready", flush=True)
sys.stdin.read(1) if sys.argv[2] == "stop" else time.sleep(600)
"""


@pytest.mark.parametrize("how", ["stop", "kill"])
@pytest.mark.parametrize("kind", ["server", "command"])
def test_folders_of_the_wall_go_with_a_stop_and_after_a_kill(tmp_path: Path, kind: str, how: str) -> None:
    """A stop takes them along, also those of children at work; what a kill leaves goes with the next start. A folder
    that a living process holds is left alone.
    """
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    held = subprocess.Popen([sys.executable, "-c", AT_WORK, "command", "stop"], env=environment, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)
    assert held.stdout is not None
    assert held.stdout.readline() == "ready\n"
    theirs = set(tmp_path.iterdir())
    assert len(theirs) == 1
    started = subprocess.Popen([sys.executable, "-c", AT_WORK, kind, how], env=environment, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    assert set(tmp_path.iterdir()) > theirs
    if how == "kill":
        started.kill()
        started.wait()
        subprocess.run([sys.executable, "-c", "from ingestion.parsing.sandbox import wall; wall.level()"],
                       env=environment, check=True)
    else:
        started.communicate("x")
    assert set(tmp_path.iterdir()) == theirs
    held.communicate("x")
    assert list(tmp_path.iterdir()) == []
