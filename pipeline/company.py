"""The company behind an address: its registered domain by the bundled public suffix list; none for mail providers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.words import words

if TYPE_CHECKING:
    from tldextract import TLDExtract

#: Domains of mail providers: they say nothing about the customer.
FREE_MAIL = words(
    """gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es outlook.it hotmail.com hotmail.co.uk hotmail.de
hotmail.fr hotmail.it hotmail.es live.com live.co.uk live.de live.fr live.it live.nl msn.com windowslive.com yahoo.com
yahoo.co.uk yahoo.de yahoo.fr yahoo.es yahoo.it yahoo.co.jp yahoo.com.br yahoo.ca ymail.com rocketmail.com icloud.com me.com
mac.com aol.com aol.de mail.com email.com usa.com proton.me protonmail.com protonmail.ch pm.me tutanota.com tuta.io tuta.com
fastmail.com fastmail.fm hey.com zoho.com zohomail.com hushmail.com duck.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de
freenet.de t-online.de arcor.de posteo.de mailbox.org vodafone.de online.de kabelmail.de bluewin.ch a1.net aon.at orange.fr
free.fr laposte.net wanadoo.fr sfr.fr neuf.fr bbox.fr numericable.fr libero.it virgilio.it alice.it tim.it tin.it tiscali.it
inwind.it fastwebnet.it telefonica.net terra.es ono.com terra.com.br uol.com.br bol.com.br ig.com.br globo.com sapo.pt
mail.pt clix.pt wp.pl o2.pl onet.pl onet.eu interia.pl interia.eu op.pl poczta.onet.pl gazeta.pl tlen.pl ziggo.nl kpnmail.nl
kpn.nl planet.nl hetnet.nl xs4all.nl home.nl upcmail.nl casema.nl telenet.be skynet.be proximus.be docomo.ne.jp ezweb.ne.jp
softbank.ne.jp nifty.com i.softbank.jp au.com biglobe.ne.jp mail.ru list.ru bk.ru inbox.ru yandex.ru yandex.com rambler.ru
qq.com 163.com 126.com sina.com naver.com daum.net hanmail.net rediffmail.com btinternet.com sky.com talktalk.net
virginmedia.com ntlworld.com blueyonder.co.uk comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net
earthlink.net juno.com optonline.net rogers.com shaw.ca sympatico.ca bigpond.com optusnet.com.au xtra.co.nz seznam.cz
centrum.cz email.cz abv.bg ukr.net freemail.hu citromail.hu"""
)


def company(address: str) -> str:
    """`acme.co.uk` for somebody@mail.acme.co.uk; "" for mail providers and for what is no domain."""
    domain = address.rpartition("@")[2].lower().strip(".")
    if domain in FREE_MAIL or "." not in domain or not domain.rpartition(".")[2][:1].isalpha():
        return ""
    found = registered(domain)
    return "" if found in FREE_MAIL else found


def registered(domain: str) -> str:
    """The part of `domain` that somebody registered; its last two labels where the list does not know the suffix."""
    try:
        parts = _list()(domain, include_psl_private_domains=False)
    except Exception:  # labels that are no domain names
        return domain
    if parts.domain and parts.suffix:
        return f"{parts.domain}.{parts.suffix}"
    return ".".join(domain.split(".")[-2:])


@lru_cache(maxsize=1)
def _list() -> TLDExtract:
    """The list that came with the package: nothing is downloaded and nothing is cached on disk."""
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)
