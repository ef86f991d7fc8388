"""The only reader of the environment.

In Azure the variables are app settings; on a laptop they come from `local.settings.json`, and the environment wins.
`docs/reference/settings.md` lists them all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

STRICT_TYPING = "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"
# Host suffixes recordings may be fetched from. Unproved: Microsoft's documents only show a placeholder host.
_RECORDING_HOSTS = "skype.com,teams.microsoft.com,teams.microsoft.us,microsoft.com"
_ISSUERS = "https://api.botframework.com,https://graph.microsoft.com"
_OPENID_METADATA = "https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration"
_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}", re.ASCII)
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", re.ASCII)
_PRICES = re.compile(
    r"[A-Z]{3}(,(call|minute|execution|storage_operation|recorded_minute|telephone_minute)=\d{1,6}(\.\d{1,12})?)+",
    re.ASCII,
)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingsError(ValueError):
    """Some variables are missing or malformed; the message names each one and what it should hold."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("Callwright cannot start:\n" + "\n".join(f"  {problem}" for problem in problems))


@dataclass(frozen=True, kw_only=True)
class CallLimits:
    """Incoming calls that are served at once and within 30 days, altogether and of one customer; 0 for any number."""

    at_once: int
    at_once_per_customer: int
    per_month: int
    per_month_per_customer: int


