"""The control API: HTTPS, JSON, Entra tokens. The function app is the only one that asks."""
