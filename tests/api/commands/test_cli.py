"""The command line as a user meets it: results, languages, errors, files."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.cli import language_of, main
from api.commands import assess
from api.terminal import outputs
from api.terminal.console import texts
from ingestion.errors import PathError, UsageError
from tests.support.places import ROOT

HEAVY = ("chromadb", "docx", "jinja2", "langchain", "langchain_core", "lxml", "numpy", "onnxruntime", "PIL", "pypdf",
         "pypdfium2", "rapidocr", "rich", "weasyprint", "openai")
PAPERS = "近三年，中心在所申报领域发表SCI或EI论文23篇，其中中外联合发表6篇。\n"
OPTIONS = ("--base-type", "joint_research_center", "--date", "2024-06-15")


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """A folder with one text file."""
    folder = tmp_path / "申报"
    folder.mkdir()
    (folder / "申报书.txt").write_text(PAPERS, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the user's settings nor caches, no model and no vectors take part."""
    monkeypatch.delenv("GUOHE_LANG", raising=False)
    monkeypatch.delenv("GUOHE_DEBUG", raising=False)
    monkeypatch.delenv("GUOHE_LLM_URL", raising=False)
    monkeypatch.setenv("GUOHE_EMBEDDING", "off")
    monkeypatch.setenv("GUOHE_HOME", str(tmp_path / "home"))


def run(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "api.cli", *map(str, arguments)], capture_output=True, text=True,
                          encoding="utf-8", cwd=ROOT, check=False, env={**os.environ, **(environment or {})})


# Results --------------------------------------------------------------------------------------------------------------

