"""Writes names.txt.gz from Faker's lists of every locale: `python -m pipeline.redact.collect_names`; only this needs Faker."""

from __future__ import annotations

import gzip
import importlib
import pkgutil
import re
from collections.abc import Iterable
from pathlib import Path

from pipeline.redact.cues import STOP
from pipeline.words import words

_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt")
_FIRST = ("first_names", "first_names_male", "first_names_female", "first_names_nonbinary")
_LAST = ("last_names", "last_names_male", "last_names_female")
_NAME = re.compile(r"[^\W\d_][^\W\d_'’-]{1,24}(?:['’-][^\W\d_]{2,24})?")

#: Given and family names that are ordinary words somewhere and that Faker's word lists do not show.
_ALSO_WORDS = words(
    """will may bill mark rose grace hope faith joy art rich sunny summer autumn april june august dawn eve ivy lily violet
daisy jasmine olive pearl ruby amber crystal jade robin jay drew chance chase hunter mason carter cooper parker tyler
taylor porter spencer marshall major earl duke king prince dean guy miles rusty sandy stormy destiny trinity charity
harmony melody serenity honor justice merit star sky skye river brook lane glen cliff heath forest reed rain misty
mercedes lexus london paris india china chelsea brooklyn austin dallas houston jordan israel georgia virginia carolina
florence victoria sydney madison lincoln jackson washington orlando denver phoenix angel jesus christian mercy patience
prudence constance victor max rob pat sue don ray frank ernest bob jack nick gene dot peg penny buck dusty rocky
sterling gale page paige reader sensor cloud shop gateway dash page bond price an in on at am is as so do no go to me my
we he she it all any one two new old big can let see say get put run set out off up down over under ever never fee field
fields bishop baker brand bank best black blue white green brown gray grey gold silver stone wood woods hill park lake
bush rice bacon don del la le el al ben santa de da di van von der den ter ten bin sol luz mar paz cruz rosa blanca alba
aurora estrella consuelo dolores remedios post love stern engel wolf kaiser koch graf herzog ritter sommer winter lenz
mai ernst frank heiko heide linde rosen iris viola erika dank elan marine olympe pierre ange aimé désiré prosper clément
constant prudent noël pascal france prune cerise clémence fleur océane ambre perle rose marguerite amore gioia grazia
gloria fortuna vita serena stella luna sole marina perla bianca celeste chiara pia prima primo secondo vera santo santos
lis roos storm sterre bloem dag vos haas ruiter wil wim bas merel fleur mees pepijn beer wiosna kalina malina jagoda
róża łucja zima bóg pan pani ana care home line mail min sari sur lot data test demo admin user info case rang loan long
young short swift sharp keen noble ready"""
)


def collect() -> tuple[set[str], set[str], set[str]]:
    """Given names, family names, and those of both that are ordinary words too; all case-folded."""
    import faker.providers.person as person

    first: set[str] = set()
    last: set[str] = set()
    for module in pkgutil.iter_modules(person.__path__):
        provider = getattr(importlib.import_module(f"faker.providers.person.{module.name}"), "Provider", None)
        first |= _names(provider, _FIRST)
        last |= _names(provider, _LAST)
    common = _ordinary_words()
    return first, last, (first | last) & (common | _ALSO_WORDS | STOP)


def _names(provider: object, attributes: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for attribute in attributes:
        value = getattr(provider, attribute, None)
        if isinstance(value, dict | tuple | list | set):
            for name in value:
                if isinstance(name, str) and _NAME.fullmatch(name) and name[0].isupper():
                    found.add(name.casefold())
    return found


def _ordinary_words() -> set[str]:
    """Every word list of Faker's lorem, company and job providers, and spaCy's stop words."""
    import faker.providers.lorem as lorem

    found: set[str] = set()
    for module in pkgutil.iter_modules(lorem.__path__):
        provider = getattr(importlib.import_module(f"faker.providers.lorem.{module.name}"), "Provider", None)
        listed = getattr(provider, "word_list", ())
        if module.name[:2] in _LANGUAGES and module.name != "en_PH":
            # A capitalised word is a name there, but for German, which capitalises every noun.
            german = module.name.startswith("de")
            found |= {word.casefold() for word in listed if isinstance(word, str) and (german or word.islower())}
    for code in _LANGUAGES:
        found |= {word.casefold() for word in importlib.import_module(f"spacy.lang.{code}.stop_words").STOP_WORDS}
    return found


def main() -> None:
    """Write the file beside this module; the same input gives the same bytes."""
    target = Path(__file__).parent / "names.txt.gz"
    lines = "\n".join("|".join(sorted(names)) for names in collect())
    target.write_bytes(gzip.compress(lines.encode(), mtime=0))


if __name__ == "__main__":
    main()
