"""Modals and Home of the pretend Slack: open, push, update, publish, and what an acknowledgement may do to them."""

from __future__ import annotations

import time

from bot.sandbox import slack_blocks, slack_shapes, slack_values
from bot.sandbox import slack_state as slack
from bot.sandbox.slack_args import Args, Refused, missing
from bot.sandbox.slack_checks import Problems
from bot.sandbox.slack_state import Json, Trigger, View, Workspace

MOST_STACKED = 3


def checked(value: Json, kind: str) -> Json:
    """A view that Slack would take; a deep copy of it."""
    problems = Problems()
    slack_blocks.view(problems, value)
    if not problems.found and value["type"] != kind:
        problems.add(f"must be a {kind} view", "/view/type")
    if problems.found:
        raise Refused("invalid_arguments", problems.found)
    if slack_blocks.too_large(value):
        raise Refused("view_too_large")
    body: Json = {**value, "blocks": slack.copied(value["blocks"])}
    return body


def _given(args: Args, kind: str = "modal") -> Json:
    value = args.parsed("view", dict, "invalid_arguments")
    if value is None:
        raise missing("view")
    return checked(value, kind)


def _exchange(workspace: Workspace, args: Args) -> Trigger:
    """Spend the trigger id of a call: it lives for seconds and works once."""
    trigger = workspace.triggers.get(args.required("trigger_id"))
    if trigger is None:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if time.monotonic() >= trigger.expires:
        raise Refused("expired_trigger_id")
    trigger.used = True
    return trigger


def _unique(workspace: Workspace, body: Json, own: View | None = None) -> None:
    name = body.get("external_id")
    if name and any(v.body.get("external_id") == name and v is not own for v in workspace.views.values()):
        raise Refused("duplicate_external_id")


def add(workspace: Workspace, user: str, body: Json, below: View | None) -> View:
    """Put a view on top of a person's stack."""
    _unique(workspace, body)
    stack = workspace.stacks.setdefault(user, [])
    if len(stack) >= MOST_STACKED:
        raise Refused("push_limit_reached")
    name = workspace.fresh("V")
    slack.name_blocks(workspace, body["blocks"])
    view = View(name, user, body, workspace.hash(), slack_values.first(body["blocks"]), below.root if below else name)
    view.previous = below.id if below else None
    workspace.views[name] = view
    stack.append(name)
    workspace.changed()
    return view


def replace(workspace: Workspace, view: View, body: Json) -> None:
    """Show something else in an open view; what was typed stays where the ids stay."""
    _unique(workspace, body, view)
    slack.name_blocks(workspace, body["blocks"])
    view.values = slack_values.first(body["blocks"], view.values)
    view.body, view.hash, view.errors = body, workspace.hash(), {}
    workspace.changed()


def close(workspace: Workspace, view: View, *, everything: bool = False) -> list[View]:
    """Take a view, or the whole stack, off the screen; returns what went."""
    stack = workspace.stacks.get(view.user, [])
    names = list(stack) if everything else [name for name in stack if name == view.id]
    workspace.stacks[view.user] = [name for name in stack if name not in names]
    workspace.changed()
    return [workspace.views.pop(name) for name in names]


def views_open(workspace: Workspace, args: Args) -> Json:
    body = _given(args)
    trigger = _exchange(workspace, args)
    top = workspace.top_view(trigger.user)
    if top is not None:
        close(workspace, top, everything=True)
    return {"view": slack_shapes.view(add(workspace, trigger.user, body, None))}


def views_push(workspace: Workspace, args: Args) -> Json:
    body = _given(args)
    trigger = _exchange(workspace, args)
    top = workspace.top_view(trigger.user)
    if trigger.view_id is None or top is None:
        raise Refused("not_found")
    return {"view": slack_shapes.view(add(workspace, trigger.user, body, top))}


def views_update(workspace: Workspace, args: Args) -> Json:
    body = _given(args)
    view = _named(workspace, args)
    if args.has("hash") and args.text("hash") != view.hash:
        raise Refused("hash_conflict")
    replace(workspace, view, body)
    return {"view": slack_shapes.view(view)}


def _named(workspace: Workspace, args: Args) -> View:
    if not args.has("view_id") and not args.has("external_id"):
        raise missing("view_id or external_id")
    for view in workspace.views.values():
        if view.id == args.text("view_id") or (
            args.has("external_id") and view.body.get("external_id") == args.text("external_id")
        ):
            return view
    raise Refused("not_found")


def views_publish(workspace: Workspace, args: Args) -> Json:
    if not workspace.manifest.home:
        raise Refused("not_enabled")
    user = args.required("user_id")
    if user not in workspace.people:
        raise Refused("user_not_found")
    body, before = _given(args, "home"), workspace.homes.get(user)
    if before is not None and args.has("hash") and args.text("hash") != before.hash:
        raise Refused("hash_conflict")
    slack.name_blocks(workspace, body["blocks"])
    name = before.id if before else workspace.fresh("V")
    values = slack_values.first(body["blocks"], before.values if before else None)
    workspace.homes[user] = View(name, user, body, workspace.hash(), values, name)
    workspace.changed()
    return {"view": slack_shapes.view(workspace.homes[user])}
