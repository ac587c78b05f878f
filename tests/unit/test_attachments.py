"""Attachments: their true type, the text in them within bounds, invitations and winmail.dat as people can read them."""

from __future__ import annotations

import base64
import io
import struct
import zipfile

import pytest

from pipeline import reading, sniff, tnef
from pipeline.calendar import invitation
from pipeline.documents import Documents, docx
from pipeline.limits import Limits, Rules
from pipeline.parse import dissect, parse
from pipeline.risks import risks


def pdf(kids: bytes = b"3 0 R") -> bytes:
    """A page that says what was ordered, with the table of places that readers need."""
    drawn = b"BT /F1 12 Tf 20 200 Td (Invoice INV-3307 for order LS-20418) Tj ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + kids + b"]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out, places = b"%PDF-1.4\n", b""
    for number, body in enumerate(objects, 1):
        places += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    tail = b"xref\n0 6\n0000000000 65535 f \n" + places + b"trailer<</Root 1 0 R/Size 6>>\nstartxref\n%d\n%%%%EOF" % len(out)
    return out + tail


PDF = pdf()


def word(xml: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", xml)
    return packed.getvalue()


def attached(data: bytes, name: str, kind: str = "application/octet-stream", text: str = "Please see the file.") -> bytes:
    head = "From: Ida <ida@berg.example>\nSubject: file\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n"
    part = f'Content-Type: {kind}; name="{name}"\nContent-Disposition: attachment; filename="{name}"\n'
    body = f"--B\nContent-Type: text/plain\n\n{text}\n--B\n{part}Content-Transfer-Encoding: base64\n\n"
    return (head + body).encode() + base64.encodebytes(data) + b"--B--\n"


@pytest.mark.parametrize(
    ("data", "name", "declared", "kind"),
    [
        (PDF, "photo.jpg", "image/jpeg", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n123", "x", "application/octet-stream", "image/png"),
        (b"MZ" + b"\x00" * 300, "invoice.pdf", "application/pdf", "application/x-executable"),
        (word("<w:p>"), "letter.zip", "application/zip", sniff.DOCX),
        (b"PK\x03\x04broken", "x.docx", "", "application/zip"),
        (b"a;b\n1;2", "orders.csv", "application/octet-stream", "text/csv"),
        (b"hello", "", "", "application/octet-stream"),
        (b"", "a.pdf", "application/pdf", "application/pdf"),
        (b"RIFF1234WEBP", "x", "image/png", "image/webp"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old.doc", "application/octet-stream", "application/msword"),
    ],
)
def test_the_bytes_say_the_type(data: bytes, name: str, declared: str, kind: str) -> None:
    assert sniff.true_type(data, name, declared) == kind


@pytest.mark.parametrize(
    ("data", "name"), [(b"MZ" + b"\x00" * 300, "invoice.pdf"), (b"x", "invoice.pdf.exe"), (b"#!/bin/sh\n", "a")]
)
def test_what_runs_when_opened_is_a_risk(data: bytes, name: str) -> None:
    assert "runnable-attachment" in risks(parse(attached(data, name)))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (PDF, "invoice.pdf"),
        (word('<w:p><w:r><w:t xml:space="preserve">Invoice </w:t><w:t>INV-3307 for order LS-20418</w:t></w:r></w:p>'), "a.docx"),
        (b"invoice,order\nINV-3307,LS-20418\n", "orders.csv"),
        (b"Invoice INV-3307, order LS-20418", "note.txt"),
    ],
)
def test_numbers_in_attachments_are_found(data: bytes, name: str) -> None:
    found = reading.read(attached(data, name), {}, frozenset(), frozenset(), (), Rules(ids={"order": (r"LS-\d{5}",)}))
    assert found.entities["order"] == ("LS-20418",)
    assert "INV-3307" in found.entities["invoice"]
    assert "INV-3307" not in found.email.text


def test_nothing_personal_comes_out_of_an_attachment() -> None:
    data = b"Order for Ida Berg, ida@berg.example, +44 20 7946 0958, case 078-05-1120, card 4111 1111 1111 1111"
    found = reading.read(attached(data, "a.txt"), {}, frozenset(), frozenset(), ())
    said = repr(found.entities)
    assert all(word not in said for word in ("Berg", "7946", "1120", "4111"))


def test_a_zip_bomb_is_unpacked_only_a_little() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as xml:
        for _ in range(40):
            xml.write(b"<w:t>a</w:t>" * 90_000)
    assert len(docx(packed.getvalue())) < 1_000_000


@pytest.mark.parametrize("data", [b"%PDF-1.4", b"%PDF-1.4\n" + b"\x00" * 999, b"PK\x03\x04", pdf(b"2 0 R")])
def test_a_broken_file_costs_only_itself(data: bytes) -> None:
    parsed = dissect(attached(data, "broken.pdf", "application/pdf"))
    assert parsed.email.text == "Please see the file."
    assert len(parsed.email.attachments) == 1


def test_the_caps_hold_for_all_files_together() -> None:
    documents = Documents(Limits(attachment_characters=100))
    for _ in range(5):
        documents.add(b"x" * 80, "text/plain", "a.txt")
    assert sum(map(len, documents.pieces)) == 100
    documents = Documents(Limits(attachment_mb=0))
    documents.add(b"x", "text/plain", "a.txt")
    assert (documents.pieces, documents.unread) == ([], 1)


EVENT = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19701025T030000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:Visit to the green
 house\\, hall 3
DTSTART;TZID=Europe/Berlin:20261203T140000
DTEND;TZID=Europe/Berlin:20261203T150000
LOCATION:Hall 3
ORGANIZER;CN=Ida Berg:mailto:ida@berg.example
ATTENDEE;CN=Larkspur:mailto:support@larkspur.example
ATTENDEE:mailto:ben@berg.example
BEGIN:VALARM
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
END:VCALENDAR"""


def test_an_invitation_is_readable() -> None:
    assert invitation(EVENT.replace("\n", "\r\n")).split("\n") == [
        "Calendar invitation: Visit to the greenhouse, hall 3",
        "When: 2026-12-03 14:00 (Europe/Berlin) to 2026-12-03 15:00 (Europe/Berlin)",
        "Where: Hall 3",
        "From: Ida Berg <ida@berg.example>",
        "Invited: 2 people",
    ]
    assert invitation("BEGIN:VCALENDAR\nEND:VCALENDAR") == ""
    assert invitation(EVENT.replace("REQUEST", "CANCEL")).startswith("Calendar event cancelled: ")


def test_an_invitation_stands_in_the_text_of_its_mail() -> None:
    email = parse(attached(EVENT.encode(), "invite.ics", "text/calendar"))
    assert email.new_text.startswith("Please see the file.\n\nCalendar invitation: Visit")
    assert [a.type for a in email.attachments] == ["text/calendar"]


def packed_file(name: bytes, data: bytes) -> bytes:
    def attribute(level: int, kind: int, value: bytes) -> bytes:
        return struct.pack("<BII", level, kind, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)

    body = attribute(1, 0x0002800C, b"The text of the mail.\x00")
    file = attribute(2, 0x00069002, b"\x00" * 14) + attribute(2, 0x00018010, name + b"\x00") + attribute(2, 0x0006800F, data)
    return struct.pack("<IH", 0x223E9F78, 1) + body + file


def test_winmail_dat_is_unpacked() -> None:
    email = parse(attached(packed_file(b"..\\orders.csv", b"order,LS-20418"), "winmail.dat", "application/ms-tnef", text=""))
    assert email.text == "The text of the mail."
    assert [(a.name, a.type) for a in email.attachments] == [("winmail.dat", "application/ms-tnef"), ("orders.csv", "text/csv")]


@pytest.mark.parametrize("cut", range(0, 120, 7))
def test_winmail_dat_that_ends_too_soon_is_no_error(cut: int) -> None:
    assert tnef.unpack(b"no tnef") is None
    tnef.unpack(packed_file(b"a.txt", b"hello")[:cut])
