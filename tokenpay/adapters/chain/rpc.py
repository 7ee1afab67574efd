"""JSON-RPC 2.0 over HTTP: batches out, one result or failure each back, in the order asked."""

import itertools
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote, urlsplit

from pydantic_core import from_json

from tokenpay.errors import ChainUnavailable, InvalidInput

if TYPE_CHECKING:
    from web3 import HTTPProvider

MAX_BATCH = 100  # very large batches have hung nodes, and public nodes refuse them
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_KEY_LENGTH = 8
Call: TypeAlias = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class RpcFailure:
    """A node's answer that is an error. `message` is the node's own text: match on it, show `safe`."""

    code: int
    message: str

    @property
    def reverted(self) -> bool:
        """Whether the contract itself refused (geth's code 3, or the words of other clients)."""
        return self.code == 3 or "revert" in self.message.lower()

    @property
    def safe(self) -> str:
        """The message as one short line of plain ASCII."""
        plain = "".join(char if " " <= char <= "~" else " " for char in self.message[:200])
        return " ".join(plain.split())[:80]


class JsonRpc:
    """One node's endpoint. `timeout_s` bounds each HTTP exchange. Retries are the caller's: none are made here.

    web3 carries the bytes and is imported when the first call is made; it takes seconds. Each thread has
    its own connection and its own request ids. Answers are parsed by pydantic, which bounds their nesting.
    """

    def __init__(self, url: str, *, timeout_s: float) -> None:
        """Keep where the node is; raises InvalidInput unless it is an HTTP URL, of which no error says anything."""
        self._host = _host(url)
        self._url, self._secrets = url, _secrets(url)
        self._timeout_s = timeout_s
        self._of_thread = threading.local()

    def call(self, method: str, *params: Any) -> Any:
        """Return one method's result; raises ChainUnavailable also where the node answers with an error."""
        return result(self.batch([(method, list(params))])[0])

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """Return for each call its result or an RpcFailure, asked in bounded batches; raises ChainUnavailable."""
        answers: list[Any] = []
        for start in range(0, len(calls), MAX_BATCH):
            answers += self._exchange(calls[start : start + MAX_BATCH])
        return answers

    def _exchange(self, calls: Sequence[Call]) -> list[Any]:
        provider = self._provider()
        provider.request_counter = itertools.count(1)
        try:
            replies: Any = provider.make_batch_request(list(calls))  # type: ignore[arg-type]
        except Exception as error:
            # Whatever went wrong on the way, connection, status, JSON or ids: there is no answer. The cause is
            # not chained, because it holds the URL, and a URL may hold the provider's key.
            raise ChainUnavailable(f"the node gave no usable answer ({type(error).__name__})") from None
        if isinstance(replies, dict) and isinstance(failure := self._read(replies), RpcFailure):
            raise ChainUnavailable(f"the node refused the request: {failure.safe}")
        if not isinstance(replies, list) or [_id(reply) for reply in replies] != list(range(1, len(calls) + 1)):
            raise ChainUnavailable("the node answered other questions than were asked")
        return [self._read(reply) for reply in replies]

    def _read(self, reply: dict[str, Any]) -> Any:
        answer = _read(reply)
        if isinstance(answer, RpcFailure):
            # One that refuses a key may repeat it, and what a node says is read by all who look at the chain.
            for secret in self._secrets:
                answer = replace(answer, message=answer.message.replace(secret, "..."))
        return answer

    def _provider(self) -> "HTTPProvider":
        known: HTTPProvider | None = getattr(self._of_thread, "provider", None)
        if known is not None:
            return known
        limit = sys.getrecursionlimit()
        import requests
        import web3

        sys.setrecursionlimit(limit)  # what web3 imports lifts it to where deep nesting crashes instead of raising
        session = requests.Session()
        session.trust_env = self._host not in _THIS_MACHINE  # looked up anew for each exchange, and here never meant
        options: dict[str, Any] = {"timeout": self._timeout_s, "allow_redirects": False}
        made = web3.HTTPProvider(self._url, options, session, exception_retry_configuration=None)
        made.decode_rpc_response = from_json  # type: ignore[method-assign, assignment]
        self._of_thread.provider = made
        return made


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port == 0 or parts.scheme not in ("http", "https") or not url.isascii() or not url.isprintable():
        raise InvalidInput("a node's URL is http://host:port or https://host/path")
    return host


def _secrets(url: str) -> list[str]:
    """Return what in a URL may be a provider's key, the longest first; a short word is none."""
    parts = urlsplit(url)
    named = [
        parts.username or "",
        parts.password or "",
        *parts.path.split("/"),
        *parts.query.replace("=", "&").split("&"),
    ]
    return sorted({form for word in named for form in (word, unquote(word)) if len(form) >= _KEY_LENGTH}, key=len)[::-1]


def result(answer: Any) -> Any:
    """Return an answer that is no failure; raises ChainUnavailable for one that is."""
    if isinstance(answer, RpcFailure):
        raise ChainUnavailable(f"the node answered with an error: {answer.safe}", rpc_code=answer.code)
    return answer


def _id(reply: Any) -> int | None:
    number = reply.get("id") if isinstance(reply, dict) else None
    return number if type(number) is int else None


def _read(reply: dict[str, Any]) -> Any:
    error = reply.get("error")
    if error is None:
        if "result" not in reply:
            raise ChainUnavailable("the node's answer has neither a result nor an error")
        return reply["result"]
    code, message = (error.get("code"), error.get("message")) if isinstance(error, dict) else (None, None)
    if type(code) is not int or not isinstance(message, str):
        raise ChainUnavailable("the node's error is not one of JSON-RPC")
    return RpcFailure(code, message)
