"""Entities: ids by words, shape and the team's own patterns, amounts, dates, domains, and the sender's company."""

from __future__ import annotations

import pytest

from bot.config import parse as configured
from bot.errors import SettingsError
from pipeline.company import company
from pipeline.entities import entities
from pipeline.limits import Rules
from pipeline.parse import parse
from pipeline.reader import reader_of
from pipeline.screen import screen


def test_the_teams_own_patterns_come_first() -> None:
    text = "My parcel 99-123 of 3 May 2026, order LS-20418, costs 49,90 EUR; see shop.acme.co.uk, or <EMAIL_1> and <PHONE_2>."
    assert entities(text, {"customer": (r"\d\d-\d{3}",), "order": (r"LS-\d{5}",)}) == {
        "customer": ("99-123",),
        "order": ("LS-20418",),
        "amount": ("49,90 EUR",),
        "date": ("3 May 2026",),
        "domain": ("shop.acme.co.uk",),
        "email": ("<EMAIL_1>",),
        "phone": ("<PHONE_2>",),
    }


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Bestellung Nr. 10203", "order", "10203"),
        ("commande n° A-778", "order", "A-778"),
        ("注文番号: 55012", "order", "55012"),
        ("Faktura nr FV/2026/11", "invoice", "FV/2026/11"),
        ("am 3. November 2026", "date", "3. November 2026"),
        ("el 3 de noviembre de 2026", "date", "3 de noviembre de 2026"),
        ("2026年11月3日", "date", "2026年11月3日"),
        ("1.299,00 €", "amount", "1.299,00 €"),
        ("version 5.3.1", "version", "version 5.3.1"),
    ],
)
def test_what_is_named_in_other_languages(text: str, kind: str, value: str) -> None:
    assert value in entities(text).get(kind, ())


def test_norms_files_and_versions_are_no_ids_or_domains() -> None:
    assert entities("ISO-9001 and IEC 60068, see report.pdf, e.g. now.") == {}


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ida@mail.berg.co.uk", "berg.co.uk"),
        ("ida@berg.de", "berg.de"),
        ("ida@shop.berg.example", "berg.example"),
        ("ida@gmail.com", ""),
        ("ida@hotmail.co.uk", ""),
        ("ida@web.de", ""),
        ("ida@[192.0.2.1]", ""),
        ("ida@localhost", ""),
        ("ida@berg.com.br", "berg.com.br"),
        ("", ""),
    ],
)
def test_the_company_is_the_registered_domain(address: str, domain: str) -> None:
    assert company(address) == domain


def test_triage_yaml_reaches_the_reader() -> None:
    config = configured(
        "screen: {block: [Casino.example], allow: [ida@berg.example]}\nentities: {order: ['LS-\\d{5}']}\nreaders: {parts: 7}\n"
    )
    rules = reader_of(config)._rules
    assert (rules.block, rules.allow, rules.ids, rules.limits.parts) == (
        ("casino.example",),
        ("ida@berg.example",),
        {"order": (r"LS-\d{5}",)},
        7,
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("entities: {order: ['(']}", "triage.yaml:1: entities.order.1: "),
        ("entities: {order: ['\\d*']}", "matches nothing at all"),
        ("screen: {block: ['a b']}", "is not an address or a domain"),
        ("screen: {authority: '-'}", "is not the name of a mail server"),
    ],
)
def test_mistakes_in_triage_yaml_are_named(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said.replace("(", r"\(")):
        configured(text)


RULES = Rules(block=("casino.example", "pest@berg.example"), allow=("partner.example",))


@pytest.mark.parametrize(
    ("sender", "headers", "kind"),
    [
        ("x@casino.example", "", "spam"),
        ("x@mail.casino.example", "", "spam"),
        ("x@notcasino.example", "", ""),
        ("pest@berg.example", "", "spam"),
        ("ida@berg.example", "", ""),
        ("x@partner.example", "List-Id: <news.partner.example>\n", ""),
        ("x@other.example", "List-Id: <news.other.example>\n", "bulk"),
        ("x@partner.example", "Precedence: bulk\nAuthentication-Results: mx.google.com; dmarc=fail\n", "bulk"),
        ("x@partner.example", "Auto-Submitted: auto-replied\n", "auto-reply"),
    ],
)
def test_lists_of_senders(sender: str, headers: str, kind: str) -> None:
    raw = (
        f"From: {sender}\nTo: s@l.example\nMessage-ID: <1@x>\nDate: Thu, 19 Nov 2026 09:30:00 +0100\n{headers}\nCan you help me?"
    )
    found = screen(parse(raw.encode(), RULES), frozenset(), frozenset(), RULES)
    assert found.kind == kind
    assert bool(found.reason) == bool(kind)
