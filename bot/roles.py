"""Who may look at what is real: originals, attachments, exports. Sentences for those who may not. Pure."""

from __future__ import annotations

from bot.config import Config
from bot.errors import NotAllowed
from bot.values import Category, Person, Role

UNNAMED = "Only people who are named in triage.yaml (`people`) may look at real mails. Please ask an admin to add you."
NO_EXPORT = "Only people with the role lead or admin may export a ticket."
NO_LEGAL = "Attachments of legal mail are opened only by people with the role legal."
_EXPORTS = frozenset({Role.LEAD, Role.ADMIN})


def roles(config: Config, by: Person) -> frozenset[Role]:
    """A person's roles. Where nobody is named, every full member may do all but open legal mail's attachments."""
    if by.guest or by.bot or not by.local:
        return frozenset()
    if not config.people:
        return frozenset({Role.AGENT, Role.LEAD, Role.ADMIN})
    return frozenset(role for colleague in config.people if colleague.slack == by.id for role in (*colleague.roles, Role.AGENT))


def may_look(config: Config, by: Person) -> str:
    """Why this person may not see originals; "" when they may."""
    return "" if roles(config, by) else UNNAMED


def may_open(config: Config, by: Person, category: str) -> str:
    """Why this person may not open attachments of mail of this category; "" when they may."""
    found = roles(config, by)
    if category == Category.LEGAL and Role.LEGAL not in found:
        return NO_LEGAL
    return "" if found else UNNAMED


def may_export(config: Config, by: Person) -> str:
    """Why this person may not export tickets; "" when they may."""
    return "" if roles(config, by) & _EXPORTS else NO_EXPORT


def require(reason: str) -> None:
    """Refuse with the sentence, if there is one."""
    if reason:
        raise NotAllowed(reason)
