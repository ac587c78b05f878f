"""What `triage bench read` reads of its own: replies in nine languages with what stands below them, and hostile mails."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator

#: What customers write, in nine languages; everything below it must go.
NEW = {
    "en": "The sensor in house 3 shows no values since Monday.\nCan you please have a look?",
    "de": "Der Sensor in Haus 3 zeigt seit Montag keine Werte.\nKönnen Sie bitte nachsehen?",
    "fr": "Le capteur de la serre 3 n'affiche rien depuis lundi.\nPouvez-vous regarder ?",
    "es": "El sensor de la nave 3 no muestra valores desde el lunes.\n¿Pueden mirarlo?",
    "pt": "O sensor da estufa 3 não mostra valores desde segunda-feira.\nPodem verificar?",
    "it": "Il sensore della serra 3 non mostra valori da lunedì.\nPotete controllare?",
    "nl": "De sensor in kas 3 toont sinds maandag geen waarden.\nKunt u ernaar kijken?",
    "pl": "Czujnik w szklarni 3 od poniedziałku nic nie pokazuje.\nCzy mogą Państwo sprawdzić?",
    "ja": "温室3のセンサーは月曜日から値を表示しません。\n確認していただけますか。",
}
INTRODUCTIONS = {
    "en": (
        "On Monday, November 3, 2026, 10:00 AM, Ida Berg <ida@berg.example> wrote:",
        "On 3 Nov 2026, at 10:00, Ida Berg wrote:",
    ),
    "de": ("Am Mo., 3. Nov. 2026 um 10:00 Uhr schrieb Ida Berg <ida@berg.example>:", "Am 03.11.26 um 10:00 schrieb Ida Berg:"),
    "fr": (
        "Le 3 nov. 2026 à 10:00, Ida Berg <ida@berg.example> a écrit :",
        "Le mar. 3 nov. 2026 à 10:00, Ida Berg\n<i@b.example> a écrit :",
    ),
    "es": ("El mar, 3 nov 2026 a las 10:00, Ida Berg (<ida@berg.example>) escribió:", "El 3/11/2026 10:00, Ida Berg escribió:"),
    "pt": (
        "Em ter., 3 de nov. de 2026 às 10:00, Ida Berg <i@b.example> escreveu:",
        "No dia 3/11/2026, às 10:00, Ida Berg escreveu:",
    ),
    "it": (
        "Il giorno mar 3 nov 2026 alle ore 10:00 Ida Berg <i@b.example> ha scritto:",
        "Il 03/11/2026 10:00, Ida Berg ha scritto:",
    ),
    "nl": (
        "Op di 3 nov 2026 om 10:00 schreef Ida Berg <ida@berg.example>:",
        "Op 3 nov. 2026 heeft Ida Berg het volgende geschreven:",
    ),
    "pl": (
        "W dniu wt., 3 lis 2026 o 10:00 Ida Berg <i@b.example> napisał(a):",
        "Wiadomość napisana przez Ida Berg w dniu 3 lis 2026, o 10:00:",
    ),
    "ja": ("2026年11月3日(火) 10:00 Ida Berg <ida@berg.example>:", "2026/11/03 10:00、Ida Berg <ida@berg.example>のメール:"),
}
BLOCKS = {
    "en": "From: Ida Berg <ida@berg.example>\nSent: Monday\nTo: us\nSubject: s",
    "de": "Von: Ida Berg <ida@berg.example>\nGesendet: Montag\nAn: uns\nBetreff: s",
    "fr": "De : Ida Berg <ida@berg.example>\nEnvoyé : lundi\nÀ : nous\nObjet : s",
    "es": "De: Ida Berg <ida@berg.example>\nEnviado el: lunes\nPara: nosotros\nAsunto: s",
    "pt": "De: Ida Berg <ida@berg.example>\nEnviada em: segunda-feira\nPara: nós\nAssunto: s",
    "it": "Da: Ida Berg <ida@berg.example>\nInviato: lunedì\nA: noi\nOggetto: s",
    "nl": "Van: Ida Berg <ida@berg.example>\nVerzonden: maandag\nAan: ons\nOnderwerp: s",
    "pl": "Od: Ida Berg <ida@berg.example>\nWysłano: poniedziałek\nDo: nas\nTemat: s",
    "ja": "差出人: Ida Berg <ida@berg.example>\n送信日時: 2026年11月3日\n宛先: us\n件名: s",
}
SIGNATURES = {
    "en": "Kind regards,\nIda Berg\nHead of Operations\nBerg Gardens Ltd\nTel: +44 20 7946 0958",
    "de": "Mit freundlichen Grüßen\nIda Berg\nLeiterin Einkauf\nGärtnerei Berg GmbH\nTel.: 030 123456",
    "fr": "Cordialement,\nIda Berg\nResponsable des achats\nTél. : 01 23 45 67 89",
    "es": "Un saludo,\nIda Berg\nDirectora de compras\nTeléfono: 912 345 678\nwww.berg.example",
    "pt": "Com os melhores cumprimentos,\nIda Berg\nGerente\n+351 21 123 4567",
    "it": "Cordiali saluti\nIda Berg\nResponsabile acquisti\nBerg S.r.l.",
    "nl": "Met vriendelijke groet,\n\nIda Berg\nAfdeling Inkoop\nT: 020 123 4567",
    "pl": "Z poważaniem\nIda Berg\nKierownik zakupów\ntel. 22 123 45 67",
    "ja": "よろしくお願いいたします。\n\n山田 太郎\n株式会社ベルグ 営業部\nTEL: 03-1234-5678",
}
DISCLAIMERS = {
    "en": "CONFIDENTIALITY NOTICE: The contents of this email are intended solely for the addressee and may be privileged.",
    "de": "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, vernichten Sie sie bitte.",
    "fr": "Ce message et toutes les pièces jointes sont confidentiels et établis à l'intention exclusive de ses destinataires.",
    "es": "Este mensaje va dirigido exclusivamente a su destinatario y puede contener información confidencial.",
    "pt": "Esta mensagem pode conter informação confidencial. Se não for o destinatário, apague-a.",
    "it": "Questo messaggio è destinato esclusivamente al destinatario e può contenere informazioni riservate.",
    "nl": "Dit bericht is uitsluitend bestemd voor de geadresseerde en kan vertrouwelijke informatie bevatten.",
    "pl": "Ta wiadomość oraz załączniki są poufne i przeznaczone wyłącznie dla adresata.",
    "ja": "このメールには機密情報が含まれている場合があります。誤って受信された場合は削除してください。",
}
DEVICES = {
    "en": ("Sent from my iPhone", "Get Outlook for iOS"),
    "de": ("Von meinem iPhone gesendet", "Gesendet mit der GMX Mail App"),
    "fr": ("Envoyé de mon iPhone", "Obtenir Outlook pour Android"),
    "es": ("Enviado desde mi iPhone", "Obtener Outlook para iOS"),
    "pt": ("Enviado do meu iPhone", "Enviado a partir do meu Galaxy"),
    "it": ("Inviato da iPhone", "Ottieni Outlook per iOS"),
    "nl": ("Verstuurd vanaf mijn iPhone", "Verzonden vanuit Outlook voor Android"),
    "pl": ("Wysłane z iPhone'a", "Pobierz program Outlook dla systemu iOS"),
    "ja": ("iPhoneから送信", "スマートフォンから送信"),
}


def replies() -> Iterator[tuple[str, str, str]]:
    """(language, mail, new text): each new text over every kind of thing that stands below it, alone and together."""
    for code, new in NEW.items():
        below = [f"{intro}\n\n> old\n> older" for intro in INTRODUCTIONS[code]]
        below += [f"{intro}\nold text\n\nmore of it" for intro in INTRODUCTIONS[code]]
        below += [f"{BLOCKS[code]}\n\nold", f"________________________________\n{BLOCKS[code]}\n\nold"]
        below += [SIGNATURES[code], DISCLAIMERS[code], f"-- \nIda Berg\n\n{DISCLAIMERS[code]}", *DEVICES[code]]
        below += [f"{SIGNATURES[code]}\n\n{DISCLAIMERS[code]}\n\n{below[0]}", f"{DEVICES[code][0]}\n\n{below[1]}"]
        yield from ((code, f"{new}\n\n{rest}\n", new) for rest in below)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Mails that hang, crash or swell careless readers, by what they are."""
    yield "empty", b""
    yield "50 MB of base64", _attached("application/zip", b"QUJD" * 12_500_000, "big.zip")
    yield "30 MB without a line end", b"Subject: line\n\n" + b"a" * 30_000_000
    yield "1 MB of NUL bytes", b"Subject: nul\n\n" + b"\x00" * 1_000_000
    levels = b"".join(b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1) for n in range(10_000))
    yield "10,000 nested parts", b"Subject: deep\nContent-Type: multipart/mixed; boundary=b0\n\n" + levels
    yield "10,000 parts", b"Content-Type: multipart/mixed; boundary=B\n\n" + b"--B\nContent-Type: image/png\n\nx\n" * 10_000
    yield "1,000 nested mails", b"Content-Type: message/rfc822\n\n" * 1000 + b"Subject: inner\n\ntext"
    yield "200,000 nested tags", b"Content-Type: text/html\n\n" + b"<div>" * 200_000
    yield "5 MB of open tags", b"Content-Type: text/html\n\n" + b"<a href=" * 600_000
    yield "a zip bomb as DOCX", _attached("application/zip", base64.encodebytes(_bomb()), "order.docx")
    yield "a PDF that refers to itself", _attached("application/pdf", base64.encodebytes(_pdf_loop()), "loop.pdf")
    yield (
        "TNEF that ends too soon",
        _attached("application/ms-tnef", base64.encodebytes(b"\x78\x9f\x3e\x22\x01\x00\x01" * 999), "winmail.dat"),
    )
    yield "a million quote marks", b"Subject: q\n\n" + b"> " * 500_000
    yield "40,000 header lines in the text", b"Subject: h\n\n" + b"From: a\n" * 40_000
    yield "30,000 introductions", b"Subject: i\n\n" + b"On 1 Jan, a <b@c.example> ...\n" * 30_000
    yield "20,000 addresses", b"To: " + b", ".join(b"a%d@b.example" % n for n in range(20_000)) + b"\n\ntext"
    yield "50,000 encoded words", b"Subject: " + b"=?utf-8?q?=41?= " * 50_000 + b"\n\ntext"
    yield (
        "a calendar of 100,000 lines",
        b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\n" + b"ATTENDEE:x\n" * 100_000,
    )
    yield "digits for every pattern", b"Subject: d\n\n" + b"1234 5678 9012 3456 " * 20_000
    yield "random bytes", bytes((n * 7919 + n // 251) % 256 for n in range(500_000))


def _attached(kind: str, body: bytes, name: str) -> bytes:
    head = f"Subject: attached\nMIME-Version: 1.0\nContent-Type: {kind}; name={name}\nContent-Transfer-Encoding: base64\n"
    return head.encode() + f"Content-Disposition: attachment; filename={name}\n\n".encode() + body


def _bomb() -> bytes:
    """A Word document of half a megabyte that unpacks to 500 MB."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as xml,
    ):
        for _ in range(500):
            xml.write(b"<w:t>a</w:t>" * 87_000)
    return packed.getvalue()


def _pdf_loop() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99999>>endobj\n"
        b"trailer<</Root 1 0 R/Size 3>>\n%%EOF"
    )
