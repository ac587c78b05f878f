"""`triage bench redact`: recall, precision and survival on labelled texts, and speed beside presidio's own pattern set."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.bench_redact_values import HIDDEN, KEPT, NAMES, PRODUCTS, STAFF, Label, Labelled, labelled
from bot.errors import SettingsError

SEED = 90_210  #: the trainer has another
ROUNDS = 12
ALLOW = (*PRODUCTS, "Larkspur", *STAFF)
HEADLINE = {"names": NAMES, "addresses": ("address", "email"), "account data": ("card", "iban", "account", "national", "secret")}
#: What a value can be masked as.
KINDS = ("PERSON", "EMAIL", "PHONE", "ADDRESS", "CARD", "IBAN", "ACCOUNT", "ID", "SECRET", "LINK", "BIRTHDATE", "IP", "DEVICE")


@dataclass(slots=True)
class Score:
    """Counts over all texts: `whole` and `partly` hidden, and `seen`, by label; `right` and `wrong` spans by kind."""

    seen: Counter[str] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)
    partly: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, str, str]] = field(default_factory=list)  #: label, value, the text around it

    def recall(self, *labels: str) -> float:
        """The share of values that are hidden to the last character."""
        return _share(sum(self.whole[label] for label in labels), sum(self.seen[label] for label in labels))

    def kept(self, *labels: str) -> float:
        """The share of values of which nothing is hidden."""
        seen = sum(self.seen[label] for label in labels)
        return _share(seen - sum(self.partly[label] for label in labels), seen)

    def precision(self, *kinds: str) -> float:
        """The share of spans that lie on something that had to be hidden."""
        right = sum(self.right[kind] for kind in kinds)
        return _share(right, right + sum(self.wrong[kind] for kind in kinds))


async def run() -> int:
    """Print every figure; 2 without Faker."""
    if importlib.util.find_spec("faker") is None:
        raise SettingsError("`triage bench redact` fills its texts with Faker, a development dependency: run `uv sync` first.")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, as in a reader
    longest = await _blocked()
    score = await asyncio.to_thread(measured, SEED, ROUNDS)
    _print_score(score)
    await asyncio.to_thread(_print_speed)
    print(f"\nevent loop blocked at most {longest * 1000:.1f} ms while a reader redacted 80 kB")
    return 0


def measured(seed: int, rounds: int) -> Score:
    """The redactor's marks held against the labels; runs presidio in this process."""
    from pipeline.redact.masking import marked

    score = Score()
    for text in labelled(seed, rounds):
        spans = [(span.start, span.end, span.kind) for span in marked(text.text, [text.sender], ALLOW)]
        _count(score, text, spans)
    return score


def _count(score: Score, text: Labelled, spans: list[tuple[int, int, str]]) -> None:
    covered = {at for start, end, _ in spans for at in range(start, end)}
    for label in text.labels:
        places = [at for at in range(label.start, label.end) if text.text[at].isalnum()]
        hidden = sum(at in covered for at in places)
        score.seen[label.kind] += 1
        score.whole[label.kind] += hidden == len(places)
        score.partly[label.kind] += hidden > 0
        if (hidden < len(places)) if label.kind in HIDDEN else hidden:
            around = text.text[max(0, label.start - 40) : label.end + 30]
            score.missed.append((label.kind, text.text[label.start : label.end], around))
    for start, end, kind in spans:
        score.right[kind] += _right(start, end, text.labels)
        score.wrong[kind] += not _right(start, end, text.labels)


