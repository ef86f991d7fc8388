"""Microsoft Graph's calling API, played on a laptop: stateful calls, signed webhooks, tokens, prompts, recordings.

Development only, and an independent reading of Graph's contract: it shares no code with the bot. `README.md` says what
it does and what it does not do.
"""

from simulator.people import NoSuchConversation, NotThere
from simulator.results import Result
from simulator.server import Addresses, serve
from simulator.settings import Client, SimulatorSettings, Target
from simulator.simulator import Simulator
from simulator.switchboard import NoSuchCall, NothingToActOn

__all__ = [
    "Addresses",
    "Client",
    "NoSuchCall",
    "NoSuchConversation",
    "NotThere",
    "NothingToActOn",
    "Result",
    "Simulator",
    "SimulatorSettings",
    "Target",
    "serve",
]
