"""Small files of every type that technicians may send, and of some that they may not."""

import io
import zipfile
from typing import Final

JPEG: Final = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 a photo \xff\xd9"
PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
PDF: Final = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
TEXT: Final = "Número de serie: 123\r\n\tvence mañana\n".encode()
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROPERTIES: Final = "[Content_Types].xml"


def archive(*names: str) -> bytes:
    """A zip with these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, b"<x/>")
    return file.getvalue()


def compound(*streams: str) -> bytes:
    """Something with the beginning and the names of an OLE container, wide apart."""
    names = [f"{stream}\0".encode("utf-16-le").ljust(128, b"\0") for stream in streams]
    return _OLE + bytes(65_530) + b"".join(names)


DOCX: Final = archive(_PROPERTIES, "_rels/.rels", "word/document.xml")
XLSX: Final = archive(_PROPERTIES, "_rels/.rels", "xl/workbook.xml")
PPTX: Final = archive("_rels/.rels", "ppt/presentation.xml", _PROPERTIES)
DOC: Final = compound("Root Entry", "WordDocument")
XLS: Final = compound("Root Entry", "Workbook")
PPT: Final = compound("Root Entry", "PowerPoint Document")

_OPEN: Final = "application/vnd.openxmlformats-officedocument"
# By a name that fits: the content, and the type that Meta calls it.
SENDABLE: Final = {
    "foto.jpg": (JPEG, "image/jpeg"),
    "captura.png": (PNG, "image/png"),
    "factura.pdf": (PDF, "application/pdf"),
    "notas.txt": (TEXT, "text/plain"),
    "datos.csv": (TEXT, "text/plain"),
    "equipo.log": (TEXT, "text/plain"),
    "carta.docx": (DOCX, f"{_OPEN}.wordprocessingml.document"),
    "tabla.xlsx": (XLSX, f"{_OPEN}.spreadsheetml.sheet"),
    "charla.pptx": (PPTX, f"{_OPEN}.presentationml.presentation"),
    "carta.doc": (DOC, "application/msword"),
    "tabla.xls": (XLS, "application/vnd.ms-excel"),
    "charla.ppt": (PPT, "application/vnd.ms-powerpoint"),
}
HTML: Final = b"<!doctype html><script>alert(1)</script>"
SVG: Final = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
# What is none of these, under a name that says so or that lies.
NOT_SENDABLE: Final = {
    "pagina.html": HTML,
    "pagina.txt": HTML,
    "dibujo.svg": SVG,
    "dibujo.txt": SVG,
    "instalar.exe": b"MZ\x90\x00 a program",
    "instalar.pdf": b"MZ\x90\x00 a program",
    "programa.txt": b"\x7fELF\x02\x01\x01",
    "script.sh": b"#!/bin/sh\nrm -rf /\n",
    "foto.gif": b"GIF89a a picture",
    "foto.webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "foto.heic": b"\x00\x00\x00\x18ftypheic",
    "video.mp4": b"\x00\x00\x00\x18ftypmp42",
    "todo.zip": archive("word/notes.txt"),
    "carta.docx": archive("word/document.xml"),  # without its list of parts
    "macros.docx": archive(_PROPERTIES, "word/document.xml", "word/vbaProject.bin"),
    "ambas.docx": archive(_PROPERTIES, "word/document.xml", "xl/workbook.xml"),
    "cortado.docx": DOCX[:-10],
    "programa.jar": archive("META-INF/MANIFEST.MF", "Main.class"),
    "instalar.msi": compound("Root Entry", "!StringData"),
    "instalar.doc": compound("Root Entry", "!StringData"),
    "tabla.doc": XLS,
    "carta": DOC,
    "texto": TEXT,
    "latin1.txt": "mañana".encode("latin-1"),
    "utf16.txt": "mañana".encode("utf-16"),
    "nul.txt": b"a\x00b",
    "escape.txt": b"a\x1b[2Jb",
    "cortado.txt": "mañana ñ".encode()[:-1],
    "datos.json": b"{}",
}
