"""One clock for the laptop runtime, the simulator and the tests: real, or virtual and instant.

Development only. Deployed code never imports this room; where it needs the time it is handed `clock.now`.
"""

from clock._real import RealClock
from clock._types import Clock, Timer
from clock._virtual import NothingLeftToHappen, TimeLimitPassed, VirtualClock

__all__ = ["Clock", "NothingLeftToHappen", "RealClock", "TimeLimitPassed", "Timer", "VirtualClock"]
