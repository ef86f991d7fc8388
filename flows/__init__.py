"""The IVR as data: what a flow is, how it is read, and how it is walked. Knows neither Microsoft Graph nor Azure."""

from __future__ import annotations

from flows.flow import Exit, Flow
from flows.interpreter import Interpreter
from flows.loader import load, load_file
from flows.problems import FlowErrors, Problem
from flows.routes import Route, Routes
from flows.routes import load as load_routes

__all__ = [
    "Exit",
    "Flow",
    "FlowErrors",
    "Interpreter",
    "Problem",
    "Route",
    "Routes",
    "load",
    "load_file",
    "load_routes",
]
