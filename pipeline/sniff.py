"""The true type of an attachment by its first bytes, whatever its name and its mail say."""

from __future__ import annotations

import mimetypes
import zipfile
from io import BytesIO

_AT_START: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "application/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xca\xfe\xba\xbe", "application/x-executable"),
    (b"\xfe\xed\xfa", "application/x-executable"),
    (b"\xcf\xfa\xed\xfe", "application/x-executable"),
    (b"#!", "text/x-script"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (b"wOFF", "font/woff"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
)
_IN_BOXES = ((b"avif", "image/avif"), (b"heic", "image/heic"), (b"heix", "image/heic"), (b"qt  ", "video/quicktime"))
_IN_ZIP = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("META-INF/MANIFEST.MF", "application/java-archive"),
)
_OLE = {".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint"}
_OLE |= {".msg": "application/vnd.ms-outlook"}
DOCX = _IN_ZIP[0][1]

#: What runs when it is opened.
_RUNS = frozenset({"application/x-executable", "application/x-ms-shortcut", "application/java-archive", "text/x-script"})
_RUNNING_NAMES = (
    *(".exe", ".scr", ".com", ".bat", ".cmd", ".pif", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".hta", ".ps1", ".msi", ".lnk"),
    *(".jar", ".cpl", ".reg", ".iso", ".img", ".docm", ".xlsm", ".pptm", ".chm", ".appx", ".dmg", ".apk"),
)


def true_type(data: bytes, name: str, declared: str) -> str:
    """The type that the bytes show; what they do not show is what the mail says, or the name when it says nothing."""
    head = data[:512]
    if found := _by_bytes(head, name, data):
        return found
    if declared in ("application/octet-stream", "application/x-download", "application/force-download", ""):
        return mimetypes.guess_type(name, strict=True)[0] or declared or "application/octet-stream"
    return declared


def _by_bytes(head: bytes, name: str, data: bytes) -> str:
    if head[:2] == b"MZ" and (b"PE\x00\x00" in data[:4096] or len(data) > 256):
        return "application/x-executable"
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _of_zip(data)
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return next((kind for brand, kind in _IN_BOXES if head[8:12] == brand), "video/mp4")
    found = next((kind for start, kind in _AT_START if head.startswith(start)), "")
    if found == "application/x-ole-storage":
        return _OLE.get(name[-4:].lower(), found)
    if not found and b"%PDF-" in head:  # some scanners write a line above
        return "application/pdf"
    return found


def _of_zip(data: bytes) -> str:
    """Office documents are zips; only the list of names is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            names = [entry.filename for entry in packed.infolist()[:2000]]
            if "mimetype" in names and packed.getinfo("mimetype").file_size < 200:
                return packed.read("mimetype").decode("ascii", "replace").strip()[:100]
    except Exception:  # a broken list of names
        return "application/zip"
    return next((kind for start, kind in _IN_ZIP if any(name.startswith(start) for name in names)), "application/zip")


def runs(kind: str, name: str) -> bool:
    """Whether opening the file would run a program."""
    return kind in _RUNS or name.lower().endswith(_RUNNING_NAMES)
