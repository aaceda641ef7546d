"""The proxy of the measurements, in a thread."""

import asyncio
import threading

from bench.latency_proxy import LatencyProxy
from emulator.serving import listen


def serve(upstream: int, jwt: str = "") -> int:
    """The port of a proxy that runs until the tests end."""
    listener = listen()
    proxy = LatencyProxy(upstream, jwt)
    threading.Thread(target=lambda: asyncio.run(proxy.serve(listener)), daemon=True).start()
    port: int = listener.getsockname()[1]
    return port
