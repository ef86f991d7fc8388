"""Per-call callback addresses: a valid token of Graph's alone cannot speak for another call.

Graph's token covers neither the body nor a call id, and lives for about an hour. The path does the rest: it carries
HMAC-SHA256(key, "callback/v1/" + instance id).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence


def callback_uri(base: str, instance_id: str, key: str) -> str:
    """The address Graph is given for one call; `base` is the app's root without a trailing slash."""
    return f"{base}/api/callbacks/{instance_id}/{signature(instance_id, key)}"


def signature(instance_id: str, key: str) -> str:
    """Base64url without padding, 43 characters."""
    # `surrogatepass` here and below: what a caller puts into a path is refused, it does not raise.
    instance = instance_id.encode("utf-8", "surrogatepass")
    mac = hmac.digest(key.encode(), b"callback/v1/" + instance, hashlib.sha256)
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def verify(instance_id: str, given: str, keys: Sequence[str]) -> bool:
    """Whether one of the keys (the current, then the one being retired) made the signature; in constant time."""
    offered = given.encode("utf-8", "surrogatepass")
    return any(hmac.compare_digest(signature(instance_id, key).encode(), offered) for key in keys)
