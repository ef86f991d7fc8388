"""Streams to voice back ends: one WebSocket for a session, in the protocol of Azure Communication Services."""
