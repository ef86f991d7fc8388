"""What stays after a call: its summary and what happened in it, masked."""

from records.masking import masked, masked_phone
from records.records import Page, Records

__all__ = ["Page", "Records", "masked", "masked_phone"]
