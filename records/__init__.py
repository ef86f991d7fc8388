"""What stays after a call: its summary and what happened in it, masked."""

from records.admissions import Admissions, CapReached, Caps, KeyReused
from records.erasing import Erased, Erasing, caller_hash
from records.masking import masked, masked_phone
from records.queues import Queues
from records.records import Page, Records

__all__ = [
    "Admissions",
    "CapReached",
    "Caps",
    "Erased",
    "Erasing",
    "KeyReused",
    "Page",
    "Queues",
    "Records",
    "caller_hash",
    "masked",
    "masked_phone",
]
