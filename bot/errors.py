"""Every exception that Triage raises itself.

TriageError
├── SettingsError              start-up: a variable or a line of triage.yaml is wrong; the text says which and what to do
├── StoreError                 the database cannot be used; the text says what to do
├── Refused                    what a person asked for is not done; the text is shown to that person
│   ├── NotAllowed             guests, people of other organisations, roles
│   ├── LostRace               somebody else was first; names who, what and when
│   ├── StaleDraft             the draft on the screen is not the newest one
│   └── InvalidTransition      the ticket's status does not allow the action
└── VendorError                Slack, Gmail or the model; vendor exceptions are turned into these in bot/clients
    ├── Temporary              try again later; `retry_after` in seconds when the vendor said so
    ├── Ambiguous              the request may have been carried out: look before doing anything again
    ├── Missing                the thing does not exist (any more)
    └── Permanent              trying again will not help; the text says what to do
        └── AuthFailed         credentials are refused: stop using them, tell an admin

The docstring of a class is its default message. No message ever holds a secret or personal data.
"""

from __future__ import annotations

import inspect
from datetime import datetime


class TriageError(Exception):
    """Something went wrong in Triage."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))


class SettingsError(TriageError):
    """A setting is missing or malformed."""


class StoreError(TriageError):
    """The database cannot be used."""


class Refused(TriageError):
    """That cannot be done now."""


class NotAllowed(Refused):
    """Guests and people of other organisations can read tickets but not act on them."""


class StaleDraft(Refused):
    """The draft changed since this card was drawn. Nothing was sent; please read the newer draft."""


class LostRace(Refused):
    """Somebody else was first."""

    def __init__(self, message: str = "", *, winner: str | None = None, at: datetime | None = None) -> None:
        super().__init__(message)
        self.winner = winner
        self.at = at


class InvalidTransition(Refused):
    """The ticket's status does not allow that."""

    def __init__(self, status: str, action: str) -> None:
        super().__init__(f"This ticket is {status}, so it cannot be changed that way ({action.replace('_', ' ')}).")
        self.status = status
        self.action = action


class VendorError(TriageError):
    """An outside service did not do what we asked."""


class Temporary(VendorError):
    """An outside service is busy or away; trying again later may help."""

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Ambiguous(VendorError):
    """An outside service did not answer; the request may have been carried out."""


class Missing(VendorError):
    """The thing we asked an outside service for does not exist."""


class Permanent(VendorError):
    """An outside service refused the request for good."""

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class AuthFailed(Permanent):
    """An outside service refused our credentials."""
