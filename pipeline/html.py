"""HTML of a mail to readable text, without what its author hid from the reader."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.words import words

_LARGEST = 1_000_000  #: characters of HTML that are looked at
_DEEPEST = 200  #: levels of nesting; deeper trees break recursive converters
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|mso-hide\s*:\s*all|"
    r"opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$)[^\"']*overflow\s*:\s*hidden|(?<![-\w])color\s*:\s*(?:#fff(?:fff)?|"
    r"white)\s*(?:;|$)",
    re.IGNORECASE,
)
_WHITE = re.compile(r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?|white)\s*(?:;|$)", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]{0,5000}?(/?)>")
_VOID = words("""area base br col embed hr img input link meta param source track wbr p li td tr th dt dd option""")
_BLANKS = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")


@dataclass(frozen=True, slots=True)
class HtmlText:
    """Readable text and whether the HTML kept words from the reader."""

    text: str
    hidden: bool
    clipped: bool = False


def to_text(html: str) -> HtmlText:
    """Text of `html`; a tree that is too deep, too large or broken gives its bare words."""
    clipped = len(html) > _LARGEST
    html = html[:_LARGEST].replace("\x00", "")
    if _depth(html) > _DEEPEST:
        return HtmlText(_bare(html), False, True)
    try:
        tree = _tree(html)
        if tree is None:
            return HtmlText("", False, clipped)
        hidden = _drop_hidden(tree)
        return HtmlText(_BLANKS.sub("\n\n", _render(tree)).strip("\n"), hidden, clipped)
    except Exception:  # lxml and inscriptis raise many kinds on crafted trees
        return HtmlText(_bare(html), False, True)


def _depth(html: str) -> int:
    depth = deepest = 0
    for match in _TAG.finditer(html):
        if match.group(2).lower() in _VOID or match.group(3):
            continue
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _tree(html: str):  # type: ignore[no-untyped-def]  # lxml ships no types
    import lxml.html  # type: ignore[import-untyped]

    if not html.strip():
        return None
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    tree = lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    for element in tree.xpath("//script|//style|//head/title|//noscript|//template|//object|//svg"):
        element.drop_tree()
    return tree


def _drop_hidden(tree) -> bool:  # type: ignore[no-untyped-def]
    """Remove what a reader would not see; True when any of it had words, which is how a mail addresses a model alone."""
    words = 0
    for element in list(tree.iter()):
        style = element.get("style", "") if isinstance(element.tag, str) else ""
        unseen = (style and _HIDING.search(style[:2000]) and not _white_on_dark(element, style)) or element.get(
            "hidden"
        ) is not None
        if unseen and element.getparent() is not None and element.tag not in {"html", "body"}:
            words += len("".join(element.itertext()).split())
            element.drop_tree()
    return words > 5


def _white_on_dark(element, style: str) -> bool:  # type: ignore[no-untyped-def]
    """White text is normal on a button; only white text with no background of its own nearby is hiding."""
    if not _WHITE.search(style) or _HIDING.search(_WHITE.sub("", style)):
        return False
    at = element
    for _ in range(8):
        if at is None:
            return False
        if at.get("bgcolor") or at.get("background") or "background" in (at.get("style") or ""):
            return True
        at = at.getparent()
    return False


def _render(tree) -> str:  # type: ignore[no-untyped-def]
    from inscriptis import Inscriptis
    from inscriptis.css_profiles import CSS_PROFILES
    from inscriptis.model.config import ParserConfig

    _show_links(tree)
    return str(Inscriptis(tree, ParserConfig(css=CSS_PROFILES["strict"].copy())).get_text())


def _show_links(tree) -> None:  # type: ignore[no-untyped-def]
    """Write a link's address behind its words where the words do not show it."""
    for link in tree.iter("a"):
        href = (link.get("href") or "").strip()
        words = " ".join("".join(link.itertext()).split())
        if href[:8].lower().startswith(("http://", "https://")) and words and len(href) <= 300 and href.rstrip("/") not in words:
            shown = href.split("://", 1)[1].rstrip("/")
            if shown != words.rstrip("/"):
                link.tail = f" ({href})" + (link.tail or "")


def _bare(html: str) -> str:
    """The words between the tags, found in one pass."""
    from html import unescape

    pieces, at = [], 0
    while at < len(html):
        opened = html.find("<", at)
        if opened < 0:
            pieces.append(html[at:])
            break
        pieces.append(html[at:opened])
        closed = html.find(">", opened)
        if closed < 0:
            break
        at = closed + 1
    return _BLANKS.sub("\n\n", unescape(" ".join(piece for piece in pieces if piece.strip()))).strip()
