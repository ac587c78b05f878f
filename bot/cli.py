"""The `triage` command: parse, call, exit codes (0 done, 1 something failed, 2 a setting or an argument is wrong)."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Coroutine, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot import log
from bot.errors import SettingsError, TriageError

RUN_HELP = """Work the real mailbox: Slack by Socket Mode, Gmail by polling, until stopped (Ctrl-C or SIGTERM).

Needed: SLACK_BOT_TOKEN, SLACK_APP_TOKEN and GMAIL_CREDENTIALS. Optional: OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL (without
a model, rules and templates do the work), DATABASE_URL (without it a bundled PostgreSQL starts), TRIAGE_CONFIG, TRIAGE_DATA_DIR,
TRIAGE_KEYS, TRIAGE_POLL_SECONDS. Any secret X may be given as X_FILE. `triage check` tells what is missing."""


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    root = argparse.ArgumentParser(prog="triage", description="A shared inbox that a team answers from Slack.")
    root.add_argument("--version", action="version", version=f"triage {version('slack-triage')}")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    formatter = argparse.RawDescriptionHelpFormatter

    demo = commands.add_parser(
        "demo",
        help="try everything in a browser: no account, no key",
        description="Start a stand-in for Slack, Gmail and the model on this machine, and the bot beside it; open the page.\n"
        "It ignores every production setting and uses a database of its own, empty at each start.",
        formatter_class=formatter,
    )
    demo.add_argument(
        "--port", type=port, default=0, metavar="N", help="the page's port on 127.0.0.1 (default: 8766, or a free one)"
    )
    demo.add_argument("--mail", type=folder, metavar="DIR", help="then deliver the .eml files in DIR, and those added later")
    demo.add_argument("--no-browser", action="store_true", help="do not open the page, only print its address")
    demo.add_argument("--no-model", action="store_true", help="no recorded answers: show what rules and templates do")
    demo.set_defaults(call=_demo)
    demo.add_argument("--smoke", action="store_true", help="do what a person would, print what happened, exit 0 only if all did")

    run = commands.add_parser("run", help="the real thing", description=RUN_HELP, formatter_class=formatter)
    run.set_defaults(call=_run)
    check = commands.add_parser(
        "check",
        help="test every credential, scope, channel, mailbox and the database",
        description="One line for each thing that `triage run` needs, with what to do about what fails. Exit 1 if anything does.",
    )
    check.set_defaults(call=_check)
    db = commands.add_parser("db", help="the database").add_subparsers(dest="db", required=True, metavar="COMMAND")
    upgrade = db.add_parser(
        "upgrade", help="bring the schema to this version", description="Bring the schema here; safe to repeat."
    )
    upgrade.set_defaults(call=_upgrade)
    _keeping(commands)
    _benches(commands.add_parser("bench", help="measure it on this machine"))
    return root


def _keeping(commands: Any) -> None:
    """What keeps keys and records in order."""
    keys = commands.add_parser("keys", help="the keys that seal mails")
    keys = keys.add_subparsers(dest="keys", required=True, metavar="COMMAND")
    for name, says in (
        ("status", "which keys there are, what they sealed, and which processes read them"),
        ("rotate", "change the key: run it twice, first to add the new one, then to seal with it (and everything anew)"),
    ):
        keys.add_parser(name, help=says, description=says).set_defaults(call=_upkeep, keep=f"keys_{name}", given=())
    says = "forget a key; refused while anything is sealed with it or a running process still writes with it"
    drop = keys.add_parser("drop", help=says, description=says)
    drop.add_argument("name", metavar="NAME", help="as `triage keys status` shows it")
    drop.set_defaults(call=_upkeep, keep="keys_drop", given=("name",))
    says = "go on without lost keys: give up originals, placeholders and recipients, keep tickets, cards, queue and numbers"
    loss = keys.add_parser("accept-loss", help=says, description=says)
    loss.add_argument("--yes", dest="sure", action="store_true", help="the keys are lost for good, and there is no backup")
    loss.set_defaults(call=_upkeep, keep="keys_accept_loss", given=("sure",))
    forget = commands.add_parser(
        "forget",
        help="erase a person everywhere, and print a receipt",
        description="Erase what a customer wrote, every ticket they wrote on, and their address in others' mails. Numbers stay.",
    )
    forget.add_argument("address", metavar="ADDRESS", type=address, help="the customer's mail address")
    forget.set_defaults(call=_upkeep, keep="forget", given=("address",))
    audit = commands.add_parser("audit", help="the signed history").add_subparsers(dest="audit", required=True, metavar="COMMAND")
    says = "verify every ticket's history; exit 1 names those that were changed without the keys"
    verify = audit.add_parser("verify", help=says, description=says)
    verify.set_defaults(call=_upkeep, keep="audit", given=())
    says = "delete now what is kept too long (`retention:` in triage.yaml); `triage run` does it every day"
    retention = commands.add_parser("retention", help=says, description=says)
    retention.set_defaults(call=_upkeep, keep="retain", given=())


def _benches(bench: argparse.ArgumentParser) -> None:
    kinds = bench.add_subparsers(dest="bench", required=True, metavar="WHAT")
    loop = kinds.add_parser(
        "loop",
        help="the whole way: first card, mails per second, click to changed card, memory",
        description="Start the demo and the bot as processes of their own and measure them from outside, on 127.0.0.1 only.",
    )
    loop.add_argument("--mails", type=int, default=300, metavar="N", help="how many mails for the throughput (default: 300)")
    loop.set_defaults(call=_bench_loop)
    read = kinds.add_parser(
        "read",
        help="reading: crashes, time-outs, stripped replies, automatic mail, spam, ms per mail",
        description="Read hostile mails, our own and those in DIR; compare with its labels.jsonl, reference.jsonl, cases.jsonl.",
    )
    read.add_argument("folder", nargs="?", type=folder, metavar="DIR", help="a folder with .eml files, also in folders below it")
    read.set_defaults(call=_bench_read)
    redact = kinds.add_parser("redact", help="privacy: what is hidden and what survives, speed beside presidio's own patterns")
    redact.set_defaults(call=_bench_redact)


def port(text: str) -> int:
    """A TCP port from the command line."""
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; give a number from 1 to 65535")
    return int(text)


def address(text: str) -> str:
    """A mail address from the command line."""
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", text.strip()):
        raise argparse.ArgumentTypeError("that is not a mail address; give one such as ana@customer.example")
    return text.strip()


def folder(text: str) -> Path:
    """A readable folder from the command line."""
    path = Path(text).expanduser()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is not a folder; give one that holds .eml files")
    return path


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the console script's entry point."""
    args = parser().parse_args(argv)
    log.configure()
    try:
        code: int = asyncio.run(args.call(args))
        return code
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except TriageError as error:
        print(f"triage: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


# What a command does not need is not imported.


def _demo(args: argparse.Namespace) -> Coroutine[Any, Any, int]:
    from bot import demo

    return demo.run(port=args.port, mail=args.mail, browser=not args.no_browser, model=not args.no_model, smoke=args.smoke)


def _run(_: argparse.Namespace) -> Coroutine[Any, Any, int]:
    from bot import app

    return app.run(os.environ)


def _check(_: argparse.Namespace) -> Coroutine[Any, Any, int]:
    from bot import check

    return check.run(os.environ)


def _upgrade(_: argparse.Namespace) -> Coroutine[Any, Any, int]:
    from bot import app

    return app.upgrade(os.environ)


async def _upkeep(args: argparse.Namespace) -> int:
    from bot import upkeep

    said: upkeep.Said = await getattr(upkeep, args.keep)(os.environ, **{name: getattr(args, name) for name in args.given})
    print(*said.lines, sep="\n")
    return said.code


def _bench_read(args: argparse.Namespace) -> Coroutine[Any, Any, int]:
    from bot import bench_read

    return bench_read.run(args.folder)


def _bench_redact(args: argparse.Namespace) -> Coroutine[Any, Any, int]:
    from bot import bench_redact

    return bench_redact.run()


def _bench_loop(args: argparse.Namespace) -> Coroutine[Any, Any, int]:
    from bot import bench_loop

    return bench_loop.run(mails=args.mails)


if __name__ == "__main__":
    sys.exit(main())
