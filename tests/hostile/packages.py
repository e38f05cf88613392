"""Hostile zips, Word files and workbooks, by class."""
from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from tests.support.word_samples import NAMESPACES, OFFICE, package, paragraph, table, text_box

Maker = Callable[[random.Random], tuple[str, bytes]]
CLASSES: dict[str, Maker] = {}
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
CONTENT = "http://schemas.openxmlformats.org/package/2006/relationships"
WORDS = "近三年发表SCI论文23篇。"


def hostile(maker: Maker) -> Maker:
    CLASSES[maker.__name__] = maker
    return maker


def zipped(entries: Mapping[str, bytes | str], level: int = 6) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def word(body: str = "", **parts: bytes | str) -> dict[str, bytes | str]:
    """The parts of a small Word file, with those of `parts` (__ for /, _ before the suffix for a dot) added."""
    made: dict[str, bytes | str] = dict(opened(package(body or paragraph(WORDS))))
    return made | parts


def main_part(body: str, head: str = "") -> str:
    return f'<?xml version="1.0"?>{head}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>'


def workbook(sheet: str, *, strings: str = "", names: str = "", sheets: str = "", properties: str = "") -> bytes:
    listed = sheets or '<sheet name="表" sheetId="1" r:id="rId1"/>'
    relation = f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    if strings:
        relation += f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    overrides = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        f'spreadsheetml.{kind}+xml"/>' for part, kind in (("workbook", "sheet.main"), (
            "worksheets/sheet1", "worksheet"), ("sharedStrings", "sharedStrings")) if strings or part[0] != "s")
    entries = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
                               'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
                               f'+xml"/><Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{CONTENT}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
                       'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {S} xmlns:r="{OFFICE}">{properties}<sheets>{listed}</sheets>{names}</workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{CONTENT}">{relation}</Relationships>',
        "xl/worksheets/sheet1.xml": sheet if sheet.startswith("<?") else f"<worksheet {S}>{sheet}</worksheet>"}
    if strings:
        entries["xl/sharedStrings.xml"] = f"<sst {S}>{strings}</sst>"
    return zipped(entries, 1)


def one(cell: str) -> str:
    return f'<sheetData><row r="1">{cell}</row></sheetData>'


# Zips and Word files --------------------------------------------------------------------------------------------------

@hostile
def text_bomb(seed: random.Random) -> tuple[str, bytes]:
    run = f"<w:p><w:r><w:t>{'甲' * 1_000}</w:t></w:r></w:p>"
    return "a.docx", zipped(word() | {"word/document.xml": main_part(run * seed.randint(40_000, 60_000))}, 1)


@hostile
def many_paragraphs(seed: random.Random) -> tuple[str, bytes]:
    return "a.docx", zipped(word() | {"word/document.xml": main_part("<w:p/>" * seed.randint(1_900_000, 2_100_000))}, 1)


@hostile
def lying_sizes(seed: random.Random) -> tuple[str, bytes]:
    data = bytearray(zipped({"word/document.xml": b"<" + b"x" * 60_000_000, "a.txt": "x"}, 1))
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.find(mark)
        data[at + place:at + place + 4] = seed.randint(1, 1_000).to_bytes(4, "little")
    return "a.docx", bytes(data)


@hostile
def overlapping_entries(seed: random.Random) -> tuple[str, bytes]:
    """Every entry of the directory shares the bytes of the first."""
    count = seed.randint(500, 1_500)
    data = zipped({f"{number}.txt": b"0" * (30_000_000 if not number else 1) for number in range(count)}, 9)
    end = data.rfind(b"PK\x05\x06")
    start = int.from_bytes(data[end + 16:end + 20], "little")
    directory = bytearray(data[start:end])
    first, at = bytes(directory[16:28]), 0
    while at < len(directory):
        name, more, remark = struct.unpack_from("<HHH", directory, at + 28)
        directory[at + 16:at + 28] = first
        directory[at + 42:at + 46] = bytes(4)
        at += 46 + name + more + remark
    return "a.zip", data[:start] + bytes(directory) + data[end:]


@hostile
def nested_zip(seed: random.Random) -> tuple[str, bytes]:
    data = zipped({"a.txt": WORDS})
    for _ in range(seed.randint(20, 60)):
        data = zipped({"a.zip": data, "b.zip": data} if len(data) < 1_000_000 else {"a.zip": data})
    return "a.zip", data