@dataclass(frozen=True, kw_only=True)
class Canary:
    """Whom to call every quarter of an hour to see whether calls work: a user's id, or a number and who dials it."""

    to: str
    application_instance: str | None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What this deployment is told from outside."""

    #: Entra application (client) id of the bot, and the tenant it lives in.
    bot_app_id: str
    bot_tenant_id: str
    #: One of the two: a client secret (development), or the client id of a user-assigned identity that the
    #: application trusts as a federated credential (production).
    bot_client_secret: str | None
    bot_identity_client_id: str | None
    #: Root of Graph, host of the token authority, and where the keys of webhook tokens are announced.
    graph_base_url: str
    login_authority: str
    calling_openid_metadata: str
    #: Issuers of webhook tokens, compared exactly, and the tenants whose calls are taken (`*` for any).
    calling_token_issuers: tuple[str, ...]
    calling_tenants: tuple[str, ...]
    #: https root under which Graph reaches this app, without a trailing slash.
    public_base_url: str
    #: Keys of callback signatures: the current one first, then the previous one while it is being retired.
    callback_keys: tuple[str, ...]
    #: Host suffixes that recordings may be fetched from.
    recording_hosts: tuple[str, ...]
    #: One of the two: a connection string (laptop), or an account name used with an identity (Azure).
    storage_connection_string: str | None
    storage_account_name: str | None
    storage_client_id: str | None
    #: Folder of flow documents and `routes.yaml`, relative to the app.
    flows: str
    #: Stands in for Entra tokens on `/api/calls`; honoured on loopback only.
    development_key: str | None
    #: How long a key press may be held back for one that left the phone before it, in milliseconds.
    tone_reorder_ms: int
    #: Whether what was stored of key presses stays for 30 days after the call, for whoever looks for a fault.
    keep_tones: bool
    #: Days after which durable histories, recordings and records of calls go.
    history_days: int
    recording_days: int
    record_days: int
    #: Account of recordings that are not kept: a connection string, or a name; None: the same account as everything.
    transient_storage: str | None
    #: What callers are hashed with, so that what is kept of one can be found and erased.
    caller_keys: tuple[str, ...]
    #: Whether to call others straight into a call of two: Graph's pages contradict one another about it.
    direct_invite: bool
    #: How numbers begin that the bot may dial, each like `+44`; none by default.
    dial_allow: tuple[str, ...]
    #: Telephone calls that may be dialled within any hour, altogether and for one customer.
    dial_cap_per_hour: int
    dial_cap_per_customer_per_hour: int
    #: Hosts that flows may ask, each with its port where that is not 443, and what is sent along, by name.
    http_allow: tuple[str, ...]
    http_secrets: Mapping[str, str]

    #: Whether a webhook answers a call whose flow begins with that, while the orchestration starts.
    early_answer: bool
    #: How many participants of one recording policy a call takes; 0 leaves it to Graph, which then makes one call each.
    policy_participants: int
    #: What units cost, as `records.prices` reads it; empty for nothing.
    prices: str
    #: How many incoming calls are served.
    call_limits: CallLimits
    #: Whom test calls go to; None: there are none.
    canary: Canary | None

    @classmethod
    def from_environment(cls) -> Settings:
        """Read this process's environment. Raises `SettingsError`."""
        return cls.from_mapping(os.environ)

    @classmethod
    def from_mapping(cls, env: Mapping[str, str]) -> Settings:
        """Read settings from names and values. Raises `SettingsError` that names every problem at once."""
        reader = _Reader(env)
        settings = cls._read(reader, env)
        settings._check(reader)
        reader.raise_if_any()
        return settings

    @classmethod
    def _read(cls, reader: _Reader, env: Mapping[str, str]) -> Settings:
        return cls(
            bot_app_id=reader.required("BOT_APP_ID", "the Entra application (client) id of the bot"),
            bot_tenant_id=reader.required("BOT_TENANT_ID", "the id of the tenant the application lives in"),
            bot_client_secret=reader.optional("BOT_CLIENT_SECRET"),
            bot_identity_client_id=reader.optional("BOT_IDENTITY_CLIENT_ID"),
            graph_base_url=reader.url("GRAPH_BASE_URL", "https://graph.microsoft.com/v1.0"),
            login_authority=reader.url("LOGIN_AUTHORITY", "https://login.microsoftonline.com"),
            calling_openid_metadata=reader.url("CALLING_OPENID_METADATA", _OPENID_METADATA),
            calling_token_issuers=reader.items("CALLING_TOKEN_ISSUERS", _ISSUERS),
            calling_tenants=reader.items("CALLING_TENANTS", env.get("BOT_TENANT_ID", "")),
            public_base_url=reader.url("PUBLIC_BASE_URL", _own_address(env)),
            callback_keys=reader.callback_keys(),
            recording_hosts=reader.items("RECORDING_HOSTS", _RECORDING_HOSTS),
            storage_connection_string=reader.optional("AzureWebJobsStorage"),
            storage_account_name=reader.optional("AzureWebJobsStorage__accountName"),
            storage_client_id=reader.optional("AzureWebJobsStorage__clientId"),
            flows=reader.optional("FLOWS") or "flows/definitions",
            development_key=reader.optional("DEVELOPMENT_KEY"),
            tone_reorder_ms=reader.number("TONE_REORDER_MS", 150, most=2000),
            keep_tones=reader.number("KEEP_TONES", 0, most=1) == 1,
            history_days=reader.number("HISTORY_DAYS", 30, most=3650),
            recording_days=reader.number("RECORDING_DAYS", 365, most=3650),
            record_days=reader.number("RECORD_DAYS", 365, most=3650),
            transient_storage=reader.optional("TRANSIENT_STORAGE"),
            caller_keys=reader.items("CALLER_KEY", env.get("CALLBACK_KEYS", "")),
            direct_invite=reader.number("DIRECT_INVITE", 0, most=1) == 1,
            dial_allow=reader.prefixes("DIAL_ALLOW"),
            dial_cap_per_hour=reader.number("DIAL_CAP_PER_HOUR", 100, most=100_000),
            dial_cap_per_customer_per_hour=reader.number("DIAL_CAP_PER_CUSTOMER_PER_HOUR", 50, most=100_000),
            http_allow=reader.hosts("HTTP_ALLOW"),
            http_secrets=reader.named("HTTP_SECRET_"),
            early_answer=reader.number("EARLY_ANSWER", 1, most=1) == 1,
            policy_participants=reader.number("POLICY_PARTICIPANTS", 0, most=1000),
            prices=reader.prices(),
            call_limits=reader.call_limits(),
            canary=reader.canary(),
        )

    def _check(self, reader: _Reader) -> None:
        reader.strict_typing()
        if not (self.bot_client_secret or self.bot_identity_client_id):
            reader.problems.append(
                "BOT_CLIENT_SECRET or BOT_IDENTITY_CLIENT_ID is missing: the bot needs one of them to ask for tokens"
            )
        if not (self.storage_connection_string or self.storage_account_name):
            reader.problems.append(
                "AzureWebJobsStorage (a connection string) or AzureWebJobsStorage__accountName is missing"
            )
        if self.development_key and not self.on_loopback:
            reader.problems.append(
                "DEVELOPMENT_KEY is only allowed while PUBLIC_BASE_URL is on loopback; use Entra tokens elsewhere"
            )

    @property
    def on_loopback(self) -> bool:
        """Whether this app serves nobody but this machine."""
        return _is_loopback(self.public_base_url)

    @property
    def graph_on_loopback(self) -> bool:
        """Whether Graph is a simulator on this machine."""
        return _is_loopback(self.graph_base_url)


