"""Imported once by the server that forks readers: everything is loaded there, so that a new reader starts at once."""

from __future__ import annotations

import gc
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: more threads only spin beside matrices of this size

from pipeline import reading

reading.warm()
gc.collect()
gc.freeze()  # what is loaded stays shared between the server and its readers
