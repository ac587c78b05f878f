"""HTML of a mail to readable text, without what its author hid from the reader."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.html_rules import hidden_names
from pipeline.words import words

_LARGEST = 1_000_000  #: characters of HTML that are looked at
_DEEPEST = 200  #: levels of nesting; deeper trees break recursive converters
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|mso-hide\s*:\s*all|"
    r"opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|(?:left|top|text-indent|margin-left)\s*:\s*-\d{3,}|font-size\s*:\s*[01]px|line-height\s*:\s*0(?![.\d]*[1-9])|"
    r"clip\s*:\s*rect\(\s*0"
    r"|(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$)[^\"']*overflow\s*:\s*hidden|(?<![-\w])color\s*:\s*(?:#fff(?:fff)?|"
    r"white)\s*(?:;|$)",
    re.IGNORECASE,
)
_WHITE = re.compile(r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?|white)\s*(?:;|$)", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]{0,5000}?(/?)>")
_VOID = words("""area base br col embed hr img input link meta param source track wbr p li td tr th dt dd option""")
_QUOTING = re.compile(r"gmail_quote|yahoo_quoted|protonmail_quote|moz-cite|cite\b", re.IGNORECASE)
_OPEN, _CLOSE = "\ue000", "\ue001"  #: where a quoted block starts and ends, until the text is lines
_BLANKS = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")


@dataclass(frozen=True, slots=True)
class HtmlText:
    """Readable text and whether the HTML kept words from the reader."""

    text: str
    hidden: bool
    clipped: bool = False


def to_text(html: str, largest: int = _LARGEST) -> HtmlText:
    """Text of `html`; a tree that is too deep, too large or broken gives its bare words."""
    clipped = len(html) > largest
    html = html[:largest].replace("\x00", "").replace(_OPEN, "").replace(_CLOSE, "")
    if _depth(html) > _DEEPEST:
        return HtmlText(_bare(html), False, True)
    try:
        tree, unseen = _tree(html)
        if tree is None:
            return HtmlText("", False, clipped)
        hidden = _drop_hidden(tree, unseen)
        return HtmlText(_BLANKS.sub("\n\n", _quoted(_render(tree))).strip("\n"), hidden, clipped)
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
        return None, frozenset()
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    tree = lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    unseen = hidden_names("".join("".join(style.itertext())[:50_000] for style in tree.xpath("//style")[:20]))
    for element in tree.xpath("//script|//style|//head/title|//noscript|//template|//object|//svg"):
        element.drop_tree()
    return tree, unseen


def _drop_hidden(tree, names: frozenset[str]) -> bool:  # type: ignore[no-untyped-def]
    """Remove what a reader would not see; True when any of it had words, which is how a mail addresses a model alone."""
    words = 0
    for element in list(tree.iter()):
        style = element.get("style", "") if isinstance(element.tag, str) else ""
        unseen = (style and _HIDING.search(style[:2000]) and not _white_on_dark(element, style)) or _named_hidden(element, names)
        if unseen and element.getparent() is not None and element.tag not in {"html", "body"}:
            words += len("".join(element.itertext()).split())
            element.drop_tree()
    return words > 5


def _named_hidden(element, names: frozenset[str]) -> bool:  # type: ignore[no-untyped-def]
    """Hidden by an attribute or by a class or id that the style sheet hides."""
    if not isinstance(element.tag, str):
        return False
    if element.get("hidden") is not None:
        return True
    if not names:
        return False
    marks = {f".{name}" for name in (element.get("class") or "").split()[:20]} | {f"#{element.get('id') or ''}"}
    return bool(marks & names)


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
    _mark_quotes(tree)
    return str(Inscriptis(tree, ParserConfig(css=CSS_PROFILES["strict"].copy())).get_text())


def _mark_quotes(tree) -> None:  # type: ignore[no-untyped-def]
    """Set marks around blocks that mail programs quote in, so that answers between them can be told from what they answer."""
    for block in tree.iter("blockquote"):
        named = f"{block.get('type') or ''} {block.get('class') or ''} {block.get('cite') and 'cite'}"
        if not _QUOTING.search(named) and "border-left" not in (block.get("style") or ""):
            continue
        block.text = _OPEN + (block.text or "")
        last = block[-1] if len(block) else None
        if last is None:
            block.text += _CLOSE
        else:
            last.tail = (last.tail or "") + _CLOSE


def _quoted(text: str) -> str:
    """The marks as `> ` before each line, as in plain text."""
    if _OPEN not in text:
        return text
    out, depth = [], 0
    for line in text.split("\n"):
        level = depth + line.count(_OPEN)
        depth = max(0, level - line.count(_CLOSE))
        bare = line.replace(_OPEN, "").replace(_CLOSE, "")
        out.append(">" * min(level, 20) + " " + bare.strip() if level and bare.strip() else bare)
    return "\n".join(out)


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
