"""Forged bearer tokens, and the valid one they are made from.

`forgeries(...)` gives every kind known here: those of the attack table, and what a strict PyJWT still lets through.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

Claims = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Forgery:
    """A token that must be refused; `cause` starts the cause that our log gives for it."""

    name: str
    token: str
    cause: str


def webhook_claims(*, app_id: str, tenant_id: str, issuer: str, now: float) -> Claims:
    """Claims like those of Graph's calling service: good for 65 minutes from now."""
    issued = int(now)
    return {
        "aud": app_id,
        "iss": issuer,
        "iat": issued,
        "nbf": issued,
        "exp": issued + 3900,
        "tid": tenant_id,
    }


def signed(key: RSAPrivateKey, kid: str, claims: Mapping[str, Any]) -> str:
    """The valid token over these claims."""
    return _rs(key, {"alg": "RS256", "typ": "JWT", "kid": kid}, claims)


def forgeries(key: RSAPrivateKey, kid: str, claims: Claims, *, other_tenant: str) -> Iterator[Forgery]:
    """Every forgery of a token with these valid claims, `iat` being now."""
    for name, token, cause in (
        *_of_algorithms(key, kid, claims),
        *_of_headers(key, kid, claims),
        *_of_claims(key, kid, claims, other_tenant),
        *_of_form(key, kid, claims),
    ):
        yield Forgery(name=name, token=token, cause=cause)


_Made = Iterator[tuple[str, str, str]]


def _of_algorithms(key: RSAPrivateKey, kid: str, claims: Claims) -> _Made:
    header = {"alg": "RS256", "typ": "JWT", "kid": kid}
    _, _, signature = signed(key, kid, claims).split(".")
    for alg in ("none", "None", "nOnE", "NONE"):
        unsigned = f"{_part({**header, 'alg': alg})}.{_part(claims)}."
        yield f"alg {alg}, no signature", unsigned, "the token is not three"
        yield f"alg {alg}, a signature", unsigned + signature, "alg: not RS256"
    yield "null signature", f"{_part(header)}.{_part(claims)}.", "the token is not three"
    yield "zero signature", f"{_part(header)}.{_part(claims)}.{_base64url(bytes(256))}", "the signature is not the key"
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    yield "HS256 with the public key", _hs({**header, "alg": "HS256"}, claims, pem), "alg: not RS256"
    yield "HS256 with a blank key", _hs({**header, "alg": "HS256"}, claims, b""), "alg: not RS256"
    yield "RS256 named, HMAC made", _hs(header, claims, pem), "the signature is not the key"
    yield "RS384", _rs(key, {**header, "alg": "RS384"}, claims, hashes.SHA384()), "alg: not RS256"
    yield "RS512", _rs(key, {**header, "alg": "RS512"}, claims, hashes.SHA512()), "alg: not RS256"
    yield "RS256 named, SHA-512 made", _rs(key, header, claims, hashes.SHA512()), "the signature is not the key"
    yield "PS256", _ps(key, {**header, "alg": "PS256"}, claims), "alg: not RS256"
    yield "RS256 named, PSS made", _ps(key, header, claims), "the signature is not the key"
    yield "alg rs256", _rs(key, {**header, "alg": "rs256"}, claims), "alg: not RS256"
    yield "alg a list", _rs(key, {**header, "alg": ["RS256"]}, claims), "alg: not RS256"
    yield "alg missing", _rs(key, {"kid": kid}, claims), "alg: not RS256"


def _of_headers(key: RSAPrivateKey, kid: str, claims: Claims) -> _Made:
    header = {"alg": "RS256", "typ": "JWT", "kid": kid}
    stranger = generate_private_key(public_exponent=65537, key_size=2048)
    numbers = stranger.public_key().public_numbers()
    own = {"kty": "RSA", "kid": kid, "n": _base64url(numbers.n.to_bytes(256, "big")), "e": "AQAB"}
    yield "a stranger's key under our kid", signed(stranger, kid, claims), "the signature is not the key"
    yield "jwk", _rs(stranger, {**header, "jwk": own}, claims), "jwk: not allowed"
    yield "jku", _rs(stranger, {**header, "jku": "https://attacker.example/keys"}, claims), "jku: not allowed"
    yield "x5u", _rs(stranger, {**header, "x5u": "https://attacker.example/cert"}, claims), "x5u: not allowed"
    yield "x5c", _rs(stranger, {**header, "x5c": ["MIIB"]}, claims), "x5c: not allowed"
    yield "a valid token with jku", _rs(key, {**header, "jku": "https://attacker.example/"}, claims), "jku: not allowed"
    for crit in (["exp"], ["b64"], []):
        yield f"crit {crit}", _rs(key, {**header, "crit": crit}, claims), "crit: not allowed"
    yield "b64 false", _rs(key, {**header, "b64": False}, claims), "b64: not allowed"
    for unknown in ("k2", "../../dev/null", "k1' OR '1'='1", "\x00", kid.upper() + " "):
        yield f"kid {unknown!r}", _rs(key, {**header, "kid": unknown}, claims), "kid: no such key"
    for missing in (None, "", 1, [kid]):
        yield f"kid {missing!r}", _rs(key, {**header, "kid": missing}, claims), "kid: missing"
    yield "no kid", _rs(key, {"alg": "RS256"}, claims), "kid: missing"


