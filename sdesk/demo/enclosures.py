"""The small files that hang on the demo's letters, made from a few words each, and always of the same bytes."""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from io import BytesIO
from xml.sax.saxutils import escape

_TYPES = {
    "png": "image/png",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "log": "text/plain",
    "txt": "text/plain",
    "csv": "text/csv",
    "ics": "text/calendar",
    "eml": "message/rfc822",
}


def media_type(name: str) -> str:
    """RFC 2046 type of a file by the end of its name; octet-stream where that says nothing."""
    return _TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def content(name: str, words: str) -> bytes:
    """The bytes of the file `name` that says `words` (` / ` begins a line, `;` a cell)."""
    kind = name.rpartition(".")[2].lower()
    lines = words.split(" / ") if words else [name]
    if kind == "png":
        return picture(name)
    if kind == "pdf":
        return page(lines)
    if kind == "xlsx":
        return sheet([line.split(";") for line in lines])
    if kind == "ics":
        return _event(lines)
    return ("\n".join(lines) + "\n").encode()


def picture(name: str, width: int = 96, height: int = 64) -> bytes:
    """A PNG (RFC 2083) of a gem on a ground of two colours that the name decides."""
    red, green, blue, shade = hashlib.sha256(name.encode()).digest()[:4]
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            inside = abs(x - width // 2) + abs(y - height // 2) < height // 2 - 6
            glint = (x * 3 + y * 5 + shade) % 23 < 7
            if inside:
                rows += bytes((255 - red // 3, 255 - green // 3, 255)) if glint else bytes((red, green, blue))
            else:
                rows += bytes((40 + y, 44 + y, 52 + x // 4))

    def chunk(tag: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + chunk(b"IEND", b"")
    )


def page(lines: list[str]) -> bytes:
    """A PDF 1.4 of one page; what Latin-1 cannot say is shown as `?`, since only a built-in font is used."""
    text = "".join(
        f"({line.encode('latin-1', 'replace').decode('latin-1').translate({40: '[', 41: ']', 92: '/'})}) Tj T*\n"
        for line in lines
    )
    stream = f"BT /F1 12 Tf 14 TL 56 780 Td\n{text}ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PART = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def sheet(rows: list[list[str]]) -> bytes:
    """A workbook of one sheet (ECMA-376) with the cells as text."""
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell.strip())}</t></is></c>' for cell in row) + "</row>"
        for row in rows
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_PART}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_PART}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{cells}</sheetData></worksheet>',
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in parts.items():
            # A fixed date and no compression keep the bytes the same on every machine.
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), f'<?xml version="1.0"?>\n{body}')
    return out.getvalue()


def _event(lines: list[str]) -> bytes:
    """An invitation (RFC 5545): the first line is what, the second when, as `20261201T100000Z`."""
    what, when = lines[0], lines[1]
    body = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//demo//RU",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        f"UID:{when}@demo",
    ]
    body += [f"DTSTAMP:{when}", f"DTSTART:{when}", f"SUMMARY:{what}", "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(body).encode()
