"""What stands between a deployment and its first call: one check for each thing, over facts about the deployment.

A check that another must precede is skipped while that one is wrong: one broken setting gives one red line.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from cli.doctor_facts import Facts, NotHere, Unknown
from cli.entra import ASKED, GRAPH_APP_ID
from graph.clouds import cloud_of
from settings import Settings, SettingsError

Status = Literal["ok", "wrong", "skipped"]
LARGEST_SKEW_S = 120.0
CERTIFICATE_DAYS = 14
LIBRARY_DAYS = 90  # Microsoft takes no media library older than three months


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What one check found."""

    check: str
    title: str
    status: Status
    says: str
    #: The command or the act that mends it.
    mend: str = ""


class Wrong(Exception):
    """What a check raises: what is wrong, and what mends it."""

    def __init__(self, says: str, mend: str) -> None:
        super().__init__(says)
        self.mend = mend


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that is looked at; `look` returns what is well, or raises `Wrong`."""

    name: str
    title: str
    look: Callable[[Facts], Awaitable[str]]
    after: tuple[str, ...] = ()


async def _settings(facts: Facts) -> str:
    try:
        Settings.from_mapping(facts.values())
    except SettingsError as error:
        raise Wrong("; ".join(error.problems), "docs/reference/settings.md; in Azure: python -m cli deploy") from None
    return "all there"


async def _token(facts: Facts) -> str:
    claims, settings = await facts.token(), Settings.from_mapping(facts.values())
    audience = str(claims.get("aud", ""))
    hosts = ("graph.microsoft.com", urlsplit(settings.graph_base_url).hostname)
    if audience != GRAPH_APP_ID and urlsplit(audience).hostname not in hosts:
        raise Wrong(f"the token is for {audience}, not for Graph", "check GRAPH_BASE_URL and LOGIN_AUTHORITY")
    if claims.get("tid") != settings.bot_tenant_id:
        raise Wrong("the token is another tenant's", "check BOT_TENANT_ID")
    return "given, for Graph"


async def _consent(facts: Facts) -> str:
    granted = await facts.granted()
    missing = [name for name in ASKED if name not in granted]
    if missing:
        raise Wrong(f"no administrator consented to {', '.join(missing)}", "python -m cli consent")
    return f"{len(ASKED)} permissions"


async def _graph(facts: Facts) -> str:
    settings = Settings.from_mapping(facts.values())
    reply = await facts.fetch("GET", f"{settings.graph_base_url}/communications/calls")
    if reply.status not in (401, 403):
        raise Wrong(f"{settings.graph_base_url} answered {reply.status}: that is no Graph", "check GRAPH_BASE_URL")
    return settings.graph_base_url


async def _cloud(facts: Facts) -> str:
    settings = Settings.from_mapping(facts.values())
    graph, login = cloud_of(settings.graph_base_url), cloud_of(settings.login_authority)
    if graph and login and graph.login_authority != login.login_authority:
        raise Wrong(
            f"Graph is that of {graph.title}, tokens those of {login.title}",
            f"LOGIN_AUTHORITY={graph.login_authority}",
        )
    return graph.title if graph else "none of Microsoft's"


async def _clock(facts: Facts) -> str:
    settings = Settings.from_mapping(facts.values())
    reply = await facts.fetch("GET", f"{settings.graph_base_url}/communications/calls")
    if reply.at is None:
        raise NotHere("Graph did not say what time it is")
    skew = facts.now() - reply.at
    if abs(skew) > LARGEST_SKEW_S:
        raise Wrong(f"the clock is {skew:+.0f} s from Graph's: tokens look expired", "set the clock")
    return f"{skew:+.0f} s from Graph's"


async def _health(facts: Facts) -> str:
    settings = Settings.from_mapping(facts.values())
    reply = await facts.fetch("GET", f"{settings.public_base_url}/api/health")
    if reply.status != 200 or reply.body.get("status") != "alive":
        raise Wrong(f"GET /api/health answered {reply.status}", "python -m cli logs; then python -m cli deploy")
    return f"version {reply.body.get('version')}"


async def _tls(facts: Facts) -> str:
    settings = Settings.from_mapping(facts.values())
    if settings.on_loopback:
        raise NotHere("on loopback")
    days = await facts.certificate_days(urlsplit(settings.public_base_url).hostname or "")
    if days < CERTIFICATE_DAYS:
        raise Wrong(f"the certificate of the webhook is good for {days:.0f} days", "renew it")
    return f"good for {days:.0f} days"


async def _webhook(facts: Facts) -> str:
    settings = Settings.from_mapping(facts.values())
    reply = await facts.fetch("POST", f"{settings.public_base_url}/api/callbacks")
    if reply.status != 403:
        raise Wrong(f"it answered {reply.status} to a request without a token, not 403", "python -m cli deploy")
    return "reached, and it turns strangers away"


async def _channel(facts: Facts) -> str:
    settings, channel = Settings.from_mapping(facts.values()), await facts.channel()
    wanted = f"{settings.public_base_url}/api/callbacks"
    if not channel.calling:
        raise Wrong("calling is not enabled on the bot's Teams channel", "python -m cli deploy")
    if channel.webhook != wanted:
        raise Wrong(f"calls go to {channel.webhook}, not to {wanted}", "python -m cli deploy")
    return wanted


async def _keys(facts: Facts) -> str:
    settings = Settings.from_mapping(facts.values())
    reply = await facts.fetch("GET", settings.calling_openid_metadata)
    if reply.status != 200 or "jwks_uri" not in reply.body:
        raise Wrong(
            f"{settings.calling_openid_metadata} announces no keys: every call is refused",
            "remove CALLING_OPENID_METADATA: the default is Microsoft's",
        )
    return "announced"


async def _issuers(facts: Facts) -> str:
    settings = Settings.from_mapping(facts.values())
    if "https://api.botframework.com" not in settings.calling_token_issuers:
        raise Wrong(
            "https://api.botframework.com is not among the issuers: every call is refused",
            "remove CALLING_TOKEN_ISSUERS: the default is Microsoft's",
        )
    return ", ".join(settings.calling_token_issuers)


async def _tenants(facts: Facts) -> str:
    settings = Settings.from_mapping(facts.values())
    if not {settings.bot_tenant_id, "*"} & set(settings.calling_tenants):
        raise Wrong("calls of the bot's own tenant are refused", f"add {settings.bot_tenant_id} to CALLING_TENANTS")
    return ", ".join(settings.calling_tenants)


async def _operators(facts: Facts) -> str:
    settings = Settings.from_mapping(facts.values())
    issuer = f"{settings.login_authority}/{settings.bot_tenant_id}/v2.0"
    reply = await facts.fetch("GET", f"{issuer}/.well-known/openid-configuration")
    if reply.body.get("issuer") != issuer:
        raise Wrong(f"{issuer} does not announce itself: operators cannot sign in", "check LOGIN_AUTHORITY")
    return "their tokens can be checked"


async def _storage(facts: Facts) -> str:
    await facts.storage()
    return "read and written"


async def _scheduler(facts: Facts) -> str:
    state = await facts.scheduler()
    if state != "Succeeded":
        raise Wrong(f"the Durable Task Scheduler is {state}", "python -m cli deploy")
    return "ready"


async def _flows(facts: Facts) -> str:
    settings = Settings.from_mapping(facts.values())
    problems = facts.flow_problems(settings.flows)
    if problems:
        raise Wrong("; ".join(problems[:3]), f"python -m cli check {settings.flows}")
    return settings.flows


async def _media_certificate(facts: Facts) -> str:
    days = await facts.media_certificate_days()
    if days < CERTIFICATE_DAYS:
        raise Wrong(f"the media workers' certificate is good for {days:.0f} days", "import a new one into Key Vault")
    return f"good for {days:.0f} days"


async def _media_library(facts: Facts) -> str:
    days = await facts.media_library_days()
    if days > LIBRARY_DAYS:
        raise Wrong(f"the media library is {days:.0f} days old: Microsoft takes none over {LIBRARY_DAYS}", "update it")
    return f"{days:.0f} days old"


_S = ("settings",)
CHECKS: Sequence[Check] = (
    Check(name="settings", title="Settings", look=_settings),
    Check(name="cloud", title="Cloud", look=_cloud, after=_S),
    Check(name="graph", title="Graph", look=_graph, after=(*_S, "cloud")),
    Check(name="clock", title="Clock", look=_clock, after=(*_S, "graph")),
    Check(name="token", title="Token for Graph", look=_token, after=(*_S, "graph", "clock")),
    Check(name="consent", title="Permissions and consent", look=_consent, after=(*_S, "token")),
    Check(name="operators", title="Operators' sign-in", look=_operators, after=(*_S, "token")),
    Check(name="tls", title="Webhook's certificate", look=_tls, after=_S),
    Check(name="health", title="The app", look=_health, after=(*_S, "tls")),
    Check(name="webhook", title="Webhook", look=_webhook, after=(*_S, "health")),
    Check(name="channel", title="Bot's Teams channel", look=_channel, after=(*_S, "webhook")),
    Check(name="keys", title="Keys of webhook tokens", look=_keys, after=_S),
    Check(name="issuers", title="Issuers of webhook tokens", look=_issuers, after=_S),
    Check(name="tenants", title="Tenants that may call", look=_tenants, after=_S),
    Check(name="storage", title="Storage", look=_storage, after=_S),
    Check(name="scheduler", title="Durable Task Scheduler", look=_scheduler, after=_S),
    Check(name="flows", title="Flows", look=_flows, after=_S),
    Check(name="media-certificate", title="Media workers' certificate", look=_media_certificate, after=_S),
    Check(name="media-library", title="Media library", look=_media_library, after=_S),
)


async def examine(facts: Facts, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """Every check in order."""
    findings: list[Finding] = []
    wrong: set[str] = set()
    for check in checks:
        finding = await _examine(check, facts, wrong)
        if finding.status == "wrong" or (finding.status == "skipped" and wrong & set(check.after)):
            wrong.add(check.name)
        findings.append(finding)
    return findings


async def _examine(check: Check, facts: Facts, wrong: set[str]) -> Finding:
    first = [name for name in check.after if name in wrong]
    if first:
        return Finding(check=check.name, title=check.title, status="skipped", says=f"mend {first[0]} first")
    try:
        return Finding(check=check.name, title=check.title, status="ok", says=await check.look(facts))
    except NotHere as absent:
        return Finding(check=check.name, title=check.title, status="skipped", says=str(absent))
    except Wrong as found:
        return Finding(check=check.name, title=check.title, status="wrong", says=str(found), mend=found.mend)
    except Unknown as unknown:
        return Finding(check=check.name, title=check.title, status="wrong", says=str(unknown), mend=unknown.mend)
