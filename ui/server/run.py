"""The web server: one process, one port, nothing from elsewhere."""

from __future__ import annotations

import errno
import ipaddress
import socket
import webbrowser
from collections.abc import Callable, Collection
from dataclasses import replace

from pincite.corpus.errors import LibraryEmptyError, ServeError
from pincite.retrieval.engine import Engine
from pincite.retrieval.settings import LogFormat
from pincite.ui.server.credentials import Credentials
from pincite.ui.server.options import ServerOptions
from pincite.ui.server.people import missing_collections
from pincite.ui.server.proxies import NO_PROXIES, Proxies


def serve(
    engine: Engine,
    host: str,
    port: int,
    open_browser: bool = False,
    credentials: Credentials | None = None,
    options: ServerOptions | None = None,
    say: Callable[[str], None] = lambda sentence: None,
    log_format: LogFormat | None = None,
    proxies: Proxies = NO_PROXIES,
    names: Collection[str] = (),
) -> None:
    """Serve the chat until it is interrupted.

    Args:
        engine: what answers.
        host: the address to listen on.
        port: the port; no other is taken in its stead.
        open_browser: open a browser on it.
        credentials: who may come in; None for everybody who reaches the address.
        options: what they may do.
        say: gets sentences for the person who started it.
        log_format: of the log on standard error; None leaves the process's log as it is.
        proxies: those that are believed when they say who asks.
        names: under which it may be called, beside those of this machine; without any, an address
            that others reach too answers to all names.

    Raises:
        ServeError: the port is in use, or the address cannot be listened on.
        ModelError: the embedder's model cannot be used.
    """
    with _listening(host, port) as listener:
        # Only now: Gradio and the model take seconds to load, and a taken port shows at once.
        say("Loading the pages …")
        from pincite.ui.server import logs
        from pincite.ui.server.asgi_server import run
        from pincite.ui.server.conversations import ready_to_keep
        from pincite.ui.server.site import site

        if log_format is not None:
            logs.set_up(log_format)
        try:
            engine.warm_up(say)
        except LibraryEmptyError as error:
            say(f"{error}; the chat answers as soon as they are there")
        for sentence in missing_collections(
            credentials.people if credentials else {}, engine.library.tags()
        ):
            say(sentence)
        if options and options.keep_conversations:
            people = credentials.people if credentials else {}
            keeps = ready_to_keep(engine.library.folder, people, say)
            options = replace(options, keep_conversations=keeps)
        address = _address(host, port)
        loopback = is_loopback(host)
        hosts = {host, *names, "127.0.0.1", "::1", "localhost"} if loopback or names else None
        app = site(engine, hosts, credentials, options=options, proxies=proxies)
        say(f"Ready at {address} (stop it with Ctrl+C)")
        if not loopback and credentials is None:
            say(f"anyone who can reach {host} can read the documents")
        if open_browser:
            webbrowser.open(address)
        run(app, listener, proxies)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens already, so that the port cannot be lost before the server starts."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServeError(
                f"port {port} on {host} is in use; stop what uses it, or choose another with "
                "--port N"
            ) from error
        if error.errno == errno.EACCES:
            raise ServeError(
                f"port {port} needs rights that this process does not have; choose one of 1024 "
                "or above with --port N"
            ) from error
        raise ServeError(
            f"cannot listen on {host} port {port}: {error.strerror or error}; choose another "
            "address with --host, or another port with --port N"
        ) from error


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return f"http://{host}:{port}/"
    if ip.is_unspecified:
        host = "127.0.0.1" if ip.version == 4 else "::1"
    return f"http://[{host}]:{port}/" if ip.version == 6 else f"http://{host}:{port}/"
