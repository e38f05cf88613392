"""Small docx packages written part by part, so that a test can say exactly what stands in the file."""
from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"')
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/>
<w:rPr><w:sz w:val="24"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/></w:style>
<w:style w:type="paragraph" w:styleId="own"><w:name w:val="正文标题"/><w:basedOn w:val="2"/></w:style>
<w:style w:type="paragraph" w:styleId="2"><w:name w:val="标题 2"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="T"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="L"><w:name w:val="List Number"/>
<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="L2"><w:name w:val="Longer list"/><w:basedOn w:val="L"/></w:style>
<w:style w:type="character" w:styleId="H"><w:name w:val="Hidden"/><w:rPr><w:vanish/></w:rPr></w:style>
"""


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*runs: str, style: str = "", properties: str = "") -> str:
    """A paragraph of runs; a run that is not markup is words."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    words = "".join(piece if piece.startswith("<w:") else run(piece) for piece in runs)
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{words}</w:p>"


def numbered(text: str, number: int, level: int = 0) -> str:
    return paragraph(text, properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def cell(*content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(content) or paragraph()}</w:tc>"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table of cells; a cell that is not markup is words."""
    return "<w:tbl>" + "".join(
        "<w:tr>" + "".join(part if part.startswith("<w:tc>") else cell(paragraph(part)) for part in row) + "</w:tr>"
        for row in rows) + "</w:tbl>"


def level(place: int, form: str, text: str, start: int = 1, more: str = "") -> str:
    return (f'<w:lvl w:ilvl="{place}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
            f"{more}</w:lvl>")


def numbering(lists: Mapping[int, str], nums: Mapping[int, tuple[int, str]]) -> str:
    """Definitions by id, and lists by id: the definition that each follows and what it overrides."""
    return "".join(f'<w:abstractNum w:abstractNumId="{key}">{levels}</w:abstractNum>' for key, levels in lists.items()
                   ) + "".join(f'<w:num w:numId="{key}"><w:abstractNumId w:val="{of}"/>{more}</w:num>'
                               for key, (of, more) in nums.items())


def text_box(words: str) -> str:
    """A text box as Word writes it: once as a shape, once more as a fallback."""
    content = f"<w:txbxContent>{paragraph(words)}</w:txbxContent>"
    return ('<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><a:graphic><a:graphicData>'
            f"<wps:wsp><wps:txbx>{content}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>"
            f"</mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict>"
            "</mc:Fallback></mc:AlternateContent></w:r>")


def package(body: str, *, styles: str = STYLES, numbers: str = "", parts: Mapping[str, str] | None = None,
            extra: Mapping[str, bytes] | None = None) -> bytes:
    """A docx. `parts` are further parts by kind ("footnotes", "comments", "header1" …) with their inner XML."""
    roots = {"footnotes": "footnotes", "endnotes": "endnotes", "comments": "comments"}
    related = {"styles": f"<w:styles {NAMESPACES}>{styles}</w:styles>",
               "numbering": f"<w:numbering {NAMESPACES}>{numbers}</w:numbering>"}
    for name, inner in (parts or {}).items():
        root = roots.get(name, "hdr" if name.startswith("header") else "ftr")
        related[name] = f"<w:{root} {NAMESPACES}>{inner}</w:{root}>"
    links = "".join(f'<Relationship Id="{name}" Type="{OFFICE}/{name.rstrip("0123456789")}" Target="{name}.xml"/>'
                    for name in related)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("_rels/.rels", f'<Relationships><Relationship Id="d" Type="{OFFICE}/officeDocument" '
                                       'Target="word/document.xml"/></Relationships>')
        packed.writestr("word/document.xml", f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>")
        packed.writestr("word/_rels/document.xml.rels", f"<Relationships>{links}</Relationships>")
        for name, content in related.items():
            packed.writestr(f"word/{name}.xml", content)
        for name, raw in (extra or {}).items():
            packed.writestr(name, raw)
    return buffer.getvalue()
