"""Files of a case: stored once, refused with reasons, read, shown page by page."""
from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from api.service.cases import files as files_module
from api.service.cases.files import clean_name
from api.store.files import spooled
from api.store.models import Doomed, File
from api.store.rows import INSTALLATION
from tests.support.places import EXAMPLE
from tests.support.web_samples import APPLICATION, Client, Installation, installation

pytestmark = pytest.mark.usefixtures("store")

TEXT = APPLICATION.encode()
PDF = EXAMPLE / "证照与承诺书.pdf"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, store: str) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("site"), GUOHE_CASE_FILES="6", GUOHE_UPLOAD_MB="2") as made:
        yield made


@pytest.fixture
def me(site: Installation) -> Client:
    return site.client()


def packed(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, data in members:
            made.writestr(name, data)
    return stream.getvalue()


def outcomes(added: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(one["name"], one["added"], one["code"]) for one in added]


def test_files_are_stored_with_their_paths(me: Client) -> None:
    """As they lay in the folder that was dropped; listed by name."""
    case = me.case()
    answer = me.post(f"/api/v1/cases/{case}/files", files=[("files", ("b.txt", b"two")), ("files", ("a.txt", b"one"))],
                     data={"paths": ["附件/b.txt", "附件/a.txt"]})
    assert outcomes(answer.json()) == [("附件/b.txt", "stored", ""), ("附件/a.txt", "stored", "")]
    listed = me.get(f"/api/v1/cases/{case}/files").json()
    assert [(one["name"], one["state"], one["size"]) for one in listed] == [
        ("附件/a.txt", "waiting", 3), ("附件/b.txt", "waiting", 3)]


def test_the_same_content_twice_is_named_and_not_stored(me: Client) -> None:
    """Whether in one upload or later, under whatever name."""
    case = me.case()
    first = me.upload(case, ("a.txt", TEXT), ("copy.txt", TEXT))
    again = me.upload(case, ("third.txt", TEXT))
    assert [one["added"] for one in first + again] == ["stored", "same", "same"]
    assert again[0]["other"] == "a.txt"
    assert len(me.get(f"/api/v1/cases/{case}/files").json()) == 1


def test_other_content_under_a_name_replaces_the_file(me: Client) -> None:
    """It is said that it was replaced, never done silently."""
    case = me.case()
    (old,), (new,) = me.upload(case, ("a.txt", TEXT)), me.upload(case, ("a.txt", TEXT + b"more"))
    assert (old["added"], new["added"]) == ("stored", "replaced")
    (listed,) = me.get(f"/api/v1/cases/{case}/files").json()
    assert listed["id"] == new["file"]["id"]
    assert me.get(f"/api/v1/cases/{case}/files/{old['file']['id']}").status_code == 404


def test_a_zip_of_documents_is_opened(me: Client) -> None:
    """Each member is a file of its own; what systems leave behind is passed over, a docx stays whole."""
    case = me.case()
    data = packed(("申报书.txt", TEXT), ("附件/清单.csv", b"1,2"), ("__MACOSX/._x", b"x"), ("空.txt", b""))
    assert sorted(outcomes(me.upload(case, ("材料.zip", data)))) == [
        ("材料/申报书.txt", "stored", ""), ("材料/空.txt", "refused", "file_empty"),
        ("材料/附件/清单.csv", "stored", "")]
    word = packed(("word/document.xml", b"<x/>"), ("[Content_Types].xml", b"<x/>"))
    assert outcomes(me.upload(case, ("a.docx", word))) == [("a.docx", "stored", "")]


@pytest.mark.parametrize(("name", "data", "code"), [
    ("empty.txt", b"", "file_empty"), ("film.mp4", b"\x00\x01\x02" * 9, "unsupported"),
    ("a.zip", packed(("../up.txt", b"x")), "unsafe"), ("b.zip", packed(), "zip_empty"),
    ("large.txt", b"x" * 2_000_001, "too_large")])
def test_a_file_that_cannot_be_taken_says_why(me: Client, name: str, data: bytes, code: str) -> None:
    """It is refused by itself, the others of its upload are stored."""
    case = me.case()
    added = me.upload(case, *([("good.txt", TEXT)] if len(data) < 1_000_000 else []), (name, data))
    refused = next(one for one in added if one["added"] == "refused")
    assert refused["code"] == code
    assert refused["message"]
    assert refused["message_en"]
    assert len(me.get(f"/api/v1/cases/{case}/files").json()) == len(added) - 1


def test_an_upload_beyond_the_limit_is_turned_away_before_it_is_read(me: Client) -> None:
    """By the length that it announces."""
    answer = me.post(f"/api/v1/cases/{me.case()}/files", files=[("files", ("a.txt", b"x" * 3_000_000))])
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_a_case_holds_so_many_files(me: Client) -> None:
    """Those beyond are refused, one by one."""
    added = me.upload(me.case(), *((f"{number}.txt", str(number).encode()) for number in range(8)))
    assert [one["added"] for one in added] == ["stored"] * 6 + ["refused"] * 2
    assert added[-1]["code"] == "case_full"


def test_a_request_without_files_is_told_so(me: Client) -> None:
    """An empty form is no upload."""
    answer = me.post(f"/api/v1/cases/{me.case()}/files", data={"paths": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "no_upload")


@pytest.mark.parametrize(("given", "kept"), [
    ("C:\\temp\\申报书.docx", "C:/temp/申报书.docx"), ("../../etc/passwd", "etc/passwd"), ("/a//b.txt", "a/b.txt"),
    ("gpj\u202etxt.exe", "gpjtxt.exe"), ("a\x00\r\nb.txt", "ab.txt"), ("", "未命名"), ("e\u0301.txt", "é.txt"),
    ("长" * 400 + ".docx", "长" * 295 + ".docx")])
def test_names_are_harmless_paths(given: str, kept: str) -> None:
    """No way up, nothing that hides or turns characters around, never longer than can be kept."""
    assert clean_name(given) == kept


def test_a_file_comes_back_as_it_was_and_only_to_be_saved(me: Client) -> None:
    """Strangers made it: the browser must not run it in our name."""
    case = me.case()
    (added,) = me.upload(case, ("网页.txt", b"<script>alert(1)</script>"))
    answer = me.get(f"/api/v1/cases/{case}/files/{added['file']['id']}/content")
    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_document_is_read_once_and_shown(me: Client, site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening it before any assessment reads it; after that nobody reads it again."""
    from ingestion.parsing.sandbox import wall

    case = me.case()
    (added,) = me.upload(case, ("申报书.txt", TEXT + "唯一".encode()))
    path = f"/api/v1/cases/{case}/files/{added['file']['id']}"
    shown = me.get(f"{path}/document").json()
    assert "发表SCI论文23篇" in shown["text"]
    assert me.get(path).json()["state"] == "done"
    monkeypatch.setattr(wall, "read", None)
    site.services.documents.reader._recent.clear()
    assert me.get(f"{path}/document").json() == shown


def test_a_file_that_gives_no_text_says_why(me: Client) -> None:
    """Its state and its notice, in both languages."""
    case = me.case()
    (added,) = me.upload(case, ("坏.pdf", b"%PDF-1.7 not really"))
    me.get(f"/api/v1/cases/{case}/files/{added['file']['id']}/document")
    (file,) = me.get(f"/api/v1/cases/{case}/files").json()
    assert file["state"] == "unread"
    assert file["notices"][0]["text"]
    assert file["notices"][0]["text_en"]


def test_a_page_of_a_pdf_is_a_picture(me: Client) -> None:
    """At the scale asked for; the browser keeps it and asks by its tag."""
    case = me.case()
    (added,) = me.upload(case, ("页.pdf", PDF.read_bytes()))
    path = f"/api/v1/cases/{case}/files/{added['file']['id']}/pages/1"
    answer = me.get(f"{path}?scale=0.5")
    picture = Image.open(io.BytesIO(answer.content))
    page = me.get(path.replace("/pages/1", "/document")).json()["pages"][0]
    assert abs(picture.width - page["width"] * 0.5) <= 1
    assert "private" in answer.headers["cache-control"]
    again = me.get(f"{path}?scale=0.5", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    beyond = me.get(path.replace("/pages/1", "/pages/9"))
    assert (beyond.status_code, beyond.json()["error"]["code"]) == (404, "no_such_page")


def test_a_text_has_no_pictures(me: Client) -> None:
    """It is shown by its paragraphs."""
    case = me.case()
    (added,) = me.upload(case, ("a.txt", TEXT))
    answer = me.get(f"/api/v1/cases/{case}/files/{added['file']['id']}/pages/1")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_picture")


def test_a_file_that_an_assessment_rests_on_stays_until_the_case_goes(
        me: Client, site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of the case, but its evidence can still be opened; one that nothing rests on is gone once its removal can no
    longer be undone.
    """
    case = me.assessed(("a.txt", TEXT + b"a"))
    (file,) = me.get(f"/api/v1/cases/{case}/files").json()
    (unused,) = me.upload(case, ("b.txt", TEXT + b"b"))
    for file_id in (file["id"], unused["file"]["id"]):
        assert me.delete(f"/api/v1/cases/{case}/files/{file_id}").status_code == 204
    assert me.get(f"/api/v1/cases/{case}/files").json() == []
    assert me.get(f"/api/v1/cases/{case}/files/{file['id']}/document").status_code == 200
    assert site.services.context.contents.has(unused["file"]["sha256"])
    monkeypatch.setattr(files_module, "KEPT", timedelta(0))
    site.services.files.sweep()
    assert me.get(f"/api/v1/cases/{case}/files/{unused['file']['id']}").status_code == 404
    assert not site.services.context.contents.has(unused["file"]["sha256"])
    assert me.delete(f"/api/v1/cases/{case}/files/{file['id']}").status_code == 404


def test_a_removal_is_undone(me: Client, site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within its hour, by its owner alone, and not over another file that has taken its name."""
    case = me.case()
    (added,) = me.upload(case, ("a.txt", TEXT + b"undo"))
    path = f"/api/v1/cases/{case}/files/{added['file']['id']}"
    assert me.post(f"{path}/restore").status_code == 404      # it is there
    me.delete(path)
    assert site.client().post(f"{path}/restore").status_code == 404
    assert me.post(f"{path}/restore").json()["name"] == "a.txt"
    assert [one["id"] for one in me.get(f"/api/v1/cases/{case}/files").json()] == [added["file"]["id"]]
    me.delete(path)
    me.upload(case, ("a.txt", TEXT + b"another"))
    answer = me.post(f"{path}/restore")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "file_there")
    monkeypatch.setattr(files_module, "KEPT", timedelta(0))
    assert me.post(f"{path}/restore").status_code == 404


def test_a_crash_while_deleting_leaves_nothing_behind(me: Client, site: Installation,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    """What was to be deleted is noted in the same transaction, and the next sweep does it."""
    case = me.case()
    (added,) = me.upload(case, ("a.txt", TEXT + b"crash"))
    monkeypatch.setattr(files_module.CaseFiles, "sweep", lambda _self: None)
    me.delete(f"/api/v1/cases/{case}")
    monkeypatch.undo()
    sha256 = added["file"]["sha256"]
    with site.services.context.database.reading(INSTALLATION) as session:
        assert session.get(Doomed, sha256) is not None
    site.services.files.sweep()
    assert not site.services.context.contents.has(sha256)
    with site.services.context.database.reading(INSTALLATION) as session:
        assert session.scalars(select(File).where(File.sha256 == sha256)).all() == []
        assert session.get(Doomed, sha256) is None


def test_what_a_crash_in_the_middle_of_an_upload_left_is_found(me: Client, site: Installation) -> None:
    """Bytes without a row are deleted at the next start; everything else stays."""
    case = me.case()
    (added,) = me.upload(case, ("a.txt", TEXT + b"stays"))
    orphan, sha256, _ = spooled(io.BytesIO(b"nobody's"), 100)
    contents = site.services.context.contents
    contents.put(sha256, orphan)
    contents.put_made("f" * 64, "txt-0.json.z", b"of a version before")
    site.services.files.sweep_all()
    assert not contents.has(sha256)
    assert contents.made("f" * 64, "txt-0.json.z") is None
    assert contents.has(added["file"]["sha256"])


def test_a_hidden_document_is_stored_and_what_is_passed_over_is_said(me: Client) -> None:
    """A name that begins with a dot hides no document; where nothing else was sent, litter is named."""
    case = me.case()
    added = me.upload(case, (".申报书.docx", "近三年发表SCI论文23篇。".encode()))
    assert [(one["name"], one["added"]) for one in added] == [(".申报书.docx", "stored")]
    added = me.upload(case, (".DS_Store", b"x"), ("._申报书.docx", b"x"), ("~$报书.docx", b"x"))
    assert [(one["added"], one["code"]) for one in added] == [("refused", "system_file")] * 3
    assert len(me.upload(case, (".DS_Store", b"x"), ("a.txt", b"SCI"))) == 1
