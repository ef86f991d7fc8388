"""Project Wycheproof's JSON Web Signatures, all 401 of them, at the validator of the webhook.

None is a token: their payloads are no claims. A good signature shows by the refusal getting as far as the payload.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from token_issuer import METADATA_URL, TokenIssuer

from graph.signing_keys import KeysUnavailable
from graph.webhook_tokens import TokenRefused, TokenValidator

JSON = dict[str, Any]

VECTORS: JSON = json.loads((Path(__file__).parent / "wycheproof" / "json_web_signature.json").read_text("utf-8"))
GROUPS: list[JSON] = VECTORS["testGroups"]
VERIFIED = "the payload is no JSON object in base64url"
#: Valid to the letter of the RFC, and empty: our tokens are three parts with something in each.
EMPTY = 259


async def causes(group: JSON) -> dict[int, str]:
    """Why each signature of a group is refused by a bot whose issuer announces the group's key."""
    found: dict[int, str] = {}
    for test in group["tests"]:
        issuer = TokenIssuer([group["key"]])
        validator = TokenValidator(
            metadata_url=METADATA_URL, issuers=["i"], audiences=["a"], tenants=["*"], http=issuer.http, now=lambda: 1e9
        )
        with pytest.raises((TokenRefused, KeysUnavailable)) as refusal:  # some of the keys nobody may use
            await validator.validate(f"Bearer {test['jws']}")
        found[test["tcId"]] = str(refusal.value)
        await issuer.http.aclose()
    return found


def told_apart(group: JSON, result: str) -> set[int]:
    return {test["tcId"] for test in group["tests"] if test["result"] == result}


def test_there_are_401() -> None:
    assert sum(len(group["tests"]) for group in GROUPS) == 401


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"{group['comment']}-{group['tests'][0]['tcId']}")
async def test_no_invalid_signature_is_taken(group: JSON) -> None:
    verified = {number for number, cause in (await causes(group)).items() if cause == VERIFIED}
    assert verified & told_apart(group, "invalid") == set()


async def test_every_valid_one_is_taken_that_is_rs256_and_no_other() -> None:
    valid, taken = set[int](), set[int]()
    for group in GROUPS:
        verified = {number for number, cause in (await causes(group)).items() if cause == VERIFIED}
        taken |= verified
        if group["key"].get("kty") == "RSA" and group["key"].get("alg") == "RS256":
            valid |= told_apart(group, "valid")
    assert len(valid) == 8
    assert taken == valid - {EMPTY}