def _of_claims(key: RSAPrivateKey, kid: str, claims: Claims, other_tenant: str) -> _Made:
    now, aud, iss = claims["iat"], claims["aud"], claims["iss"]

    def forged(**changes: Any) -> str:
        kept = {name: value for name, value in {**claims, **changes}.items() if value is not ...}
        return signed(key, kid, kept)

    for name in ("aud", "iss", "tid"):
        yield f"{name} missing", forged(**{name: ...}), f"{name}: missing"
        yield f"{name} empty", forged(**{name: ""}), f"{name}: missing"
        yield f"{name} null", forged(**{name: None}), f"{name}: missing"
        yield f"{name} a list holding the right one", forged(**{name: [claims[name]]}), f"{name}: missing"
    for wrong in ("api://" + aud, aud + "x", aud[:-1], " " + aud):
        yield f"aud {wrong!r}", forged(aud=wrong), "aud: meant"
    for wrong in ("https://attacker.example", iss + "/", iss[:-1], iss + ".attacker.example", f"x{iss}", iss.upper()):
        yield f"iss {wrong!r}", forged(iss=wrong), "iss: not"
    yield "tid of another tenant", forged(tid=other_tenant), f"tid: tenant {other_tenant}"
    yield "tid *", forged(tid="*"), "tid: malformed"
    yield "tid a path", forged(tid="../common"), "tid: malformed"
    for name in ("exp", "nbf"):
        for bad in (..., None, "1767607200", True, [now], {}):
            yield f"{name} {bad!r}", forged(**{name: bad}), f"{name}: missing"
        for label, bad in (("30 digits", 10**30), ("400 digits", 10**400), ("-1", -1), ("NaN", float("nan"))):
            yield f"{name} {label}", forged(**{name: bad}), f"{name}: no time"
    yield "expired", forged(nbf=now - 4000, exp=now - 301), "exp: expired"
    yield "not valid yet", forged(nbf=now + 302), "nbf: not valid yet"
    yield "nbf after exp, both inside the leeway", forged(nbf=now + 200, exp=now + 100), "exp: not after nbf"
    yield "nbf equal to exp", forged(nbf=now, exp=now), "exp: not after nbf"
    yield "good for two days", forged(exp=now + 2 * 86400), "exp: lives longer"
    yield "issued in the future", forged(iat=now + 302), "iat: issued in the future"
    yield "iat a text", forged(iat="now"), "iat: missing"


def _of_form(key: RSAPrivateKey, kid: str, claims: Claims) -> _Made:
    good = signed(key, kid, claims)
    header, payload, signature = good.split(".")
    three = "the token is not three"
    for name, token in (
        ("trailing dot", good + "."),
        ("four parts", good + ".x"),
        ("two parts", f"{header}.{payload}"),
        ("five parts (JWE)", f"{header}.{payload}.{signature}.a.b"),
        ("trailing space", good + " "),
        ("leading space", " " + good),
        ("inner space", f"{header}. {payload}.{signature}"),
        ("trailing newline", good + "\n"),
        ("padded signature", good + "=="),
        ("standard base64", f"{header}.{payload}.+/{signature[2:]}"),
        ("JSON serialisation", json.dumps({"protected": header, "payload": payload, "signature": signature})),
        ("a letter that is not ASCII", f"{header}.{payload}é.{signature}"),
        ("two tokens", f"{good}, Bearer {good}"),
        ("empty", ""),
    ):
        yield name, token, three
    tampered = _part({**claims, "tid": "attacker"})
    yield "tampered payload", f"{header}.{tampered}.{signature}", "the signature is not the key"
    yield "truncated signature", good[:-6], "the signature is not the key"
    yield (
        "other spelling of the signature",
        f"{header}.{payload}.{_other_spelling(signature)}",
        "the signature is not base64",
    )
    yield "impossible length of the signature", f"{header}.{payload}.{signature[:-1]}", "the signature is not base64"
    raw_header = {"alg": "RS256", "typ": "JWT", "kid": kid}
    for name, body in (
        ("a list as payload", b"[]"),
        ("a payload that is not JSON", b"exp"),
        ("a payload of another charset", b'{"iss": "\xff"}'),
        ("a claim given twice", json.dumps(claims)[:-1].encode() + b', "tid": "x"}'),
        ("a payload nested 2,500 deep", b'{"x": ' + b"[" * 2500 + b"]" * 2500 + b"}"),
    ):
        yield name, _rs(key, raw_header, body), "the payload is no JSON"
    yield (
        "a header given twice",
        _rs(key, b'{"alg": "none", "alg": "RS256", "kid": "k1"}', claims),
        "the header is no JSON",
    )
    yield "a header that is not JSON", _rs(key, b"RS256", claims), "the header is no JSON"
    yield "a header that is a list", _rs(key, b"[]", claims), "the header is no JSON"
    yield "16 KB", signed(key, kid, {**claims, "x": "x" * 12_000}), "the token is longer"


def _rs(key: RSAPrivateKey, header: Any, claims: Any, digest: hashes.HashAlgorithm | None = None) -> str:
    signed_part = f"{_part(header)}.{_part(claims)}"
    signature = key.sign(signed_part.encode(), padding.PKCS1v15(), digest or hashes.SHA256())
    return f"{signed_part}.{_base64url(signature)}"


def _ps(key: RSAPrivateKey, header: Any, claims: Any) -> str:
    signed_part = f"{_part(header)}.{_part(claims)}"
    scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    return f"{signed_part}.{_base64url(key.sign(signed_part.encode(), scheme, hashes.SHA256()))}"


def _hs(header: Any, claims: Any, secret: bytes) -> str:
    signed_part = f"{_part(header)}.{_part(claims)}"
    mac = hmac.HMAC(secret, hashes.SHA256())
    mac.update(signed_part.encode())
    return f"{signed_part}.{_base64url(mac.finalize())}"


def _part(value: Any) -> str:
    return _base64url(value if isinstance(value, bytes) else json.dumps(value).encode())


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _other_spelling(part: str) -> str:
    """The same octets under another last letter: its low bits carry nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return part[:-1] + alphabet[alphabet.index(part[-1]) + 1]