@hostile
def sixty_thousand_entries(seed: random.Random) -> tuple[str, bytes]:
    return "a.zip", zipped({f"{seed.random()}.txt": b"" for _ in range(60_000)})


@hostile
def duplicate_names(_: random.Random) -> tuple[str, bytes]:
    buffer = io.BytesIO()
    import warnings
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as packed:
        warnings.simplefilter("ignore")
        for name, content in word().items():
            packed.writestr(name, content)
        packed.writestr("word/document.xml", main_part(paragraph("论文99篇。")))
    return "a.docx", buffer.getvalue()


@hostile
def unsafe_names(seed: random.Random) -> tuple[str, bytes]:
    name = seed.choice(["../../etc/passwd", "/etc/passwd", "..\\..\\a.txt", "C:\\a.txt", "a/../../b.txt"])
    return "a.zip", zipped({name: "x", "good.txt": WORDS})


@hostile
def symlink(seed: random.Random) -> tuple[str, bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        entry = zipfile.ZipInfo(seed.choice(["a.txt", "材料.txt"]))
        entry.external_attr = 0o120777 << 16
        packed.writestr(entry, "/etc/passwd")
    return "a.zip", buffer.getvalue()


@hostile
def doctype(seed: random.Random) -> tuple[str, bytes]:
    part = seed.choice(["word/document.xml", "word/styles.xml", "docProps/app.xml", "customXml/item1.dat"])
    return "a.docx", zipped(word() | {part: main_part(paragraph("x"), "<!DOCTYPE w [ ]>")})


@hostile
def external_entity(seed: random.Random) -> tuple[str, bytes]:
    target = seed.choice(["file:///etc/passwd", "http://127.0.0.1:9/x", "php://filter/x"])
    head = f'<!DOCTYPE w [<!ENTITY x SYSTEM "{target}">]>'
    return "a.docx", zipped(word() | {"word/document.xml": main_part("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", head)})


@hostile
def billion_laughs(_: random.Random) -> tuple[str, bytes]:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE w [<!ENTITY l0 "哈哈">{lines}]>'
    return "a.docx", zipped(word() | {"word/document.xml": main_part("<w:p><w:r><w:t>&l11;</w:t></w:r></w:p>", head)})


@hostile
def deep_nesting(seed: random.Random) -> tuple[str, bytes]:
    deep = seed.randint(200, 100_000)
    body = "<w:tbl><w:tr><w:tc>" * deep + paragraph(WORDS) + "</w:tc></w:tr></w:tbl>" * deep
    return "a.docx", zipped(word() | {"word/document.xml": main_part(body)}, 1)


@hostile
def huge_grid_span(seed: random.Random) -> tuple[str, bytes]:
    span = seed.choice([1_000_000, 2_147_483_647, 10 ** 30])
    body = (f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>{paragraph(WORDS)}</w:tc></w:tr>'
            f'<w:tr><w:trPr><w:gridBefore w:val="{span}"/></w:trPr><w:tc>{paragraph("x")}</w:tc></w:tr></w:tbl>')
    return "a.docx", zipped(word(body))


@hostile
def macro(seed: random.Random) -> tuple[str, bytes]:
    return "a.docm", zipped(word() | {"word/vbaProject.bin": seed.randbytes(5_000)})


@hostile
def external_relationship(seed: random.Random) -> tuple[str, bytes]:
    parts = word()
    name = "word/_rels/document.xml.rels"
    target = seed.choice(["http://127.0.0.1:9/t.dotm", "file://server/share/x", "\\\\server\\x"])
    more = f'<Relationship Id="rX" Type="{OFFICE}/attachedTemplate" Target="{target}" TargetMode="External"/>'
    old = parts.get(name, f'<Relationships xmlns="{CONTENT}"></Relationships>')
    old = old.decode() if isinstance(old, bytes) else old
    return "a.docx", zipped(parts | {name: old.replace("</Relationships>", more + "</Relationships>")})


@hostile
def missing_part(seed: random.Random) -> tuple[str, bytes]:
    parts = word()
    del parts[seed.choice(sorted(parts))]
    return "a.docx", zipped(parts)


@hostile
def wrong_content_type(_: random.Random) -> tuple[str, bytes]:
    return "a.docx", zipped(word() | {"[Content_Types].xml": "<Types/>"})


@hostile
def tracked_changes(seed: random.Random) -> tuple[str, bytes]:
    deleted = f"<w:del><w:r><w:delText>论文{seed.randint(30, 90)}篇</w:delText></w:r></w:del>"
    return "a.docx", zipped(word(paragraph(WORDS) + f"<w:p>{deleted}</w:p>" * seed.randint(1, 2_000)))


@hostile
def hidden_text(seed: random.Random) -> tuple[str, bytes]:
    hidden = f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>论文{seed.randint(30, 90)}篇</w:t></w:r></w:p>"
    return "a.docx", zipped(word(paragraph(WORDS) + hidden))


@hostile
def text_box_only(_: random.Random) -> tuple[str, bytes]:
    return "a.docx", zipped(word(paragraph(text_box(WORDS))))


@hostile
def encrypted_package(seed: random.Random) -> tuple[str, bytes]:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return "a.docx", ole + "EncryptedPackage".encode("utf-16-le") + seed.randbytes(4_000)


@hostile
def truncated_package(seed: random.Random) -> tuple[str, bytes]:
    data = zipped(word(table([["序号", "题目"]] + [[str(n), WORDS] for n in range(300)])))
    return "a.docx", data[:seed.randint(100, len(data) - 30)]


# Workbooks ------------------------------------------------------------------------------------------------------------

@hostile
def far_cell(seed: random.Random) -> tuple[str, bytes]:
    row = seed.choice([1_048_576, 1_000_000, 999_999_999])
    return "a.xlsx", workbook('<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
                              f'<row r="{row}"><c r="XFD{row}"><v>23</v></c></row></sheetData>')


@hostile
def huge_merge(seed: random.Random) -> tuple[str, bytes]:
    count = seed.randint(1, 40_000)
    merges = '<mergeCell ref="A1:XFD1048576"/>' * count
    return "a.xlsx", workbook(one('<c r="A1"><v>1</v></c>') + f"<mergeCells>{merges}</mergeCells>")


@hostile
def fourteen_million_cells(seed: random.Random) -> tuple[str, bytes]:
    row = f"<row>{'<c><v>1</v></c>' * 1_400}</row>"
    return "a.xlsx", workbook(f"<sheetData>{row * seed.randint(9_000, 10_500)}</sheetData>")


@hostile
def three_hundred_thousand_names(_: random.Random) -> tuple[str, bytes]:
    names = "".join(f'<definedName name="n{number}">表!$A$1</definedName>' for number in range(300_000))
    return "a.xlsx", workbook(one('<c r="A1"><v>1</v></c>'), names=f"<definedNames>{names}</definedNames>")


@hostile
def shared_string_out_of_range(seed: random.Random) -> tuple[str, bytes]:
    cell = f'<c r="A1" t="s"><v>{seed.choice([5, 99_999_999, -1, 10 ** 25])}</v></c>'
    return "a.xlsx", workbook(one(cell), strings="<si><t>甲</t></si>")


@hostile
def formulas_without_values(_: random.Random) -> tuple[str, bytes]:
    return "a.xlsx", workbook(one('<c r="A1"><f>SUM(B1:B9)</f></c><c r="B1"><f>HYPERLINK("http://127.0.0.1:9")</f></c>'))


@hostile
def hidden_sheets(seed: random.Random) -> tuple[str, bytes]:
    state = seed.choice(["hidden", "veryHidden"])
    return "a.xlsx", workbook(one('<c r="A1"><v>23</v></c>'),
                              sheets=f'<sheet name="表" sheetId="1" state="{state}" r:id="rId1"/>')


@hostile
def not_a_number(seed: random.Random) -> tuple[str, bytes]:
    value = seed.choice(["NaN", "INF", "1e999", "-1e999", "0x10", ""])
    return "a.xlsx", workbook(one(f'<c r="A1"><v>{value}</v></c><c r="B1"><v>23</v></c>'))


@hostile
def dates_of_1904(seed: random.Random) -> tuple[str, bytes]:
    cell = f'<c r="A1"><v>{seed.choice([1, 45_000, -5, 10 ** 9])}</v></c>'
    return "a.xlsx", workbook(one(cell), properties='<workbookPr date1904="1"/>')


def deflated(data: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data
