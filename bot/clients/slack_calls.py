"""The Web API methods we call, and what Slack's refusals mean for us."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import Ambiguous, AuthFailed, Missing, Permanent, Temporary, VendorError


@dataclass(frozen=True, slots=True)
class Method:
    """How a method is called. `again`: doing it twice does no harm, so an unclear outcome may be tried again."""

    scopes: tuple[str, ...]  #: bot scopes that it needs, all of them
    again: bool
    json: bool = True  #: the body; methods that only read take forms
    per_minute: int = 0  #: our own pace; 0 where we never come near Slack's limit


#: The only methods that are ever called: `SlackClient.call` refuses any other, and the manifest's scopes are tested against it.
METHODS: dict[str, Method] = {
    "auth.test": Method((), again=True, json=False),
    "chat.postMessage": Method(("chat:write",), again=False, per_minute=60),
    "chat.update": Method(("chat:write",), again=True, per_minute=50),
    "chat.postEphemeral": Method(("chat:write",), again=False),
    "chat.getPermalink": Method((), again=True, json=False),
    "views.open": Method((), again=False),
    "views.push": Method((), again=False),
    "views.update": Method((), again=True),
    "files.getUploadURLExternal": Method(("files:write",), again=True, json=False),
    "files.completeUploadExternal": Method(("files:write",), again=False),
    "conversations.list": Method(("channels:read", "groups:read"), again=True, json=False),
    "conversations.join": Method(("channels:join",), again=True),
    "conversations.open": Method(("im:write",), again=True),
    "conversations.history": Method(("channels:history", "groups:history", "im:history"), again=True, json=False),
    "conversations.replies": Method(("channels:history", "groups:history", "im:history"), again=True, json=False),
    "users.info": Method(("users:read",), again=True, json=False),
}
#: Called by the Socket Mode client with the app-level token, whose scope (connections:write) no manifest holds.
APP_METHODS = frozenset({"apps.connections.open"})

#: A channel that we cannot post to: somebody has to do something in Slack, and then the work goes on.
CHANNEL_CODES = frozenset(
    {"not_in_channel", "channel_not_found", "is_archived", "restricted_action", "restricted_action_thread_only_channel"}
)
_MISSING = frozenset({"message_not_found", "thread_not_found", "not_found", "user_not_found", "users_not_found"})
_AUTH = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "org_login_required"})
_BUSY = frozenset({"ratelimited", "rate_limited", "service_unavailable", "team_added_to_org", "accesslimited"})
_UNCLEAR = frozenset({"internal_error", "fatal_error", "request_timeout"})
WORDS = {
    "not_in_channel": "Triage is not a member of {channel}. Open that channel in Slack and type: /invite @Triage",
    "channel_not_found": "Slack knows no channel {channel} that Triage can see. Create it; a private one needs: /invite @Triage",
    "is_archived": "The channel {channel} is archived. Unarchive it in Slack, or name another channel in triage.yaml.",
    "restricted_action": "The workspace's settings do not let Triage post in {channel}. Ask a workspace admin to allow it.",
    "restricted_action_thread_only_channel": "Only threads may be posted in {channel}. Name another channel in triage.yaml.",
    "missing_scope": "The Slack app lacks the permission {needed}. Update the app with manifest.yml and install it again.",
    "expired_trigger_id": "Slack gave up waiting for the window. Please click again.",
    "exchanged_trigger_id": "That click was used already. Please click again.",
    "hash_conflict": "The window changed meanwhile.",
}
_AUTH_WORDS = "Slack refuses the bot token ({code}). Install the app again and put its new token into SLACK_BOT_TOKEN."


_APP_TOKEN_WORDS = (
    "Slack refuses the app-level token ({code}). Make one with the scope connections:write under Basic Information › "
    "App-Level Tokens, and put it into SLACK_APP_TOKEN."
)


def app_token_refused(error: BaseException) -> VendorError:
    """Why no Socket Mode connection can be opened."""
    code = code_of(error) if isinstance(error, SlackApiError) else ""
    if code in _AUTH | {"not_allowed_token_type", "missing_scope"}:
        return AuthFailed(_APP_TOKEN_WORDS.format(code=code), code=code)
    if code in {"forbidden_team", "socket_mode_not_enabled", "link_disabled"}:
        return Permanent(
            "Socket Mode is off for this app. Switch it on (manifest.yml does), then install the app again.", code=code
        )
    return translate(error, "apps.connections.open", "")


def translate(error: BaseException, method: str, channel: str) -> VendorError:
    """What a failed call means for us; the text holds no token, no address and nothing that was posted."""
    again = METHODS[method].again if method in METHODS else True
    if isinstance(error, SlackApiError):
        return _refusal(error, method, channel, again)
    if isinstance(error, aiohttp.ClientConnectorError):  # nothing was sent: no connection was made
        return Temporary("Slack cannot be reached. Is the network up, and SLACK_API_URL right?")
    if again:
        return Temporary(f"Slack did not answer {method}.")
    return Ambiguous(f"Slack did not answer {method}; it may have been carried out.")


def _refusal(error: SlackApiError, method: str, channel: str, again: bool) -> VendorError:
    status, code = status_of(error), code_of(error)
    if status == 429 or code in _BUSY:
        return Temporary(f"Slack asks us to slow down ({method}).", retry_after=retry_after(error))
    if code in _AUTH:
        return AuthFailed(_AUTH_WORDS.format(code=code), code=code)
    if code in _MISSING:
        return Missing(f"Slack no longer has what {method} was about ({code}).")
    if status >= 500 or code in _UNCLEAR or not code:
        kind: Callable[[str], VendorError] = Temporary if again else Ambiguous
        return kind(f"Slack had trouble with {method} (status {status}).")
    needed = str(_field(error, "needed") or "that it asks for")
    words = WORDS.get(code, "Slack refused {method}: {code}{pointers}.")
    said = words.format(channel=channel or "the channel", needed=needed, method=method, code=code, pointers=_pointers(error))
    return Permanent(said, code=code)


def status_of(error: SlackApiError) -> int:
    """The HTTP status; the SDK hands over its own response or, for a body that is no JSON, aiohttp's."""
    response = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)


def code_of(error: SlackApiError) -> str:
    """Slack's error code, "" when the body had none."""
    return str(_field(error, "error") or "")


def retry_after(error: SlackApiError) -> float:
    """Seconds that Slack asks us to wait; 1 when it did not say."""
    headers = getattr(error.response, "headers", None) or {}
    found = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    try:
        return max(0.0, float(found))
    except ValueError:
        return 1.0


def unclear(error: BaseException) -> bool:
    """Whether the request may have arrived: no answer at all, as opposed to a refusal."""
    return isinstance(error, (aiohttp.ClientError, asyncio.TimeoutError, OSError))


def _field(error: SlackApiError, name: str) -> object:
    found = getattr(error.response, "data", None)
    return found.get(name) if isinstance(found, dict) else None


def _pointers(error: SlackApiError) -> str:
    """Where in the blocks the mistake is: JSON pointers and rules, never content."""
    found = _field(error, "response_metadata")
    messages = found.get("messages") if isinstance(found, dict) else None
    return f" ({'; '.join(str(m)[:200] for m in messages[:3])})" if isinstance(messages, list) and messages else ""
