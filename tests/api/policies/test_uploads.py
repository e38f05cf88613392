"""The text of a policy comes in the encodings and the kinds of file that offices use, and is never read as rubbish."""
from __future__ import annotations

import io
from collections.abc import Iterator

import docx
import pytest

from api.errors import Failure
from api.service.governance.versions import Versions
from api.service.policies import folders
from api.service.records import Actor, Role
from tests.support import policy_samples
from tests.support.web_samples import Installation, installation

CHANGED = policy_samples.text(policy_samples.PAPERS)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture
def staff(site: Installation) -> Actor:
    return site.client(Role.POLICY_STAFF).actor


@pytest.fixture
def versions(site: Installation) -> Versions:
    return site.services.policy_work.versions


def word(text: str) -> bytes:
    made = docx.Document()
    for line in text.split("\n"):
        made.add_paragraph(line)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(("name", "data"), [
    ("办法.txt", CHANGED.encode("gb18030")), ("办法.txt", CHANGED.encode("utf-16")),
    ("办法.txt", b"\xef\xbb\xbf" + CHANGED.encode()), ("办法.txt", CHANGED.replace("\n", "\r\n").encode("gb18030")),
    ("办法.docx", word(CHANGED))], ids=["GB18030", "UTF-16", "UTF-8 with mark", "GB18030 of Windows", "Word"])
def test_the_same_text_in_other_files_is_the_same(versions: Versions, staff: Actor, name: str, data: bytes) -> None:
    """Every article and item is found, and only what changed differs."""
    made = versions.upload_document(staff, data, name, "1.1.0")
    assert "�" not in versions.file(staff, made.line.id, "text.txt")
    found = versions.difference(staff, made.line.id)
    assert [(one.change, one.ref) for one in found.clauses if one.ref] == [("changed", "第八条（二）")]
    assert (found.criteria[0].state, found.criteria[0].suggested_bar) == ("gone", 25)


def test_a_folder_in_gb18030_is_kept_in_utf8(versions: Versions, staff: Actor) -> None:
    """Its digest goes along, so that it is as sound as the same folder in UTF-8."""
    sound = policy_samples.stricter()
    converted = {name: content.decode().encode("gb18030") if folders.readable(name) else content
                 for name, content in sound.items()}
    converted["policy.yaml"] = sound["policy.yaml"].decode().replace(
        policy_samples.digest(sound["text.txt"]), policy_samples.digest(converted["text.txt"])).encode("gb18030")
    made = versions.upload(staff, policy_samples.zipped(converted))
    assert made.problems == ()
    assert versions.file(staff, made.line.id, "text.txt") == sound["text.txt"].decode()


def test_what_is_no_text_is_not_shown_as_one(versions: Versions, staff: Actor) -> None:
    """A table of numbers is neither a page of rubbish nor mended by it."""
    files = {**policy_samples.stricter("1.4.0"), "numbers.npz": b"PK\x03\x04\xa6\xff"}
    made = versions.upload(staff, policy_samples.zipped(files))
    for act in (lambda: versions.file(staff, made.line.id, "numbers.npz"),
                lambda: versions.mend(staff, made.line.id, made.line.digest, "numbers.npz", "1")):
        with pytest.raises(Failure) as raised:
            act()
        assert raised.value.code == "not_found"


@pytest.mark.parametrize(("name", "data", "said"), [
    ("办法.txt", CHANGED.encode("gb18030")[:4_000] + b"\xff\xff\xff" + CHANGED.encode("gb18030")[4_000:], "字符以"),
    ("办法.pptx", b"PK\x03\x04", "未能完整读取"), ("办法.txt", b"", "为空")])
def test_what_is_not_read_whole_is_refused_with_its_reason(versions: Versions, staff: Actor, name: str, data: bytes,
                                                         said: str) -> None:
    """Nothing with replaced characters becomes a draft."""
    with pytest.raises(Failure) as raised:
        versions.upload_document(staff, data, name, "1.1.0")
    assert (raised.value.code, said in raised.value.chinese) == ("policy_unread", True)


def test_a_file_comes_by_page_and_by_api(site: Installation) -> None:
    """Both take the file as it is."""
    staff = site.client(Role.POLICY_STAFF)
    sent = CHANGED.encode("gb18030")
    made = staff.post("/api/v1/policy/versions/document?version=1.2.0", files={"file": ("办法.txt", sent)})
    assert (made.status_code, made.json()["line"]["version"]) == (201, "1.2.0")
    page = staff.post("/policy/versions", files={"text": ("办法.txt", sent)},
                      data={"version": "1.3.0", "csrf": staff.http.headers["X-CSRF-Token"]})
    assert page.status_code == 200
    assert "25" in page.text
    assert "在所申报领域近三年发表SCI或EI论文25篇（含）以上" in page.text
