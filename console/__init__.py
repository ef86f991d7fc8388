"""The operators' page: its files, and how a recording looks."""

from console.files import CONTENT_TYPES, File, content_security_policy, file
from console.peaks import NotSound, peaks

__all__ = ["CONTENT_TYPES", "File", "NotSound", "content_security_policy", "file", "peaks"]
