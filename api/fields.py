"""The values that several requests have: ids, numbers, targets, meetings."""

from __future__ import annotations

from api.shapes import Either, Field, Group, Items, Nullable, Shape, Text

_HEX = "[0-9A-Fa-f]"
GUID = Text(
    meaning="an id of Microsoft Entra (a GUID)",
    pattern=f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}",
    most=36,
    example="0c1f5b00-5555-4a2b-9c3d-00000000a11c",
    form=str.lower,
)
#: Seven digits are the fewest that a subscriber's number has with its country code: whatever is shorter is an
#: emergency, service or extension number, which a bot has no business dialling. Source: ITU-T E.164
PHONE = Text(
    meaning="a number with its country code, like +442071234567; short and emergency numbers are not dialled",
    pattern=r"\+[1-9][0-9]{6,14}",
    most=16,
    example="+442071234567",
)
NAME = Text(
    meaning="a letter, then at most 63 letters, digits, - or _",
    pattern="[A-Za-z][A-Za-z0-9_-]{0,63}",
    most=64,
    example="small-business",
)
LINE = Text(meaning="a text of one line, 1 to 200 characters")
LOCALE = Text(meaning="a locale such as en-US", pattern="[a-z]{2,3}-[A-Z]{2}", most=6, example="en-US")
# From here on the bounds are those of `graph/`, so that nothing is taken on that cannot be asked of Graph:
# `tests/unit/api/test_bounds.py` holds the two together.
#: Graph's ids of participants are GUIDs in what was seen of them; the reference calls them texts.
PARTICIPANT = Text(
    meaning="the id of a participant, from the list of participants",
    pattern="[0-9A-Za-z][0-9A-Za-z-]{0,127}",
    most=128,
    example="7d501bf1-5ee4-4605-ba92-0ae4513c611c",
)
_TEAMS = r"(?:teams\.microsoft\.com|teams\.cloud\.microsoft|(?:gov\.|dod\.)?teams\.microsoft\.us)"
JOIN_URL = Text(
    meaning="the https address of Teams by which people join the meeting; short links have a join id instead",
    pattern=rf"https://{_TEAMS}/[\x21-\x7e]*meetup-join[\x21-\x7e]*",
    most=2000,
    example="https://teams.microsoft.com/l/meetup-join/19%3ameeting_...%40thread.v2/0?context=...",
)
PASSCODE = Text(meaning="a passcode of 1 to 64 characters", most=64)


def _one(name: str, shape: Shape, about: str) -> Group:
    return Group(fields=(Field(name=name, shape=shape, about=about, required=True),))


USER = _one("user", GUID, "object id of a Teams user")
TELEPHONE = _one("phone", PHONE, "a telephone")
APPLICATION_INSTANCE = _one("application_instance", GUID, "object id of a resource account")
VOICEMAIL = _one("voicemail", GUID, "object id of the user whose voicemail takes the call")

#: Whom a call can be placed to, or who can be invited into one.
CALLEE = Either({"user": USER, "phone": TELEPHONE})
#: Where a call can be sent.
TARGET = Either(
    {"user": USER, "phone": TELEPHONE, "application_instance": APPLICATION_INSTANCE, "voicemail": VOICEMAIL}
)
CALLEES = Items(shape=CALLEE, most=5)

MEETING = Either(
    {
        "join_url": _one("join_url", JOIN_URL, "how people join it"),
        "join_id": Group(
            fields=(
                Field(
                    name="join_id",
                    shape=Text(meaning="the 9 to 20 digits of a join id", pattern="[0-9](?: ?[0-9]){8,19}", most=40),
                    about="the meeting's join id",
                    required=True,
                ),
                Field(name="passcode", shape=Nullable(PASSCODE), about="its passcode, if it has one"),
            )
        ),
        "token": _one(
            "token", Text(meaning="a meeting's token", pattern=r"[\x21-\x7e]+", most=8000), "a join token of Graph"
        ),
        "create": _one(
            "create",
            Group(
                fields=(
                    Field(name="subject", shape=LINE, about="what it is called", required=True),
                    Field(name="as_user", shape=GUID, about="object id of its organiser", required=True),
                )
            ),
            "a new meeting",
        ),
    }
)

#: Who calls: a telephone sees the number of a resource account.
FROM = Group(
    fields=(
        Field(
            name="application_instance",
            shape=GUID,
            about="object id of the resource account whose number is shown",
            required=True,
        ),
        Field(name="name", shape=LINE, about="the name that is shown"),
    )
)
