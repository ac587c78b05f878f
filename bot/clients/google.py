"""How requests reach Google: credentials and one connection per thread, quota, retries on reads, errors turned into ours."""

from __future__ import annotations

import asyncio
import functools
import http.client
import ipaddress
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httplib2
from aiolimiter import AsyncLimiter
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.oauth2 import credentials as user
from google.oauth2 import service_account
from google_auth_httplib2 import AuthorizedHttp, Request
from googleapiclient.errors import HttpError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.errors import Ambiguous, AuthFailed, Missing, Permanent, SettingsError, Temporary, VendorError

_SCOPE = "https://www.googleapis.com/auth/gmail.modify"
_TOKEN_URI = "https://oauth2.googleapis.com/token"
_QUOTA_SHARE = 0.8
_RATE_REASONS = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_NO_ACCESS = frozenset({"failedPrecondition", "insufficientPermissions", "domainPolicy", "accessNotConfigured"})


class Transport:
    """Carries out googleapiclient's requests in threads of its own."""

    def __init__(
        self,
        credentials: Path,
        api_url: str | None,
        token_uri: str | None,
        *,
        threads: int,
        timeout: float,
        quota_per_minute: int,
        attempts: int,
    ) -> None:
        self._make_credentials = load_credentials(credentials, token_uri)
        self._timeout = timeout
        self._attempts = attempts
        self._proxies = None if api_url and _is_loopback(api_url) else httplib2.proxy_info_from_environment
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="gmail")
        self._thread = threading.local()  # an Http shared by two threads returns one mail's bytes for the other's
        self._opened: list[AuthorizedHttp] = []
        self._units = AsyncLimiter(quota_per_minute * _QUOTA_SHARE, 60)

    async def close(self) -> None:
        """Let the running calls end and drop the connections."""
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
        for opened in self._opened:
            opened.close()

    async def read(self, request: Any, units: int) -> dict[str, Any]:
        """Carry out what may be repeated: again after what is temporary, with full jitter and as long as Google asks."""
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._attempts), retry=retry_if_exception(_soon), wait=_pause, reraise=True
        )
        return await retrying(self._carry_out, request, units, self._execute)

    async def once(self, request: Any, units: int) -> dict[str, Any]:
        """Carry out with one POST and no retry. Ambiguous: it may have been done."""
        return await self._carry_out(request, units, self._execute_once)

    async def _carry_out(self, request: Any, units: int, execute: Callable[[Any], Any]) -> dict[str, Any]:
        await self._units.acquire(units)
        answer = await asyncio.get_running_loop().run_in_executor(self._pool, execute, request)
        return answer if isinstance(answer, dict) else {}

    def _execute(self, request: Any) -> Any:
        with _Translated(once=False):
            return request.execute(http=self._http(), num_retries=0)

    def _execute_once(self, request: Any) -> Any:
        """On a new connection that repeats nothing, with a token that was fetched before, so that only the POST is in doubt."""
        with _Translated(once=False):
            own = self._http()
            if not own.credentials.valid:
                own.credentials.refresh(Request(own.http))
        single = OneShotHttp(timeout=self._timeout, proxy_info=self._proxies)
        try:
            with _Translated(once=True):
                return request.execute(http=AuthorizedHttp(own.credentials, http=single), num_retries=0)
        finally:
            single.close()

    def _http(self) -> Any:
        known = getattr(self._thread, "http", None)
        if known is None:
            plain = httplib2.Http(timeout=self._timeout, proxy_info=self._proxies)
            known = self._thread.http = AuthorizedHttp(self._make_credentials(), http=plain)
            self._opened.append(known)
        return known


class _Translated:
    """Every exception of Google's libraries leaves as one of ours. `once`: without an answer nobody knows what was done."""

    def __init__(self, *, once: bool) -> None:
        self._once = once

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and (ours := _translate(error, self._once)) is not None:
            raise ours from None


def _translate(error: Exception, once: bool) -> VendorError | None:
    name = type(error).__name__
    match error:
        case HttpError():
            return _http_error(error, once)
        case RefreshError():
            return _refresh_error(error)
        case TransportError():
            return Temporary("Google's sign-in does not answer.")
        case GoogleAuthError():
            return AuthFailed(f"Google refuses the Gmail credentials ({name}).")
        case httplib2.ServerNotFoundError() | ConnectionRefusedError():
            return Temporary("Gmail cannot be reached.")
        case OSError() | http.client.HTTPException() | httplib2.HttpLib2Error():
            return Ambiguous(f"Gmail did not answer ({name}).") if once else Temporary(f"Gmail does not answer ({name}).")
        case ValueError():  # an answer that is not JSON
            return Ambiguous("Gmail's answer makes no sense.") if once else Temporary("Gmail's answer makes no sense.")
    return None


