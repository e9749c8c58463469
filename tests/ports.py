"""Ports for servers that tests start."""

import socket


def free_port() -> int:
    """Find a port nobody listens on; the system gives another one each time, so servers do not collide."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
