"""What the bot says: texts and audio by prompt id and locale, and the unguessable keys under which Graph fetches it."""

from prompts.catalogue import BrokenPrompt, Catalogue, Prompt, PromptError, UnknownPrompt

__all__ = ["BrokenPrompt", "Catalogue", "Prompt", "PromptError", "UnknownPrompt"]
