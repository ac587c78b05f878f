"""Imported once by the server that forks readers: everything is loaded there, so that a new reader starts at once."""

from __future__ import annotations

from pipeline import reading

reading.warm()