def _refresh_error(error: RefreshError) -> VendorError:
    if error.retryable:
        return Temporary("Google's sign-in has a problem.")
    if any(word in str(error) for word in ("unauthorized_client", "access_denied")):
        return AuthFailed(
            f"Google does not let the service account read this mailbox. In the admin console delegate the scope {_SCOPE} to its "
            "client id (Security, API controls, Domain-wide delegation), and check `subject` in the file of GMAIL_CREDENTIALS."
        )
    return AuthFailed("Google refuses the Gmail credentials (they expired or were revoked); renew GMAIL_CREDENTIALS.")


def _http_error(error: HttpError, once: bool) -> VendorError:
    status, reason = int(error.status_code), _reason(error)
    if status == 404:
        return Missing("Gmail has no such thing (any more).")
    if status == 429 or reason in _RATE_REASONS:
        return Temporary("Gmail asks us to slow down.", retry_after=_retry_after(error))
    if reason == "dailyLimitExceeded":
        return Temporary("Gmail's daily quota is used up.", retry_after=3600)
    if status >= 500:
        text = f"Gmail has a problem (HTTP {status})."
        return Ambiguous(text) if once else Temporary(text, retry_after=_retry_after(error))
    if status == 401 or reason in _NO_ACCESS:
        return AuthFailed(f"Gmail refuses access to the mailbox ({reason or status}); check GMAIL_CREDENTIALS.", code=reason)
    return Permanent(f"Gmail refused the request ({reason or f'HTTP {status}'}).", code=reason or str(status))


def _reason(error: HttpError) -> str:
    details = error.error_details
    first = details[0] if isinstance(details, Sequence) and not isinstance(details, str) and details else {}
    reason = str(first.get("reason", "")) if isinstance(first, Mapping) else ""
    return reason if reason.isalnum() else ""


def _retry_after(error: HttpError) -> float | None:
    try:
        return max(0.0, min(3600.0, float(error.resp.get("retry-after", ""))))
    except ValueError:
        return None


_WAIT = wait_random_exponential(multiplier=0.25, max=64)
_LONGEST_PAUSE = 64.0  # longer ones belong to the queue, which does not hold a worker meanwhile


def _soon(error: BaseException) -> bool:
    return isinstance(error, Temporary) and (error.retry_after or 0) <= _LONGEST_PAUSE


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, Temporary) else None
    return asked or _WAIT(state)


def load_credentials(path: Path, token_uri: str | None) -> Callable[[], Any]:
    """A maker of credentials from a file: an authorized user, or a service account with `subject`.

    A maker, because refreshing is not locked: every thread gets its own.
    """
    info = _read_file(path)
    uri = token_uri or str(info.get("token_uri") or _TOKEN_URI)
    make = functools.partial(_service_account if info.get("type") == "service_account" else _authorized_user, info, uri)
    make()
    return make


def _read_file(path: Path) -> dict[str, Any]:
    try:
        info = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"GMAIL_CREDENTIALS: the file cannot be read ({type(error).__name__}).") from None
    except ValueError:
        raise SettingsError("GMAIL_CREDENTIALS: the file is not JSON.") from None
    if not isinstance(info, dict):
        raise SettingsError("GMAIL_CREDENTIALS: the file is not a credentials file.")
    return info


def _authorized_user(info: dict[str, Any], uri: str) -> Any:
    if missing := [name for name in ("client_id", "client_secret", "refresh_token") if not info.get(name)]:
        raise SettingsError(f"GMAIL_CREDENTIALS: an authorized user's file needs {', '.join(missing)}.")
    return user.Credentials(  # type: ignore[no-untyped-call]
        token=None,
        refresh_token=info["refresh_token"],
        token_uri=uri,
        client_id=info["client_id"],
        client_secret=info["client_secret"],
    )


def _service_account(info: dict[str, Any], uri: str) -> Any:
    if not info.get("subject"):
        raise SettingsError("GMAIL_CREDENTIALS: a service account's file needs `subject`, the mailbox it acts for.")
    try:
        return service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            {**info, "token_uri": uri}, scopes=[_SCOPE], subject=info["subject"]
        )
    except ValueError:
        raise SettingsError("GMAIL_CREDENTIALS: the service account's file is not complete.") from None


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Unrepeated:
    """httplib2 sends a request again when the server closes without an answer; here that is an error like any other."""

    def getresponse(self) -> Any:
        try:
            return super().getresponse()  # type: ignore[misc]
        except (http.client.BadStatusLine, http.client.ResponseNotReady) as error:
            raise ConnectionResetError(type(error).__name__) from None


class _UnrepeatedHttp(_Unrepeated, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    pass


class _UnrepeatedHttps(_Unrepeated, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    pass


class OneShotHttp(httplib2.Http):  # type: ignore[misc]
    """An Http whose every request goes out at most once."""

    def request(self, uri: str, *args: Any, connection_type: Any = None, **kw: Any) -> Any:
        """As httplib2, over connections that do not repeat."""
        kind = _UnrepeatedHttps if uri.startswith("https:") else _UnrepeatedHttp
        return super().request(uri, *args, **{**kw, "connection_type": connection_type or kind})