def _right(start: int, end: int, labels: Iterable[Label]) -> bool:
    return any(label.start < end and start < label.end and label.kind in HIDDEN for label in labels)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _print_score(score: Score) -> None:
    from pipeline.redact.names import gazetteer

    texts = labelled(SEED, ROUNDS)
    names = {name for text in texts for label in text.labels if label.kind in NAMES for name in _parts(text, label)}
    lists = gazetteer()
    unknown = sum(name not in lists.first and name not in lists.last for name in names)
    print(
        f"Labelled texts: {len(texts)}, seed {SEED}; {_percent(unknown, len(names))} of the name parts are in no list of ours.\n"
    )
    print(f"{'must be hidden':<22}{'values':>8}{'hidden':>9}{'touched':>9}")
    for label in HIDDEN:
        seen = score.seen[label]
        print(f"{label:<22}{seen:>8}{_percent(score.whole[label], seen):>9}{_percent(score.partly[label], seen):>9}")
    both = tuple(label for labels in HEADLINE.values() for label in labels)
    for title, labels in {**HEADLINE, "all of these": both}.items():
        print(f"{'= ' + title:<22}{sum(score.seen[label] for label in labels):>8}{score.recall(*labels):>9.1%}")
    print(f"\n{'must survive':<22}{'values':>8}{'kept':>9}")
    for label in KEPT:
        print(f"{label:<22}{score.seen[label]:>8}{score.kept(label):>9.1%}")
    ids = ("order", "invoice", "ticket", "tracking")
    print(f"{'= ids':<22}{sum(score.seen[label] for label in ids):>8}{score.kept(*ids):>9.1%}")
    print(f"\n{'masked as':<22}{'spans':>8}{'right':>9}")
    for kind in KINDS:
        if spans := score.right[kind] + score.wrong[kind]:
            print(f"{kind:<22}{spans:>8}{score.precision(kind):>9.1%}")
    print(f"{'= all':<22}{score.right.total() + score.wrong.total():>8}{score.precision(*KINDS):>9.1%}")


def _parts(text: Labelled, label: Label) -> list[str]:
    return text.text[label.start : label.end].casefold().split()


def _percent(part: int, whole: int) -> str:
    return f"{_share(part, whole):.1%}" if whole else "-"


def _print_speed() -> None:
    """Both engines warmed, in this process, on the same texts, in turns so that a busy machine treats them alike."""
    from pipeline.redact import text as ours

    default = presidio()
    print(f"\n{'kB/s on one core':<22}{'ours':>8}{'presidio':>10}{'ratio':>8}")
    for size in (1000, 20_000):
        texts = sized(size, 40 if size < 10_000 else 3)
        passes: list[Callable[[str], Any]] = [lambda body: ours(body, {}), lambda body: default.analyze(body, language="en")]
        spent = [0.0, 0.0]
        for number in range(4):
            for which, work in enumerate(passes):
                start = time.process_time()
                for body in texts:
                    work(body)
                spent[which] += (time.process_time() - start) * (number > 0)  # the first turn warms
        rates = [3 * sum(map(len, texts)) / 1000 / seconds for seconds in spent]
        print(f"{f'{size // 1000} kB':<22}{rates[0]:>8.0f}{rates[1]:>10.0f}{rates[0] / rates[1]:>8.2f}")


def sized(size: int, count: int) -> list[str]:
    """`count` texts of `size` characters, made of the labelled ones."""
    stream = "\n\n".join(text.text for text in labelled(SEED + 1, max(1, size * count // 12_000 + 1)))
    return [stream[at : at + size] for at in range(0, size * count, size)]


def presidio() -> Any:
    """presidio's default pattern set without a model, and with its list of domains read from the package, not the network."""
    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    import pipeline.redact.engine  # noqa: F401 - quiets presidio's logger

    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)  # it lists what it has for other languages
    offline: Any = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    tldextract.extract = offline
    made = {"nlp_engine_name": "no_op", "models": [{"lang_code": "en", "model_name": "no_op"}]}
    engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=made).create_engine(), supported_languages=["en"])
    engine.analyze("Hello a@b.example", language="en")
    return engine


async def _blocked() -> float:
    """Seconds that the event loop was busy at most while a reader redacted."""
    from pipeline.reader import Reader

    bodies = await asyncio.to_thread(sized, 20_000, 4)
    reader = Reader()
    await reader.start()
    try:
        longest, ticking = 0.0, True
        loop = asyncio.get_running_loop()

        def tick(due: float) -> None:
            nonlocal longest
            longest = max(longest, loop.time() - due)
            if ticking:
                loop.call_at(loop.time() + 0.001, tick, loop.time() + 0.001)

        tick(loop.time())
        await asyncio.gather(*(reader.redact(body, {}) for body in bodies))
        ticking = False
    finally:
        await reader.close()
    return longest
