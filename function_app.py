"""The Functions app: every trigger, orchestration and activity, and nothing else."""

from __future__ import annotations

import azure.durable_functions as df
import azure.functions as func

import connections
from activities import (
    answering,
    bookkeeping,
    call_control,
    dialling,
    fetching,
    functions,
    inspection,
    keys,
    legs,
    media,
    online_meetings,
    participants,
    pinning,
    quality,
    recordings,
    rosters,
    routing,
    sharing,
)
from orchestrations import call, closing, consultation, forgetting, gathering, outbound, recording, roster
from settings import Settings
from triggers import (
    audit,
    callbacks,
    calls,
    canary,
    console,
    control,
    erasure,
    figures,
    health,
    placing,
    prompts,
    retention,
    sweeper,
)

connections.configure(Settings.from_environment())  # a wrong setting stops the app here, by name

# Every route checks tokens of its own; a level set on a blueprint is overruled by the app's.
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)

for module in (audit, callbacks, calls, canary, console, control, erasure, figures, health, placing, prompts):
    app.register_functions(module.bp)
for module in (retention, sweeper):
    app.register_functions(module.bp)
for module in (call, closing, consultation, forgetting, gathering, outbound, recording, roster):
    app.register_functions(module.bp)
for module in (answering, bookkeeping, call_control, dialling, fetching, functions, inspection, keys, legs, media):
    app.register_functions(module.bp)
for module in (online_meetings, participants, pinning, quality, recordings, rosters, routing, sharing):
    app.register_functions(module.bp)
