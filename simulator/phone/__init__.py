"""The browser phone: a page on which a developer rings the bot, hears it, presses keys and speaks."""
