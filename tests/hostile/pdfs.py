"""Hostile pdf files, by class."""
from __future__ import annotations

import io
import random
from collections.abc import Mapping, Sequence

from tests.hostile.packages import deflated, hostile
from tests.support import pdf_samples

CATALOG = "<< /Type /Catalog /Pages 2 0 R >>"
PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>"


def pdf(objects: Mapping[int, bytes | str], *, trailer: str = "", end: bytes = b"%%EOF\n", shift: int = 0) -> bytes:
    """A pdf of these objects, with its table."""
    data, places = bytearray(b"%PDF-1.7\n"), {}
    for number, content in objects.items():
        places[number] = len(data)
        data += f"{number} 0 obj\n".encode() + (content.encode() if isinstance(content, str) else content)
        data += b"\nendobj\n"
    table, last = len(data), max(objects) + 1
    data += f"xref\n0 {last}\n0000000000 65535 f \n".encode()
    data += b"".join(f"{places.get(number, 0) + shift:010d} 00000 n \n".encode() for number in range(1, last))
    data += f"trailer\n<< /Size {last} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n".encode() + end
    return bytes(data)


def stream(content: bytes, entries: str = "", length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    return f"<< /Length {size} {entries} >>\nstream\n".encode() + content + b"\nendstream"


def paged(content: bytes, *, page: str = PAGE, pages: str = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
          catalog: str = CATALOG, more: Mapping[int, bytes | str] | None = None, trailer: str = "") -> bytes:
    return pdf({1: catalog, 2: pages, 3: page, 4: content, **(more or {})}, trailer=trailer)


def good(pages: int = 2) -> bytes:
    return pdf_samples.flowed(pdf_samples.application(pages))


@hostile
def flate_bomb(seed: random.Random) -> tuple[str, bytes]:
    content = deflated(b"q Q " * seed.randint(20_000_000, 40_000_000))
    return "a.pdf", paged(stream(content, "/Filter /FlateDecode"))


@hostile
def chained_filters(seed: random.Random) -> tuple[str, bytes]:
    times = seed.randint(4, 9)
    names = " ".join(["/FlateDecode"] * times)
    return "a.pdf", paged(stream(deflated(b"0" * 60_000_000, times), f"/Filter [{names}]"))


@hostile
def kids_loop(seed: random.Random) -> tuple[str, bytes]:
    kids = " ".join(["2 0 R", "3 0 R"] * seed.randint(1, 50_000))
    return "a.pdf", paged(stream(b"BT ET"), pages=f"<< /Type /Pages /Kids [{kids}] /Count 100000 >>")


@hostile
def hundred_thousand_pages(_: random.Random) -> tuple[str, bytes]:
    kids = " ".join(["3 0 R"] * 100_000)
    return "a.pdf", paged(stream(b"BT ET"), pages=f"<< /Type /Pages /Kids [{kids}] /Count 100000 >>")


@hostile
def form_recursion(seed: random.Random) -> tuple[str, bytes]:
    calls = b"/F Do " * seed.randint(2, 10)
    form = stream(calls, "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>")
    page = PAGE.replace("/Resources << >>", "/Resources << /XObject << /F 5 0 R >> >>")
    return "a.pdf", paged(stream(calls), page=page, more={5: form})


@hostile
def table_loop(seed: random.Random) -> tuple[str, bytes]:
    data = paged(stream(b"BT ET"))
    place = data.rfind(b"xref\n0")
    at = seed.choice([place, 0, len(data) // 2, 10 ** 9])
    return "a.pdf", data.replace(b"/Root 1 0 R", f"/Root 1 0 R /Prev {at}".encode())


@hostile
def object_stream_loop(_: random.Random) -> tuple[str, bytes]:
    loop = stream(b"1 0 2 5 " + CATALOG.encode(), "/Type /ObjStm /N 2 /First 8 /Extends 5 0 R")
    return "a.pdf", pdf({5: loop, 6: stream(b"", "/Type /XRef /W [1 2 1] /Size 7 /Root 1 0 R /Prev 9")})


@hostile
def mapping_that_lies(seed: random.Random) -> tuple[str, bytes]:
    width = seed.randint(1, 4)
    cmap = (f"begincmap 1 begincodespacerange <00> <{'ff' * width}> endcodespacerange 1 beginbfrange "
            f"<00> <{'ff' * width}> <{'4e00' * seed.randint(1, 500)}> endbfrange endcmap").encode()
    page = PAGE.replace("/Resources << >>", "/Resources << /Font << /F 5 0 R >> >>")
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    return "a.pdf", paged(stream(b"BT /F 12 Tf 50 700 Td (23 papers) Tj ET"), page=page,
                          more={5: font, 6: stream(cmap)})


@hostile
def wrong_length(seed: random.Random) -> tuple[str, bytes]:
    return "a.pdf", paged(stream(b"BT ET", length=seed.choice([-5, 0, 10 ** 12, 3])))


@hostile
def without_end(seed: random.Random) -> tuple[str, bytes]:
    data = good(4)
    return "a.pdf", data[:seed.randint(len(data) // 3, len(data) - 200)]


@hostile
def encrypted_pdf(_: random.Random) -> tuple[str, bytes]:
    import pypdf

    writer, buffer = pypdf.PdfWriter(), io.BytesIO()
    writer.append(io.BytesIO(good()))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(buffer)
    return "a.pdf", buffer.getvalue()


@hostile
def javascript(_: random.Random) -> tuple[str, bytes]:
    catalog = CATALOG.replace(">>", "/OpenAction << /S /JavaScript /JS (while(1){}) >> >>")
    return "a.pdf", paged(stream(b"BT ET"), catalog=catalog)


@hostile
def embedded_files(seed: random.Random) -> tuple[str, bytes]:
    import pypdf

    writer, buffer = pypdf.PdfWriter(), io.BytesIO()
    writer.append(io.BytesIO(good()))
    for number in range(seed.randint(1, 50)):
        writer.add_attachment(f"{number}.exe", seed.randbytes(1_000))
    writer.write(buffer)
    return "a.pdf", buffer.getvalue()


@hostile
def image_only(seed: random.Random) -> tuple[str, bytes]:
    from PIL import Image

    return "a.pdf", pdf_samples.pictured(Image.new("RGB", (400, 560), (seed.randint(200, 255), 255, 255)))


@hostile
def rotated(seed: random.Random) -> tuple[str, bytes]:
    return "a.pdf", good().replace(b"/Rotate 0", f"/Rotate {seed.choice([90, 45, -90, 10 ** 9])}".encode())


@hostile
def invisible_text(seed: random.Random) -> tuple[str, bytes]:
    page = PAGE.replace("/Resources << >>", "/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont "
                                            "/Helvetica >> >> >>")
    return "a.pdf", paged(stream(f"BT 3 Tr /F 12 Tf 50 700 Td (SCI {seed.randint(30, 90)} papers) Tj ET".encode()),
                          page=page)


@hostile
def one_long_stream_on_many_pages(seed: random.Random) -> tuple[str, bytes]:
    content = deflated(b"0 0 m 9 9 l S " * seed.randint(4_500_000, 5_000_000))
    kids = " ".join(["3 0 R"] * 200)
    return "a.pdf", paged(stream(content, "/Filter /FlateDecode"),
                          pages=f"<< /Type /Pages /Kids [{kids}] /Count 200 >>")


__all__: Sequence[str] = ()
