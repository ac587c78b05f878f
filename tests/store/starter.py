"""A process that starts the embedded server, says so, and stops it when its input ends. Run by the tests of embedded.py."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bot.store import embedded


async def main(data_dir: Path) -> None:
    """One line of JSON when the server is up; then wait."""
    server = await embedded.start(data_dir, settings={"fsync": "off"})
    sys.stdout.write(json.dumps({"started": server.started, "url": server.url, "data": str(server.places.data)}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    await server.stop()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
