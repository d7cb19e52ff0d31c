"""Receivers of notifications and writers of changes, cheap enough not to be what is measured.

A receiver is a process with one raw epoll loop, so that neither the writers' threads nor a bad neighbour delay it. It
keeps what arrived, in order, with the time (CLOCK_MONOTONIC, the same for all processes of the machine) and what it
answered. `scripts/chaos` and `Benchmarks/notifications` use it.
"""

import json
import multiprocessing
import random
import re
import select
import socket
import threading
import time

API = "/ngsi-ld/v1"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
HEAD = 65_536
FORKED = multiprocessing.get_context("fork")

# What a receiver does with a notification; `told` says whether the answer means that it was taken.
OK, FAIL, HANG, CLOSE, ENDLESS, REDIRECT, SLOW = "ok", "500", "hang", "close", "endless", "redirect", "slow"
REFUSE = "refuse"  # only at first: nobody listens at the port until another mode is set


def free_port():
    """A port where nobody listens, until somebody takes it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Arrival:
    """One attempt at a notification, as the receiver saw it."""

    __slots__ = ("at", "subscription", "notification", "changes", "answer", "told", "connection")

    def __init__(self, at, body, answer, told, connection):
        notification = json.loads(body)
        self.at, self.answer, self.told, self.connection = at, answer, told, connection
        self.subscription, self.notification = notification["subscriptionId"], notification["id"]
        self.changes = []
        for entity in notification["data"]:
            value = entity["n"]
            self.changes.append((entity["id"], value["value"] if isinstance(value, dict) else value))


class Receiver:
    """A receiver in a process of its own; `mode` is what it does from now on, `location` where it redirects to.

    One that hangs answers at the path `/healthy` all the same: it is several endpoints at one host and port.
    `counting` keeps no notification, only how many requests, changes and bytes came: for measuring.
    """

    def __init__(self, mode=OK, seed=1, location="", delay=0.5, counting=False):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        if mode != REFUSE:
            self.listener.listen(512)
        self.pipe, other = FORKED.Pipe()
        loop = Loop(self.listener, other, mode, seed, location, delay, counting)
        self.process = FORKED.Process(target=loop.run, daemon=True)
        self.process.start()
        other.close()
        self.listener.close()
        self.arrivals = []

    def uri(self, path=""):
        return f"http://127.0.0.1:{self.port}/{path}"

    def set(self, mode):
        self.ask("mode", mode)

    def ask(self, *command):
        self.pipe.send(command)
        return self.pipe.recv()

    def update(self):
        """All that arrived up to now."""
        self.arrivals += self.ask("take")
        return self.arrivals

    def counts(self):
        return self.ask("counts")

    def end(self):
        self.process.kill()
        self.process.join()


class Connection:
    __slots__ = ("socket", "number", "data", "endless", "sent")

    def __init__(self, opened, number):
        self.socket, self.number, self.data, self.endless, self.sent = opened, number, bytearray(), False, 0


class Loop:
    """What runs in the receiver's process."""

    def __init__(self, listener, pipe, mode, seed, location, delay, counting):
        self.listener, self.pipe, self.mode, self.location = listener, pipe, mode, location
        self.random, self.delay, self.counting = random.Random(seed), delay, counting
        self.connections, self.taken, self.due, self.opened = {}, [], [], 0
        self.total = {"requests": 0, "changes": 0, "bytes": 0, "connections": 0, "cut off": 0, "most sent": 0}

    def run(self):
        self.poll = select.epoll()
        self.listener.setblocking(False)
        if self.mode != REFUSE:
            self.poll.register(self.listener.fileno(), select.EPOLLIN)
        self.poll.register(self.pipe.fileno(), select.EPOLLIN)
        while True:
            wait = max(0, self.due[0][0] - time.monotonic()) if self.due else -1
            for descriptor, event in self.poll.poll(wait):
                if descriptor == self.listener.fileno():
                    self.accept()
                elif descriptor == self.pipe.fileno():
                    try:
                        self.command(*self.pipe.recv())
                    except EOFError:
                        return
                else:
                    self.serve(descriptor, event)
            while self.due and self.due[0][0] <= time.monotonic():
                _, connection = self.due.pop(0)
                self.send(connection, b"HTTP/1.1 204 No Content\r\n\r\n")

    def command(self, name, argument=None):
        answer = None
        if name == "mode":
            if self.mode == REFUSE:
                self.listener.listen(512)
                self.poll.register(self.listener.fileno(), select.EPOLLIN)
            self.mode = argument
        elif name == "take":
            answer, self.taken = self.taken, []
        elif name == "counts":
            answer = dict(self.total)
        self.pipe.send(answer)

    def accept(self):
        try:
            opened, _ = self.listener.accept()
        except BlockingIOError:
            return
        opened.setblocking(False)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.opened += 1
        self.total["connections"] += 1
        self.connections[opened.fileno()] = Connection(opened, self.opened)
        self.poll.register(opened.fileno(), select.EPOLLIN)

    def close(self, connection):
        descriptor = connection.socket.fileno()
        if descriptor < 0:
            return
        if connection.endless:
            self.total["cut off"] += 1
            self.total["most sent"] = max(self.total["most sent"], connection.sent)
        del self.connections[descriptor]
        self.poll.unregister(descriptor)
        connection.socket.close()

    def send(self, connection, data):
        if connection.socket.fileno() < 0:
            return False
        try:
            connection.socket.sendall(data)
            return True
        except OSError:
            self.close(connection)
            return False

    def serve(self, descriptor, event):
        connection = self.connections.get(descriptor)
        if connection is None:
            return
        if event & select.EPOLLOUT:
            return self.pour(connection)
        try:
            data = connection.socket.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            return self.close(connection)
        connection.data += data
        while connection.socket.fileno() >= 0 and self.request(connection):
            pass

    def pour(self, connection):
        """An answer that never ends; `most sent` says how much of it the other side let come."""
        try:
            connection.sent += connection.socket.send(b"x" * 65_536)
        except BlockingIOError:
            pass
        except OSError:
            self.close(connection)

    def request(self, connection):
        """Answers one whole request of what came in. Returns whether there was one."""
        data = connection.data
        end = data.find(b"\r\n\r\n", 0, HEAD)
        if end < 0:
            return False
        length = int(LENGTH.search(data, 0, end + 2).group(1))
        mode = self.random.choice(["before", "head", "half", OK]) if self.mode == CLOSE else self.mode
        if mode == HANG and data.startswith(b"POST /healthy"):
            mode = OK
        if mode == "before":  # closed with the notification half read, so with a reset
            self.close(connection)
            return False
        if len(data) < end + 4 + length:
            return False
        body = bytes(data[end + 4:end + 4 + length])
        del data[:end + 4 + length]
        self.total["requests"] += 1
        self.total["bytes"] += length
        at = time.monotonic_ns()
        if self.counting:
            self.total["changes"] += body.count(b'"id":') - 1
            return self.send(connection, b"HTTP/1.1 204 No Content\r\n\r\n")
        told = self.answer(connection, mode)
        self.taken.append(Arrival(at, body, mode, told, connection.number))
        return True

    def answer(self, connection, mode):
        if mode == OK:
            return self.send(connection, b"HTTP/1.1 204 No Content\r\n\r\n")
        if mode == FAIL:
            self.send(connection, b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 5\r\n\r\noops\n")
            return False
        if mode == REDIRECT:
            self.send(connection, b"HTTP/1.1 307 Temporary Redirect\r\nLocation: " + self.location.encode() +
                      b"\r\nContent-Length: 0\r\n\r\n")
            return False
        if mode == "head":  # closed in the middle of the answer's head
            self.send(connection, b"HTTP/1.1 20")
            self.close(connection)
            return False
        if mode == "half":  # closed in the middle of the answer's body: whether its status counts is the sender's choice
            self.send(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
            self.close(connection)
            return False
        if mode == ENDLESS:
            ten_gibibytes = str(10 << 30).encode()
            kept = self.send(connection, b"HTTP/1.1 200 OK\r\nContent-Length: " + ten_gibibytes + b"\r\n\r\n")
            if kept:
                connection.endless = True
                self.poll.modify(connection.socket.fileno(), select.EPOLLIN | select.EPOLLOUT)
            return kept
        if mode == SLOW:
            self.due.append((time.monotonic() + self.delay, connection))
            return True
        return False  # HANG


class RawClient:
    """A kept-open connection for small requests with small answers, several times cheaper than http.client."""

    def __init__(self, port, timeout=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, method, path, body):
        """Returns the status; raises OSError when the connection ends first."""
        self.socket.sendall(
            f"{method} {API}{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        data = b""
        while True:
            end = data.find(b"\r\n\r\n")
            if end >= 0:
                length = LENGTH.search(data, 0, end + 2)
                if len(data) >= end + 4 + (int(length.group(1)) if length else 0):
                    return int(data[9:12])
            more = self.socket.recv(65_536)
            if not more:
                raise ConnectionError("closed before the answer")
            data += more

    def close(self):
        self.socket.close()


class Writer(threading.Thread):
    """Changes its own entities, each value one higher than the last, and keeps what became of each.

    1. `acknowledged` holds, by entity, the values that were acknowledged, with the time; `refused` those that the
       server refused, which must not be told; `unknown` those whose answer did not come, which may be.
    2. It goes on over ends and starts of the server, whose port it asks for.
    """

    def __init__(self, server, index, prefix, pause, seed, entities=20):
        super().__init__(daemon=True)
        self.server, self.pause, self.random = server, pause, random.Random(f"{seed}/{index}")
        self.ids = [f"urn:ngsi-ld:{prefix}:{index}-{k}" for k in range(entities)]
        self.prefix, self.number = prefix, 0
        self.acknowledged = {identifier: {} for identifier in self.ids}
        self.refused, self.unknown, self.statuses = set(), set(), {}
        self.ended = threading.Event()

    def entity(self, identifier, value):
        return {"id": identifier, "type": self.prefix, "n": {"type": "Property", "value": value},
                "text": {"type": "Property", "value": "Écluse"}}

    def run(self):
        client = None
        while not self.ended.is_set():
            try:
                client = client or RawClient(self.server.port)
            except OSError:
                time.sleep(0.01)
                continue
            if not self.step(client):
                client.close()
                client = None
            time.sleep(self.pause * self.random.uniform(0.5, 1.5))

    def step(self, client):
        chosen = self.random.sample(self.ids, 10 if self.random.random() < 0.05 else 1)
        changes = {}
        for identifier in chosen:
            self.number += 1
            changes[identifier] = self.number
        try:
            if len(chosen) == 1:
                body = {"n": {"type": "Property", "value": self.number}}
                status = client.send("PATCH", f"/entities/{chosen[0]}/attrs", json.dumps(body).encode())
            else:
                body = [self.entity(*change) for change in changes.items()]
                status = client.send("POST", "/entityOperations/upsert", json.dumps(body).encode())
        except OSError:
            self.unknown.update(changes.items())
            return False
        now = time.monotonic_ns()
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status in (201, 204):
            for identifier, value in changes.items():
                self.acknowledged[identifier][value] = now
        else:
            self.refused.update(changes.items())
        return True

    def end(self):
        self.ended.set()
        self.join(60)
