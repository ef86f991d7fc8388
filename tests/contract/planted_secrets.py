"""Things that must not be seen again: hypothesis plants them, `shows` looks for them."""

from __future__ import annotations

import re

from hypothesis import strategies as st

words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=12)
_marked = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=12, max_size=30)

_digits = st.text("0123456789", min_size=9, max_size=13)
_between = st.sampled_from([" ", "-", ".", "\u00a0", "\u2011", "\u2013", "\u200b", ") ", "/", "\x00"])
phone_numbers = st.one_of(
    _digits,
    _digits.map(lambda text: f"+{text}"),
    st.builds(lambda text, by: "+44" + by.join(["", text[:4], text[4:8], text[8:]]), _digits, _between),
)
urls = st.builds(
    "{}://{}.example.test/{}?sig={}".format, st.sampled_from(["https", "HTTP", "sip", "wss"]), words, words, _marked
)
tokens = st.builds("eyJ{}.{}.{}".format, _marked, _marked, _marked) | _marked.map(lambda text: f"eyJ{text}")
mail = st.builds("{}@{}.example.test".format, _marked, words)
secrets = phone_numbers | urls | tokens | mail


def shows(text: str, secret: str) -> bool:
    """Whether the secret, or what makes it one, can be made out in the text."""
    number = re.sub(r"\D", "", secret)
    if len(number) >= 9 and number[-7:] in re.sub(r"\D", "", text):
        return True
    return "://" in text or any(part in text for part in re.findall(r"[A-Z]{12,}", secret))
