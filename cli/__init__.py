"""The `callwright` command: `python -m cli COMMAND`. Development and operations; nothing here is deployed."""
