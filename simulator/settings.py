"""Everything about Graph that is unknown, disputed or worth varying, as one documented field each.

Nobody outside Microsoft knows these values; where a document, a sample or a logged payload gives one it is the default.
Change them when the simulator is made, or while it runs (`POST /simulator/settings`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_type_hints

from simulator.far_end import ScriptRefused, checked
from simulator.ids import same_id
from simulator.permissions import EVERY_PERMISSION
from simulator.results import OUTCOMES, RESULTS, Result
from simulator.settings_json import SettingsRefused, from_json


@dataclass(frozen=True, kw_only=True)
class Target:
    """How somebody behaves who is rung: by the bot, by an invitation, a transfer or a redirect."""

    #: `answers`; `waits` (rings until the control plane acts for them); `declines`, `busy`, `no_answer`, `fails`, or
    #: any other name of `simulator.results.ENDINGS`.
    outcome: str = "answers"
    #: Outcomes of the first times they are rung, before `outcome`: `["busy", "no_answer"]`.
    first: tuple[str, ...] = ()
    #: Seconds from the ringing to that outcome.
    after_s: float = 2.0
    #: What they do once they have answered a call of the bot's; see `simulator.far_end`.
    script: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Client:
    """An application, other than the bot, that the token service knows: an operator's tool."""

    secret: str
    #: Application roles that its tokens for the bot's own API carry.
    roles: tuple[str, ...] = ()
    #: Application permissions for Graph. Calls are the bot's all the same; meetings are anybody's.
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SimulatorSettings:
    """What the simulated Graph, its tenant and the people on the line are like. Times are seconds."""

    # --- the bot and its tenant
    bot_app_id: str = "0c1f5b00-6666-4a2b-9c3d-00000000b070"
    bot_display_name: str = "IVR bot"
    bot_client_secret: str = "simulator-secret"
    #: Whether a client assertion (federated identity) is taken in place of the secret. Its signature is not checked.
    accept_client_assertions: bool = True
    tenant_id: str = "0c1f5b00-4444-4a2b-9c3d-0000000000cc"
    #: Further tenants whose users may call, and whose tokens the bot may ask for.
    other_tenants: tuple[str, ...] = ()
    #: Where incoming calls ring: the calling webhook of the Azure Bot's Teams channel.
    bot_callback_url: str = "http://127.0.0.1:7071/api/callbacks"
    #: The resource account that phone calls reach.
    application_instance_id: str = "0c1f5b00-7777-4a2b-9c3d-0000000015f0"
    application_instance_name: str = "Reception line"
    #: Application permissions granted to the bot; new tokens carry them as roles.
    permissions: tuple[str, ...] = EVERY_PERMISSION
    #: Actions whose pages say so are not checked again after the call was made; false: checked with every request.
    permissions_checked_at_creation: bool = True
    #: What every chat and meeting has granted to the bot for itself (`simulator.permissions.IN_CHAT`); not in tokens.
    chat_permissions: tuple[str, ...] = ()
    #: Users to whom the bot's application access policy for online meetings was granted; null for everybody.
    meetings_of: tuple[str, ...] | None = None
    #: National clouds lack some actions.
    cloud: Literal["global", "us_gov"] = "global"
    #: Other applications of the tenant, by client id.
    clients: dict[str, Client] = field(default_factory=dict)

    # --- tokens
    webhook_issuer: str = "https://api.botframework.com"
    #: Life of a webhook token; 3900 is what the documents' example token has.
    webhook_token_life_s: float = 3900.0
    #: Life of a token from the token service; Entra says 3599.
    access_token_life_s: float = 3599.0

    # --- webhook delivery
    webhook_attempts: int = 1
    webhook_retry_delay_s: float = 1.0
    #: Seconds on the wall, also under virtual time.
    webhook_timeout_s: float = 15.0
    #: A re-sent notification keeps its message id, or has a new one and names the first in `Original-Message-ID`.
    resend_message_id: Literal["same", "original"] = "original"
    #: Send everything twice.
    duplicate_notifications: bool = False
    #: Probability that a notification lets the next one of its call pass.
    reorder_probability: float = 0.0
    #: How long such a notification waits for a next one.
    reorder_hold_s: float = 0.1
    #: Most changes in one POST, and how long a change waits for company.
    batch_size: int = 1
    batch_wait_s: float = 0.05
    #: Send the first notification of an incoming call in the legacy form and, after a 204, again in Graph's form.
    legacy_first: bool = False
    #: Whether a call ends whose incoming notification nobody took.
    unacknowledged_call_ends: bool = True

    # --- wire form
    #: Label and encoding of webhook bodies, e.g. "Windows-1252"; null leaves the label out and sends UTF-8.
    webhook_charset: str | None = None
    #: Ids as dashed lower-case GUIDs, as 32 upper-case hex digits, or dashed in URLs and hex in bodies.
    id_form: Literal["dashed", "upper_hex", "mixed"] = "dashed"
    #: Call states as `established` or `Established`.
    state_case: Literal["camel", "pascal"] = "camel"
    #: Operation states as `running` or `Running`.
    operation_status_case: Literal["camel", "pascal"] = "camel"
    result_code_form: Literal["number", "string"] = "number"
    subcode_key: Literal["subcode", "subCode"] = "subcode"
    identity_set_type: Literal["identitySet", "communicationsIdentitySet"] = "identitySet"
    participant_id_key: Literal["id", "participantId"] = "id"
    resource_url_leading_slash: bool = True
    #: Whether identities carry `tenantId`, which the metadata do not know.
    identity_tenant_ids: bool = True
    #: Whether resources carry properties of real payloads that the metadata do not know.
    beyond_metadata: bool = False
    #: Whether items also carry `resource` in its `/app/calls/...` form.
    resource_included: bool = True
    #: Content sharing is told of at its collection, with a list, or at the session itself, with nothing.
    sharing_notification: Literal["collection", "item"] = "collection"
    #: `resourceData` of call and operation changes as a list of one.
    resource_data_as_list: bool = False
    #: The notification after a reject holds no state and no result.
    reject_notification_bare: bool = True

    # --- life of a call
    #: Window for answer, reject and redirect, from the sending of the incoming notification.
    answer_window_s: float = 15.0
    policy_answer_window_s: float = 5.0
    #: `answer` without a callbackUri is accepted and the registered URL is used.
    callback_uri_optional: bool = True
    establishing_delay_s: float = 0.05
    established_delay_s: float = 0.3
    media_delay_s: float = 0.2
    #: From `terminating` to `deleted` after the bot has hung up.
    terminating_delay_s: float = 0.1
    #: Without a keepAlive for this long the call ends.
    keep_alive_lapse_s: float = 45 * 60.0
    #: Longest call; null for no limit: none is documented.
    max_call_s: float | None = None

    # --- how things end
    #: Replaces some of `simulator.results.RESULTS`, by name.
    results: dict[str, Result] = field(default_factory=dict)

    # --- outgoing calls
    #: How long a call of the bot's, or an invitation, rings.
    ring_s: float = 120.0
    #: Whether the call says `ringing`, which the documents list and the metadata do not know.
    ringing_state: bool = False
    #: Tenants of users who are of another tenant than the bot's home, by user id: calling them is refused with 7505.
    foreign_users: dict[str, str] = field(default_factory=dict)

    # --- group calls and meetings
    #: Changes of a roster that come within this make one notification.
    roster_delay_s: float = 0.1
    #: The least time between two rosters of one call.
    roster_interval_s: float = 0.5
    #: Whether participants carry `rosterSequenceNumber`: the roster's number when they last changed.
    roster_sequence_numbers: bool = False
    #: Whether rosters follow when a call between two becomes a group call; reported missing for years.
    roster_after_escalation: bool = True
    #: Invitations into a call between two: refused, as the page says, or it becomes a group call, as a table says.
    invite_into_peer_to_peer: Literal["refuse", "escalate"] = "refuse"
    #: From the request to replace a call to its end.
    replace_delay_s: float = 0.5
    #: A group call ends when whoever began it leaves.
    group_call_ends_with_initiator: bool = True
    #: How long the bot may stay alone in a group call or in a meeting; null for ever.
    alone_in_group_s: float | None = 2.0
    alone_in_meeting_s: float | None = 1800.0
    lobby_timeout_s: float = 1800.0
    #: What a call that joined by id or token shows as its meeting: what it was asked with, or organizer and chat.
    meeting_shown: Literal["as_asked", "organizer"] = "as_asked"
    #: The tenant lets the bot remove participants.
    remove_participant_allowed: bool = True
    hold_music_delay_s: float = 0.2

    # --- who is rung
    #: Who answers and who does not, by user id, application instance id or phone number.
    targets: dict[str, Target] = field(default_factory=dict)
    #: How everyone else behaves.
    anyone_else: Target = field(default_factory=Target)
    #: Consultative transfers work on either call, or on the call made later, or earlier, only.
    consultative_transfer_on: Literal["either", "later", "earlier"] = "either"
    #: How long a transfer rings before "no_answer" counts as failed.
    transfer_ring_s: float = 55.0
    #: `mediaState` inactive comes before `transferAccepted`, or after it.
    media_inactive_first: bool = False
    transfer_completion_delay_s: float = 0.1

    #: How long it takes to make a large gallery.
    large_gallery_s: float = 0.2

    # --- tones
    tone_sequence_start: int = 1
    tone_sequence_stride: int = 1
    #: Start the counter again after so many tones; null for never.
    tone_sequence_restart_after: int | None = None
    #: A key that stops a recording is also notified as a tone.
    stop_tone_notified: bool = True

    #: Between two keys that the bot presses, when it does not say.
    sent_tone_s: float = 0.25

    # --- prompts and recordings
    #: Prompt files larger than this cannot be downloaded.
    prompt_max_bytes: int = 50_000_000
    #: Seconds on the wall, also under virtual time.
    prompt_fetch_timeout_s: float = 10.0
    #: A prompt with a resourceId is fetched once per call, or every time.
    prompt_cache: Literal["call", "none"] = "call"
    #: What becomes of a play operation when its call ends: a failed operation is notified, or nothing is.
    play_on_hang_up: Literal["fail", "silent"] = "fail"
    #: What becomes of a recording then: kept and completed, failed, or never heard of again.
    record_on_hang_up: Literal["complete", "fail", "silent"] = "complete"
    beep_s: float = 0.4
    #: 20 ms of speech louder than this (RMS below full scale) are not silence.
    speech_threshold_dbfs: float = -45.0
    #: How long a recording can be fetched after its call has ended.
    recording_kept_s: float = 60.0

    # --- chance
    #: Seeds every probability of this simulator.
    seed: int = 1

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SimulatorSettings:
        """Settings from a JSON object of field names. Raises `SettingsRefused`."""
        return cls().changed(values)

    def changed(self, values: Mapping[str, Any]) -> SimulatorSettings:
        """These settings with some fields replaced from JSON. Raises `SettingsRefused`."""
        hints = get_type_hints(SimulatorSettings)
        unknown = sorted(set(values) - set(hints))
        if unknown:
            raise SettingsRefused(f"no setting is called {', '.join(unknown)}")
        changed = replace(self, **{name: from_json(value, hints[name], name) for name, value in values.items()})
        strange = sorted(set(changed.results) - set(RESULTS))
        if strange:
            raise SettingsRefused(f"results has no {', '.join(strange)}; it has {', '.join(RESULTS)}")
        for who, target in changed.targets.items():
            _check_target(f"targets.{who}", target)
        _check_target("anyone_else", changed.anyone_else)
        return changed

    def to_json(self) -> dict[str, Any]:
        """Every field, as `from_json` takes it."""
        return asdict(self)

    def result(self, what: str) -> Result:
        """How Graph reports what happened; `what` is a name of `simulator.results.RESULTS`."""
        return self.results.get(what) or RESULTS[what]

    def foreign(self, user_id: str, said_tenant_id: str | None, tenant_id: str) -> bool:
        """Whether a user is of another tenant than this one, as far as is known or said."""
        known = next((tenant for who, tenant in self.foreign_users.items() if same_id(who) == same_id(user_id)), None)
        return (known or said_tenant_id or tenant_id) != tenant_id

    def target(self, identity: str) -> Target:
        """How the person with this id or number behaves."""
        named = (target for who, target in self.targets.items() if same_id(who) == same_id(identity))
        return next(named, self.anyone_else)

    def may_manage_meetings_of(self, user_id: str) -> bool:
        """Whether the application access policy was granted for a user."""
        return self.meetings_of is None or same_id(user_id) in map(same_id, self.meetings_of)


def _check_target(where: str, target: Target) -> None:
    if not {target.outcome, *target.first} <= OUTCOMES:
        raise SettingsRefused(f"{where}: outcomes must be some of {', '.join(sorted(OUTCOMES))}")
    try:
        checked(target.script)
    except ScriptRefused as problem:
        raise SettingsRefused(f"{where}: {problem}") from None
