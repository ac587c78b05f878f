"""Google's token endpoint: turns a refresh token or a service account's signed claim into an access token."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from functools import cached_property
from typing import Any

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bot.sandbox.faults import Fault, Faults
from bot.sandbox.gmail_settings import GmailTimings
from bot.sandbox.striking import struck

SCOPE = "https://www.googleapis.com/auth/gmail.modify"
_AUDIENCE = "https://oauth2.googleapis.com/token"  # what google-auth signs, wherever it sends the claim
_REFRESH = "refresh_token"
_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class TokenError(Exception):
    """A refusal in OAuth's form."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


class GoogleAccounts:
    """Issues access tokens and knows which of them are still good."""

    def __init__(self, mailbox: str, timings: GmailTimings, faults: Faults) -> None:
        self.mailbox, self.timings, self.faults = mailbox, timings, faults
        self.client_id, self.client_secret = "sandbox.apps.googleusercontent.com", "sandbox-client-secret"
        self.refresh_token = "1//sandbox-" + secrets.token_urlsafe(16)
        self.service_email = "triage@larkspur-sandbox.iam.gserviceaccount.com"
        self.issued = 0
        self._tokens: dict[str, float] = {}

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def authorized_user(self, token_uri: str) -> dict[str, str]:
        """What an authorized-user credentials file for this mailbox holds."""
        client = {"client_id": self.client_id, "client_secret": self.client_secret}
        return {"type": "authorized_user", **client, "refresh_token": self.refresh_token, "token_uri": token_uri}

    def service_account(self, token_uri: str) -> dict[str, str]:
        """What a service account's key file with domain-wide delegation holds, with our `subject` added."""
        pem = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        names = {"project_id": "larkspur-sandbox", "private_key_id": "sandbox", "client_id": "100000000000000000001"}
        account = {"type": "service_account", "client_email": self.service_email, "private_key": pem}
        return account | names | {"token_uri": token_uri, "subject": self.mailbox}

    def revoke(self) -> None:
        """Take back the grant: every token, and the right to new ones."""
        self.refresh_token = "1//revoked-" + secrets.token_urlsafe(16)
        self.service_email = "revoked@larkspur-sandbox.iam.gserviceaccount.com"
        self._tokens.clear()

    def expire_tokens(self) -> None:
        """Let every access token run out; new ones can be had."""
        self._tokens.clear()

    def valid(self, authorization: str) -> bool:
        """Whether an Authorization header carries a token that is still good."""
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and self._tokens.get(token, 0.0) > self.timings.clock()

    async def token(self, request: web.Request) -> web.Response:
        """POST /google/token"""

        async def act() -> web.Response:
            form = {name: str(value) for name, value in (await request.post()).items()}
            try:
                return web.json_response(self._granted(form, str(request.url.with_query(None))))
            except TokenError as refusal:
                return _refused(refusal)

        return await struck(request, self.faults.take("token"), act, _failure)

    def _granted(self, form: dict[str, str], audience: str) -> dict[str, Any]:
        grant = form.get("grant_type", "")
        if grant == _REFRESH:
            self._check_refresh(form)
        elif grant == _JWT:
            self._check_claim(form.get("assertion", ""), audience)
        else:
            raise TokenError("unsupported_grant_type", f"Invalid grant_type: {grant}")
        token = "ya29.sandbox-" + secrets.token_urlsafe(24)
        self.issued += 1
        self._tokens[token] = self.timings.clock() + self.timings.token_seconds
        answer = {"access_token": token, "expires_in": self.timings.token_seconds, "token_type": "Bearer"}
        return answer | ({"scope": SCOPE} if grant == _REFRESH else {})

    def _check_refresh(self, form: dict[str, str]) -> None:
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            raise TokenError("invalid_client", "The OAuth client was not found.", 401)
        if form.get("refresh_token") != self.refresh_token:
            raise TokenError("invalid_grant", "Token has been expired or revoked.")
        if not set(form.get("scope", SCOPE).split()) <= {SCOPE}:
            raise TokenError("invalid_scope", "Some requested scopes were invalid.")

    def _check_claim(self, assertion: str, audience: str) -> None:
        signed, _, signature = assertion.rpartition(".")
        try:
            claim = json.loads(_unpadded(signed.partition(".")[2]))
            self._key.public_key().verify(_unpadded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError, RecursionError, binascii.Error):
            raise TokenError("invalid_grant", "Invalid JWT Signature.") from None
        if not isinstance(claim, dict) or not all(isinstance(claim.get(name, 0), int) for name in ("iat", "exp")):
            raise TokenError("invalid_grant", "Invalid JWT: a claim is malformed.")
        if claim.get("iss") != self.service_email or claim.get("aud") not in (audience, _AUDIENCE):
            raise TokenError("invalid_grant", "Invalid grant: account not found")
        if not claim.get("iat", 0) - 300 <= self.timings.clock() <= claim.get("exp", 0):
            raise TokenError("invalid_grant", "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe.")
        if set(str(claim.get("scope", "")).split()) != {SCOPE}:
            description = "Client is unauthorized to retrieve access tokens using this method, or not for any of these scopes."
            raise TokenError("unauthorized_client", description, 401)
        if claim.get("sub") != self.mailbox:
            raise TokenError("invalid_grant", "Invalid email or User ID")


def _refused(refusal: TokenError) -> web.Response:
    return web.json_response({"error": refusal.error, "error_description": refusal.description}, status=refusal.status)


def _failure(fault: Fault) -> web.Response:
    if fault.kind == "error":
        return _refused(TokenError(fault.error, fault.error, fault.status))
    status = 429 if fault.kind == "429" else fault.status
    headers = {"Retry-After": str(fault.retry_after)} if status == 429 else None
    return web.json_response({"error": "internal_failure"}, status=status, headers=headers)


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