class _Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.problems: list[str] = []

    def optional(self, name: str) -> str | None:
        return self._env.get(name, "").strip() or None

    def required(self, name: str, meaning: str) -> str:
        value = self.optional(name)
        if value is None:
            self.problems.append(f"{name} is missing: {meaning}")
        return value or ""

    def items(self, name: str, default: str) -> tuple[str, ...]:
        text = self.optional(name) or default
        return tuple(item.strip() for item in text.split(",") if item.strip())

    def url(self, name: str, default: str) -> str:
        value = (self.optional(name) or default).rstrip("/")
        parts = urlsplit(value)
        if not value:
            self.problems.append(f"{name} is missing: an https address")
        elif parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(value)):
            self.problems.append(f"{name} is {value!r}: it must be https (plain http only on loopback)")
        elif not parts.hostname or parts.query or parts.fragment or parts.username:
            self.problems.append(f"{name} is {value!r}: it must be an address without user, query or fragment")
        return value

    def number(self, name: str, default: int, *, most: int) -> int:
        text = self.optional(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or int(text) > most:
            self.problems.append(f"{name} is {text!r}: it must be a whole number from 0 to {most}")
            return default
        return int(text)

    def prefixes(self, name: str) -> tuple[str, ...]:
        items = self.items(name, "")
        for item in items:
            if not _PREFIX.fullmatch(item):
                self.problems.append(f"{name} holds {item!r}: each must begin a number, like +44 or +1202")
        return items

    def hosts(self, name: str) -> tuple[str, ...]:
        items = tuple(item.lower().removesuffix(":443") for item in self.items(name, ""))
        for item in items:
            if not _HOST.fullmatch(item):
                self.problems.append(f"{name} holds {item!r}: each must be a host, like api.example.com or host:8443")
        return items

    def named(self, prefix: str) -> Mapping[str, str]:
        """Those variables that begin so, by the rest of their names."""
        found = {name[len(prefix) :]: value.strip() for name, value in self._env.items() if name.startswith(prefix)}
        for name, value in found.items():
            if not value.isascii() or not value.isprintable() or not value:
                self.problems.append(f"{prefix}{name} cannot be sent in a header: it must be visible characters")
        return found

    def prices(self) -> str:
        text = self.optional("PRICES") or ""
        if text and not _PRICES.fullmatch(text):
            self.problems.append(
                f"PRICES is {text!r}: it must be a currency and prices, like USD,execution=0.00005,minute=0.01"
                "; the units are call, minute, execution, storage_operation, recorded_minute, telephone_minute"
            )
            return ""
        return text

    def call_limits(self) -> CallLimits:
        return CallLimits(
            at_once=self.number("CALLS_AT_ONCE", 0, most=100_000),
            at_once_per_customer=self.number("CALLS_AT_ONCE_PER_CUSTOMER", 0, most=100_000),
            per_month=self.number("CALLS_PER_MONTH", 0, most=100_000_000),
            per_month_per_customer=self.number("CALLS_PER_MONTH_PER_CUSTOMER", 0, most=100_000_000),
        )

    def canary(self) -> Canary | None:
        to, dialled_by = self.optional("CANARY_TO"), self.optional("CANARY_FROM")
        if to is None:
            if dialled_by is not None:
                self.problems.append("CANARY_FROM is set without CANARY_TO: whom is it to call?")
            return None
        number = _NUMBER.fullmatch(to) is not None
        if not number and not _GUID.fullmatch(to):
            self.problems.append(f"CANARY_TO is {to!r}: it must be the id of a user, or a number like +442071234567")
        if number and not _GUID.fullmatch(dialled_by or ""):
            self.problems.append(
                "CANARY_FROM must be the id of the resource account that dials the number of CANARY_TO"
            )
        return Canary(to=to, application_instance=dialled_by if number else None)

    def strict_typing(self) -> None:
        if self.optional(STRICT_TYPING) != "1":
            self.problems.append(
                f"{STRICT_TYPING} must be 1: without it the Durable SDK builds the classes that data names"
            )

    def raise_if_any(self) -> None:
        if self.problems:
            raise SettingsError(self.problems)

    def callback_keys(self) -> tuple[str, ...]:
        keys = self.items("CALLBACK_KEYS", "")
        if not 1 <= len(keys) <= 2:
            self.problems.append("CALLBACK_KEYS must hold the current key, or current,previous")
        if any(len(key) < 32 for key in keys):
            self.problems.append("CALLBACK_KEYS holds a key of fewer than 32 characters; make it longer and random")
        return keys


def _own_address(env: Mapping[str, str]) -> str:
    host = env.get("WEBSITE_HOSTNAME", "").strip()
    return f"https://{host}" if host else ""


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in _LOOPBACK
