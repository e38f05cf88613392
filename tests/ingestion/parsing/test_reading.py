"""From paths to documents: what is read, in which order, and what is said about the rest."""
from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from ingestion.domain import Document
from ingestion.errors import PathError
from ingestion.reading import collect, read_all
from tests.support.word_samples import package, paragraph


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "材料"
    (root / "附件").mkdir(parents=True)
    (root / "b.txt").write_text("近三年发表论文22篇。", encoding="utf-8")
    (root / "附件" / "a.md").write_text("# 清单\n- 执照\n", encoding="utf-8")
    (root / "申报书.docx").write_bytes(package(paragraph("正文。")))
    return root


def codes(documents: list[Document]) -> dict[str, list[str]]:
    return {document.name: [notice.code for notice in document.notices] for document in documents}


def test_folder_whole(folder: Path) -> None:
    """A folder is read with the folders in it, in the order of names that start below it."""
    assert [(document.name, document.kind) for document in read_all([folder])] == [
        ("b.txt", "text"), ("申报书.docx", "docx"), ("附件/a.md", "text")]


def test_order_of_paths_changes_nothing(folder: Path) -> None:
    """The order in which paths are given, or given twice, changes nothing."""
    one, two = folder / "b.txt", folder / "申报书.docx"
    assert read_all([one, two]) == read_all([two, one, two])
    assert read_all([folder]) == read_all([folder, one])


def test_litter_is_passed_over(folder: Path) -> None:
    """Hidden files, lock files and thumbnails are passed over without a word."""
    for name in (".DS_Store", "~$申报书.docx", "Thumbs.db"):
        (folder / name).write_bytes(b"x")
    (folder / ".git").mkdir()
    (folder / ".git" / "c.txt").write_text("x", encoding="utf-8")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "b.txt").write_text("x", encoding="utf-8")
    assert len(read_all([folder])) == 3


def test_unreadable_files_are_named(folder: Path) -> None:
    """What cannot be read is a document without text whose one notice says why, in both languages."""
    (folder / "c.exe").write_bytes(b"MZ\x90")
    (folder / "d.docx").write_bytes(b"")
    (folder / "e.docx").write_bytes(package(paragraph("正文。"))[:400])
    (folder / "f.xyz").write_bytes(b"text")
    documents = {document.name: document for document in read_all([folder])}
    assert {name: documents[name].notices[0].code for name in ("c.exe", "d.docx", "e.docx", "f.xyz")} == {
        "c.exe": "unsupported", "d.docx": "empty", "e.docx": "corrupt", "f.xyz": "unsupported"}
    assert all(document.text == "" and document.notices[0].text and document.notices[0].text_en
               for name, document in documents.items() if name[0] in "cdef")
    assert documents["b.txt"].text == "近三年发表论文22篇。"


def test_same_file_twice(folder: Path) -> None:
    """The second file of the same bytes is not read; its notice names the first."""
    (folder / "z.txt").write_bytes((folder / "b.txt").read_bytes())
    last = next(document for document in read_all([folder]) if document.name == "z.txt")
    assert (last.text, last.notices[0].code, "b.txt" in last.notices[0].text) == ("", "duplicate_file", True)


def test_zip_is_opened(folder: Path) -> None:
    """A zip's files stand below its name; a zip inside is named; an empty one and a broken one are named."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("目录/论文.txt", "论文5篇。")
        zipped.writestr("内.zip", b"PK\x05\x06" + b"\0" * 18)
    (folder / "包.zip").write_bytes(buffer.getvalue())
    (folder / "空.zip").write_bytes(b"PK\x05\x06" + b"\0" * 18)
    (folder / "坏.zip").write_bytes(buffer.getvalue()[:60])
    found = codes(read_all([folder]))
    assert {name: found[name] for name in found if "zip" in name} == {
        "包.zip/目录/论文.txt": [], "包.zip/内.zip": ["nested_archive"], "空.zip": ["empty_archive"],
        "坏.zip": ["corrupt"]}


def test_document_named_zip(folder: Path) -> None:
    """A docx that is named .zip is read as what it is."""
    (folder / "g.zip").write_bytes(package(paragraph("另文。")))
    assert [document.kind for document in read_all([folder / "g.zip"])] == ["docx"]


def test_same_names_in_two_folders(folder: Path, tmp_path: Path) -> None:
    """Files of the same name from two folders are told apart by their folders."""
    other = tmp_path / "补充"
    other.mkdir()
    (other / "b.txt").write_text("另一份。", encoding="utf-8")
    assert [source.name for source in collect([folder / "b.txt", other])] == ["材料/b.txt", "补充/b.txt"]


def test_missing_path(tmp_path: Path) -> None:
    """A path that is not there is an error with its name."""
    with pytest.raises(PathError, match=r"没有\.docx.*does not exist") as caught:
        read_all([tmp_path / "没有.docx"])
    assert "不存在" in caught.value.chinese


def test_empty_folder(tmp_path: Path) -> None:
    """A folder without files, or with litter only, is an error; so is no path at all."""
    (tmp_path / ".DS_Store").write_bytes(b"x")
    for paths in ([tmp_path], []):
        with pytest.raises(PathError):
            read_all(paths)


def test_progress(folder: Path) -> None:
    """Progress is told before each file, and at the end."""
    told: list[tuple[int, int, str]] = []
    read_all([folder], lambda *step: told.append(step))
    assert told == [(0, 3, "b.txt"), (1, 3, "申报书.docx"), (2, 3, "附件/a.md"), (3, 3, "")]


def test_links_out_of_the_folder(folder: Path) -> None:
    """A link to a folder is not followed, so that no loop and no other folder is read."""
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    assert len(read_all([folder])) == 3