def test_assess_writes_json_only_to_standard_output(application: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--json -` standard output is one JSON value and nothing else."""
    assert main(["assess", str(application), *OPTIONS, "--json", "-"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["facts"]["sci_ei_papers"]["low"] == 23
    assert body["base_type"] == "joint_research_center"
    assert body["application_date"] == "2024-06-15"


def test_assess_shows_a_table(application: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json the terminal shows each criterion with figure, requirement and outcome, and both disclaimers."""
    assert main(["assess", str(application), *OPTIONS, "--applicant", "重庆甲公司"]) == 0
    out = capsys.readouterr().out
    assert "重庆甲公司" in out
    assert any("第八条（二）" in line and "23篇" in line and "符合" in line for line in out.splitlines())
    assert "预审提示" in out
    assert "征求意见稿" in out
    assert "\x1b" not in out


def test_assess_writes_all_outputs_at_once(application: Path, tmp_path: Path) -> None:
    """One run gives JSON and both kinds of report."""
    files = [tmp_path / name for name in ("r.json", "r.docx", "r.pdf")]
    assert main(["assess", str(application), *OPTIONS, "--quiet", "--json", str(files[0]),
                 "--report", str(files[1]), "--report", str(files[2])]) == 0
    assert json.loads(files[0].read_bytes())["overall"]
    assert files[1].read_bytes().startswith(b"PK")
    assert files[2].read_bytes().startswith(b"%PDF")


def test_the_same_application_is_the_same_bytes(application: Path, tmp_path: Path) -> None:
    """Neither the order of the files, nor hash seed, time zone or locale changes a byte."""
    (application / "承诺.txt").write_text("近三年未出现科研诚信问题。\n", encoding="utf-8")
    files = sorted(application.iterdir())
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    for order, target, environment in (
            (files, first, {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"}),
            (files[::-1], second, {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"})):
        assert run("assess", *order, *OPTIONS, "--json", target, environment=environment).returncode == 0
    assert first.read_bytes() == second.read_bytes()


def test_facts_lists_what_was_found(application: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`guohe facts` shows figures with their quotes, and no outcome."""
    assert main(["facts", str(application), "--date", "2024-06-15"]) == 0
    out = capsys.readouterr().out
    assert "23篇" in out
    assert "“近三年，中心在所申报领域发表SCI或EI论文23篇" in out
    assert "材料不足" not in out


def test_facts_of_sentences_come_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A batch writes one object a line with id and facts; a line that cannot be used is named, the others go on."""
    batch = tmp_path / "s.jsonl"
    lines = [{"id": "s1", "text": PAPERS, "application_date": "2024-06-15"}, {"id": "s2"},
             {"id": 3, "text": "无。", "application_date": "2024-06-15"}]
    batch.write_text("\n".join([*(json.dumps(line) for line in lines), "not json"]), encoding="utf-8")
    assert main(["facts", "--batch", str(batch)]) == 0
    captured = capsys.readouterr()
    rows = [json.loads(line) for line in captured.out.splitlines()]
    assert [row["id"] for row in rows] == ["s1", "3"]
    assert (rows[0]["facts"]["sci_ei_papers"]["low"], rows[1]["facts"]) == (23, {})
    assert "第 2 行" in captured.err
    assert "第 4 行" in captured.err


def test_ask_answers_from_the_policy(capsys: pytest.CaptureFixture[str]) -> None:
    """The figure with its clause; the JSON has the agreed fields."""
    assert main(["ask", "国际联合研究中心要求多少篇论文？"]) == 0
    assert "20篇" in capsys.readouterr().out
    assert main(["ask", "国际联合研究中心要求多少篇论文？", "--json", "-"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert list(body)[:6] == ["question", "answer", "answerable", "verdict", "citations", "mode"]
    assert body["citations"][0]["ref"] == "第八条（二）"


def test_ask_answers_in_the_language_of_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    """An English question has an English answer without any option."""
    assert main(["ask", "How many papers does a joint research center need?"]) == 0
    assert "Article 8(2)" in capsys.readouterr().out


def test_questions_of_a_batch_are_answered_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object a line with its id; an empty question is named and the others go on."""
    batch, out = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    batch.write_text("\n".join(json.dumps(line) for line in (
        {"id": "q1", "question": "年度总结什么时候交？"}, {"id": "q2", "question": " "})), encoding="utf-8")
    assert main(["ask", "--batch", str(batch), "--json", str(out)]) == 0
    (row,) = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert (row["id"], row["answerable"]) == ("q1", True)
    assert "第 2 行" in capsys.readouterr().err


def test_ask_takes_the_base_type_from_the_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --case, the form's 基地类型 says what is applied for; without it, the option is asked for."""
    form = tmp_path / "申报书.txt"
    form.write_text("基地类型：国际联合研究中心\n" + PAPERS, encoding="utf-8")
    assert main(["ask", "论文够不够？", "--case", str(form), "--date", "2024-06-15"]) == 0
    capsys.readouterr()
    form.write_text("基地类型：□国际创新园 □国际联合研究中心\n" + PAPERS, encoding="utf-8")
    assert main(["ask", "论文够不够？", "--case", str(form), "--date", "2024-06-15"]) == 2
    assert "--base-type" in capsys.readouterr().err


def make_case(root: Path, name: str, **content: object) -> None:
    documents = root / name / "documents"
    documents.mkdir(parents=True)
    (documents / "申报书.txt").write_text(PAPERS, encoding="utf-8")
    (root / name / "case.json").write_text(json.dumps(content), encoding="utf-8")


def test_a_batch_of_cases_goes_on_after_a_bad_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each case becomes OUT_DIR/<id>.json; one that cannot be assessed is named."""
    good = {"base_type": "joint_research_center", "application_date": "2024-06-15"}
    make_case(tmp_path / "cases", "a", id="one", **good)
    make_case(tmp_path / "cases", "b", id="../two", **good)
    make_case(tmp_path / "cases", "c", id="three", base_type="none", application_date="2024-06-15")
    make_case(tmp_path / "cases", "d", id="four", base_type="joint_research_center", application_date="2024-02-31")
    make_case(tmp_path / "cases", "e", id="one", **good)
    out = tmp_path / "out"
    assert main(["assess", "--batch", str(tmp_path / "cases"), "--json", str(out)]) == 0
    assert [path.name for path in out.iterdir()] == ["one.json"]
    err = capsys.readouterr().err
    assert all(f"案例 {name} " in err for name in "bcde")


def test_a_case_is_judged_by_its_documents_only(tmp_path: Path) -> None:
    """Of case.json only id, base type, date and applicant are read: gold answers beside them change nothing."""
    plain = {"base_type": "joint_research_center", "application_date": "2024-06-15"}
    make_case(tmp_path / "cases", "a", id="a", **plain)
    make_case(tmp_path / "cases", "b", id="b", **plain, facts={"sci_ei_papers": 99}, summary="qualifies", overall="x")
    (tmp_path / "cases" / "b" / "gold.json").write_text('{"overall": "x"}', encoding="utf-8")
    out = tmp_path / "out"
    assert main(["assess", "--batch", str(tmp_path / "cases"), "--json", str(out)]) == 0
    assert (out / "a.json").read_bytes() == (out / "b.json").read_bytes()


def test_a_batch_without_one_good_case_fails(tmp_path: Path) -> None:
    """Nothing done is status 2."""
    make_case(tmp_path / "cases", "a", id="a", base_type="none", application_date="2024-06-15")
    assert main(["assess", "--batch", str(tmp_path / "cases"), "--json", str(tmp_path / "out")]) == 2


def test_an_unreadable_file_is_named_and_the_others_are_read(application: Path,
                                                             capsys: pytest.CaptureFixture[str]) -> None:
    """One corrupt file does not stop an assessment; it stands in the warnings of its document."""
    (application / "坏.pdf").write_bytes(b"%PDF-1.7 broken")
    assert main(["assess", str(application), *OPTIONS, "--json", "-"]) == 0
    body = json.loads(capsys.readouterr().out)
    documents = {document["name"]: document["warnings"] for document in body["documents"]}
    assert documents["坏.pdf"]
    assert documents["申报书.txt"] == []
    assert body["facts"]["sci_ei_papers"]["low"] == 23


@pytest.mark.parametrize(("language", "heads"), [("zh", {"参数：", "选项："}), ("en", {"arguments:", "options:"})])
def test_help_has_the_punctuation_of_its_language(capsys: pytest.CaptureFixture[str], language: str, heads: set[str]
                                                  ) -> None:
    """And no option that means nothing to the command."""
    with pytest.raises(SystemExit) as left:
        main(["policy", "check", "--lang", language, "--help"])
    assert left.value.code == 0
    said = capsys.readouterr().out
    assert {line for line in said.splitlines() if line.endswith((":", "："))} == heads
    assert "--policy" not in said


def test_policy_check_says_what_a_sound_folder_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """The shipped policy passes."""
    assert main(["policy", "check", str(ROOT / "policy_corpus" / "cq-base-measures-draft")]) == 0
    assert "37 项条件" in capsys.readouterr().out


def test_policy_check_says_file_line_and_mend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every mistake of a folder on a line of its own: file, line, what is wrong and how to mend it."""
    shutil.copytree(ROOT / "policy_corpus" / "cq-base-measures-draft", tmp_path, dirs_exist_ok=True)
    criteria = tmp_path / "criteria.yaml"
    criteria.write_text(criteria.read_text(encoding="utf-8").replace("bar: 20\n", "bar: 21\n"), encoding="utf-8")
    assert main(["policy", "check", str(tmp_path), "--lang", "en"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("criteria.yaml:")
    assert "8.2.papers" in line


def test_another_policy_folder_is_used_when_named(application: Path, tmp_path: Path,
                                                  capsys: pytest.CaptureFixture[str]) -> None:
    """`--policy DIR` assesses by that folder, and the result names it."""
    folder = shutil.copytree(ROOT / "policy_corpus" / "cq-base-measures-draft", tmp_path / "policy")
    head = folder / "policy.yaml"
    head.write_text(head.read_text(encoding="utf-8").replace("id: cq-base-measures-draft", "id: another"), "utf-8")
    assert main(["assess", str(application), *OPTIONS, "--policy", str(folder), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["policy"]["id"] == "another"


# Language -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("arguments", "environment", "expected"), [
    ([], {}, "zh"),
    (["assess", "--lang", "en"], {}, "en"),
    (["--lang=en"], {"GUOHE_LANG": "zh"}, "en"),
    ([], {"GUOHE_LANG": "en"}, "en"),
    (["ask", "--", "--lang", "en"], {}, "zh"),
])
def test_the_option_wins_over_the_environment(arguments: list[str], environment: dict[str, str], expected: str) -> None:
    """--lang, then GUOHE_LANG, then Chinese."""
    assert language_of(arguments, environment) == expected


def test_english_is_english_and_quotes_stay(application: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Labels and explanations are English, evidence stays as it stands in the document."""
    assert main(["assess", str(application), *OPTIONS, "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert "Article 8(2)" in out
    assert "23 papers" in out
    assert "“近三年，中心在所申报领域发表SCI或EI论文23篇" in out


def test_both_languages_have_every_text() -> None:
    """No command or message misses a translation."""
    chinese, english = texts("zh"), texts("en")
    assert chinese["help"].keys() == english["help"].keys()
    assert chinese["messages"].keys() == english["messages"].keys()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("command", [["assess"], ["facts"], ["ask"], ["retrieve"], ["policy", "check"], ["serve"], []])
def test_every_command_has_help(command: list[str], language: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--help works for each command in both languages."""
    with pytest.raises(SystemExit) as leaving:
        main([*command, "--lang", language, "--help"])
    assert leaving.value.code == 0
    assert texts(language)["help"]["usage"].strip() in capsys.readouterr().out


# Errors ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("arguments", "expected"), [
    ([], "缺少 命令"),
    (["frobnicate"], "frobnicate"),
    (["assess"], "没有给出申报材料"),
    (["assess", "无此文件.docx", *OPTIONS], "无此文件.docx"),
    (["assess", "{}", "--date", "2024-06-15"], "--base-type"),
    (["assess", "{}", "--date", "2024-06-15"], "overseas_innovation_center（海外科技创新中心）"),
    (["assess", "{}", "--base-type", "park"], "innovation_park"),
    (["assess", "{}", "--base-type", "innovation_park", "--date", "2024-02-30"], "2024-02-30"),
    (["assess", "{}", "--base-type", "innovation_park", "--date", "20240615"], "YYYY-MM-DD"),
    (["assess", "{}", "--base-type", "innovation_park", "--date", "0001-01-01"], "0001-01-01"),
    (["assess", "{}", *OPTIONS, "--json"], "--json"),
    (["assess", "{}", *OPTIONS, "--json", "/nonexistent/r.json"], "/nonexistent"),
    (["assess", "{}", *OPTIONS, "--json", "{}"], "文件夹"),
    (["assess", "{}", *OPTIONS, "--report", "r.txt"], ".docx"),
    (["assess", "{}", *OPTIONS, "--report", "{}/r.docx"], "下次会被当作申报材料"),
    (["assess", "{}/申报书.txt", *OPTIONS, "--json", "{}/申报书.txt"], "待审材料之一"),
    (["assess", "{}", *OPTIONS, "--policy", "{}"], "policy.yaml"),
    (["assess", "{}", *OPTIONS, "--frobnicate"], "--frobnicate"),
    (["assess", "--batch", "{}", "--json", "-"], "--json"),
    (["assess", "--batch", "{}", "--json", "{}/out"], "没有案例"),
    (["facts", "--batch", "无.jsonl"], "无.jsonl"),
    (["ask"], "--batch"),
    (["ask", ""], "空"),
    (["ask", "论文要几篇", "--base-type", "innovation_park"], "--case"),
    (["ask", "论文要几篇", "--case", "无此文件"], "无此文件"),
    (["retrieve", "--corpus", "{}/申报书.txt"], "--batch"),
    (["retrieve", "--corpus", "{0}/申报书.txt", "--batch", "{0}/申报书.txt", "--top", "0"], "--top"),
    (["policy", "check", "无此文件夹"], "无此文件夹"),
    (["--lang", "fr", "assess"], "fr"),
])
def test_unusable_input_is_one_line_and_status_2(arguments: list[str], expected: str, application: Path,
                                                 capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong stands on one line of standard error; nothing is on standard output."""
    assert main([argument.replace("{0}", "{}").format(application) for argument in arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert line.startswith("guohe: ")
    assert expected in line


def test_an_empty_folder_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without documents is unusable."""
    assert main(["assess", str(tmp_path), *OPTIONS]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_an_error_speaks_english_too(capsys: pytest.CaptureFixture[str]) -> None:
    """The same line in English."""
    assert main(["assess", "missing.docx", *OPTIONS, "--lang", "en"]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_an_unexpected_error_is_one_line_without_a_trace(application: Path, monkeypatch: pytest.MonkeyPatch,
                                                         capsys: pytest.CaptureFixture[str]) -> None:
    """A mistake of ours is named in one line; GUOHE_DEBUG shows where it is."""
    def fail(*_: object) -> int:
        raise ZeroDivisionError("1\n2")

    monkeypatch.setattr(assess, "_one", fail)
    assert main(["assess", str(application), *OPTIONS]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError" in line
    monkeypatch.setenv("GUOHE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["assess", str(application), *OPTIONS])


def test_an_interruption_is_quiet(application: Path, monkeypatch: pytest.MonkeyPatch,
                                  capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C ends with status 130 and one line."""
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(assess, "_one", interrupted)
    assert main(["assess", str(application), *OPTIONS]) == 130
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_closed_pipe_is_quiet(application: Path) -> None:
    """`guohe … | head -1` leaves no trace on standard error."""
    command = [sys.executable, "-m", "api.cli", "assess", str(application), *OPTIONS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        error = process.stderr.read()
        assert process.wait() == 0
    assert error == b""


def test_names_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A control sequence in a file's name or text comes out without its control characters."""
    evil = tmp_path / "表\x1b[2J\u202e.txt"
    evil.write_text(PAPERS.replace("论文23篇", "论文\x1b[31m\u202e23篇") + PAPERS, encoding="utf-8")
    assert main(["assess", str(tmp_path), *OPTIONS]) == 0
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err
    assert "\u202e" not in captured.out + captured.err


# Files ----------------------------------------------------------------------------------------------------------------

def test_an_existing_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails in the middle leaves the old file and no half-written one."""
    target = tmp_path / "r.json"
    target.write_text("old", encoding="utf-8")
    outputs.write(b"new", str(target))
    assert target.read_text(encoding="utf-8") == "new"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(PathError, match="No space left"):
        outputs.write(b"newer", str(target))
    assert target.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_is_followed_and_a_device_is_not_replaced(tmp_path: Path) -> None:
    """The file behind a link changes, the link stays; /dev/null stays a device."""
    target, link = tmp_path / "real.json", tmp_path / "link.json"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    outputs.write(b"new", str(link))
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    outputs.write(b"new", os.devnull)
    assert not Path(os.devnull).is_file()


def test_a_report_among_the_documents_is_refused(application: Path) -> None:
    """It would be read as evidence the next time."""
    with pytest.raises(UsageError):
        outputs.check_target(str(application / "sub" / ".." / "r.pdf"), [application])
    outputs.check_target(str(application / "r.json"), [application])


# Start ----------------------------------------------------------------------------------------------------------------

def imported(*arguments: object) -> set[str]:
    """The heavy packages that a command loads."""
    code = ("import sys\nfrom api.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
            f"print('LOADED', *[name for name in {HEAVY!r} if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, cwd=ROOT,
                          encoding="utf-8", check=True)
    return set(done.stdout.rsplit("LOADED", 1)[1].split())


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["assess", "--help"], ["ask", "--help"]])
def test_starting_loads_nothing_heavy(arguments: list[str]) -> None:
    """Help and version cost no more than the standard library and YAML."""
    assert imported(*arguments) == set()


def test_a_text_application_loads_nothing_heavy(application: Path, tmp_path: Path) -> None:
    """Without Word, PDF, pictures or questions none of their libraries is loaded."""
    assert imported("assess", application, *OPTIONS, "--quiet", "--json", tmp_path / "r.json") == set()


def test_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    """`guohe --version` says what is installed."""
    from api import __version__

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"guohe {__version__}\n"


def test_the_installed_command_runs() -> None:
    """The console script is `guohe`."""
    import tomllib

    settings: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["scripts"]["guohe"] == "api.cli:main"
    assert run("--version").stdout.startswith("guohe ")
