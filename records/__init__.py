"""What stays after a call: its summary and what happened in it, masked."""

from records.admissions import Admissions, CapReached, Caps, KeyReused
from records.audit import Audit
from records.erasing import Erased, Erasing, caller_hash
from records.kpis import kpis, walked
from records.masking import masked, masked_phone
from records.prices import Prices
from records.queues import Queues
from records.records import Page, Records
from records.spreadsheet import as_csv
from records.usage import Usage

__all__ = [
    "Admissions",
    "Audit",
    "CapReached",
    "Caps",
    "Erased",
    "Erasing",
    "KeyReused",
    "Page",
    "Prices",
    "Queues",
    "Records",
    "Usage",
    "as_csv",
    "caller_hash",
    "kpis",
    "masked",
    "masked_phone",
    "walked",
]
