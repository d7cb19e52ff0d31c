"""Scenarios of scripts/chaos in which clients are too many, too slow or malicious, or the memory is short.

What counts is a healthy client beside them: `Probe` sends a small change and a small read in turn and keeps how long each
took. Rates, latencies and memory are measured here, so that the figures are those of a client.
"""

import contextlib
import http.client
import json
import multiprocessing
import os
import resource
import select
import socket
import subprocess
import threading
import time

import chaos_receivers as receivers

FORKED = multiprocessing.get_context("fork")
API = receivers.API


class Probe(threading.Thread):
    """A well-behaved client: 40 requests a second on one connection, opened again when it is closed."""

    def __init__(self, server, identifier):
        super().__init__(daemon=True)
        self.server, self.identifier, self.ended = server, identifier, threading.Event()
        self.times, self.statuses, self.lost = [], {}, 0

    def run(self):
        client, number = None, 0
        while not self.ended.is_set():
            number += 1
            began = time.monotonic()
            try:
                client = client or receivers.RawClient(self.server.port, timeout=10)
                if number % 2:
                    status = client.send("PATCH", f"/entities/{self.identifier}/attrs",
                                         b'{"probe":{"type":"Property","value":%d}}' % number)
                else:
                    status = client.send("GET", f"/entities/{self.identifier}", b"")
                took = time.monotonic() - began
                self.statuses[status] = self.statuses.get(status, 0) + 1
                if 200 <= status < 300:
                    self.times.append((began, took * 1000))
            except OSError:
                self.lost += 1
                client = None
            self.ended.wait(max(0, 0.025 - (time.monotonic() - began)))

    def end(self):
        self.ended.set()
        self.join(20)

    def percentile(self, part, since=0.0, until=float("inf")):
        times = sorted(took for began, took in self.times if since <= began <= until)
        return times[min(len(times) - 1, int(len(times) * part))] if times else float("nan")


def raise_descriptors():
    """As many open files as allowed; returns how many."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


class Trial:
    """A server with one entity, and a probe."""

    def __init__(self, chaos, arguments, folder, log, *flags, prefix=(), memory=None):
        self.chaos, self.arguments, self.seconds = chaos, arguments, arguments.seconds
        self.server = chaos.Server(arguments.binary, os.path.join(folder, "data"), log, [*chaos.PRIVATE, *flags])
        self.server.prefix = list(prefix)
        self.server.start()
        client = chaos.Client(self.server.port)
        entities = [{"id": f"urn:ngsi-ld:Load:{k}", "type": "Load", "n": {"type": "Property", "value": 0},
                     "text": {"type": "Property", "value": "x" * 300}} for k in range(1_000)]
        status, _, answer = client.send("POST", "/entityOperations/create", entities)
        if status != 201:
            raise chaos.Failure(f"the entities were answered {status}: {answer[:300]!r}")
        client.close()
        self.watch = chaos.Watch(self.server)
        self.watch.start()
        self.probe = Probe(self.server, "urn:ngsi-ld:Load:0")
        self.probe.start()

    def row(self, note):
        """The row, once the server has stopped in order."""
        self.probe.end()
        self.watch.ended.set()
        self.server.stop()
        self.chaos.kill_test.check_files(self.server.data)
        peak = max(self.watch.samples, default=0)
        return {"note": note, "acknowledged": len(self.probe.times), "p50": f"{self.probe.percentile(0.5):.1f}",
                "p99": f"{self.probe.percentile(0.99):.1f}", "peak": f"{peak:.0f}"}

    def abandon(self):
        self.probe.ended.set()
        self.watch.ended.set()
        self.server.end()

    def check_probe(self, limit_ms, since=0.0, until=float("inf")):
        if not self.probe.times:
            raise self.chaos.Failure("the healthy client was not served at all")
        p99 = self.probe.percentile(0.99, since, until)
        if p99 > limit_ms:
            raise self.chaos.Failure(f"a healthy client waited {p99:.0f} ms (p99), more than {limit_ms:.0f}")
        return p99


def request(method, path, document):
    body = json.dumps(document, separators=(",", ":")).encode()
    return (f"{method} {API}{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def changes():
    """One attribute of one entity each."""
    return [request("PATCH", f"/entities/urn:ngsi-ld:Load:{k}/attrs", {"n": {"type": "Property", "value": 1}})
            for k in range(1, 1_000)]


def batches():
    """Twenty entities each, so that one generator on one core can ask for far more than the server can carry out."""
    return [request("POST", "/entityOperations/update",
                    [{"id": f"urn:ngsi-ld:Load:{20 * k + i}", "type": "Load", "n": {"type": "Property", "value": k}}
                     for i in range(20)])
            for k in range(1, 50)]


def generate(port, texts, rate, connections, seconds, pipe):
    """Sends requests at a fixed rate, each on a connection with nothing under way; in a process of its own."""
    raise_descriptors()
    poll, idle, sent = select.epoll(), [], {}
    sockets = {}
    for _ in range(connections):
        opened = socket.create_connection(("127.0.0.1", port))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setblocking(False)
        sockets[opened.fileno()] = opened
        poll.register(opened.fileno(), select.EPOLLIN)
        idle.append(opened.fileno())
    counts, accepted, wrong, offered, missed = {}, [], 0, 0, 0
    began = time.monotonic()
    while True:
        now = time.monotonic()
        if now - began > seconds:
            break
        due = int((now - began) * rate) - offered
        for _ in range(due):
            offered += 1
            if not idle:
                missed += 1
                continue
            descriptor = idle.pop()
            try:
                sockets[descriptor].send(texts[offered % len(texts)])
                sent[descriptor] = now
            except OSError:
                wrong += 1
        for descriptor, _ in poll.poll(0.002):
            try:
                data = sockets[descriptor].recv(4096)
            except OSError:
                data = b""
            if not data:
                poll.unregister(descriptor)
                wrong += 1
                continue
            status = data[9:12]
            counts[status] = counts.get(status, 0) + 1
            if status == b"204":
                accepted.append((time.monotonic() - sent.get(descriptor, now)) * 1000)
            elif status == b"503" and b"etry-" not in data:
                wrong += 1
            if descriptor in sent:
                del sent[descriptor]
                idle.append(descriptor)
    for opened in sockets.values():
        opened.close()
    accepted.sort()
    pipe.send({"offered": offered, "missed": missed, "wrong": wrong, "accepted": len(accepted),
               "shed": counts.get(b"503", 0), "others": sum(counts.values()) - len(accepted) - counts.get(b"503", 0),
               "p50": accepted[len(accepted) // 2] if accepted else 0,
               "p99": accepted[int(len(accepted) * 0.99)] if accepted else 0})


def load(port, texts, rate, connections, seconds):
    here, there = FORKED.Pipe()
    process = FORKED.Process(target=generate, args=(port, texts, rate, connections, seconds, there), daemon=True)
    process.start()
    there.close()
    try:
        return here.recv()
    finally:
        process.join(10)


def overload(chaos, arguments, folder, log):
    """Twice what the server can carry out; then what it could before."""
    raise_descriptors()
    trial = Trial(chaos, arguments, folder, log)
    try:
        # The rate that is sustained: the most that is answered with nothing shed.
        most = load(trial.server.port, batches(), 1_000_000, 64, max(1.0, trial.seconds / 2))
        rate = most["accepted"] / max(1.0, trial.seconds / 2)
        began = time.monotonic()
        heavy = load(trial.server.port, batches(), 2 * rate, 4_000, trial.seconds * 2)
        ended = time.monotonic()
        after = load(trial.server.port, batches(), 0.5 * rate, 64, 1.0)
        if heavy["others"] or heavy["wrong"]:
            raise chaos.Failure(f"under twice the load answers were neither 204 nor 503 with Retry-After: {heavy}")
        if heavy["offered"] < 1.5 * rate * trial.seconds * 2:
            raise chaos.Skipped(f"of twice the {rate:,.0f} batches a second that are sustained only "
                                f"{heavy['offered'] / (trial.seconds * 2):,.0f} could be offered: this machine is too busy")
        if heavy["p99"] > arguments.accepted_ms:
            raise chaos.Failure(f"what was accepted took {heavy['p99']:.0f} ms (p99), more than {arguments.accepted_ms:.0f}: "
                                f"{heavy}")
        if after["shed"] > after["accepted"] * 0.02 or after["accepted"] < 0.4 * rate:
            raise chaos.Failure(f"in the second after the overload: {after}, sustained before {rate:.0f}/s")
        row = trial.row(
            f"{rate:,.0f} batches a second are sustained; of {heavy['offered'] / (ended - began):,.0f} offered "
            f"{heavy['accepted'] / (ended - began):,.0f} accepted, {heavy['shed'] / (ended - began):,.0f} answered 503, "
            f"{heavy['missed'] / (ended - began):,.0f} not sent for want of a free connection; accepted p99 "
            f"{heavy['p99']:.0f} ms; in the first second after it p99 {after['p99']:.0f} ms, {after['shed']} refused")
        return row
    finally:
        trial.abandon()


def connect(port):
    opened = socket.create_connection(("127.0.0.1", port), timeout=10)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def closed(sockets):
    """How many the server has closed or answered with an error."""
    count = 0
    for opened in sockets:
        opened.setblocking(False)
        try:
            data = opened.recv(200)
            count += not data or b" 408 " in data
        except BlockingIOError:
            pass
        except OSError:
            count += 1
    return count


def wait_closed(chaos, sockets, seconds):
    """Waits until the server has ended all; returns how long that took."""
    began, left = time.monotonic(), list(sockets)
    while left:
        left = [opened for opened in left if not closed([opened])]
        if time.monotonic() - began > seconds:
            raise chaos.Failure(f"{len(left)} of {len(sockets)} connections are still open after {seconds} s")
        time.sleep(0.2)
    return time.monotonic() - began


def slow_loris(chaos, arguments, folder, log):
    raise_descriptors()
    trial = Trial(chaos, arguments, folder, log, "--header-seconds", "2", "--body-seconds", "2")
    try:
        heads = [connect(trial.server.port) for _ in range(400)]
        bodies = [connect(trial.server.port) for _ in range(400)]
        for opened in bodies:
            opened.sendall(f"POST {API}/entities HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                           "Content-Length: 1000\r\n\r\n{".encode())
        began = time.monotonic()
        text = f"GET {API}/entities?type=Load HTTP/1.1\r\nHost: x\r\nX-A: ".encode() + b"a" * 1_000
        for position in range(15):
            for opened in heads:
                with contextlib.suppress(OSError):
                    opened.send(text[position:position + 1])
            for opened in bodies:
                with contextlib.suppress(OSError):
                    opened.send(b" ")
            time.sleep(0.1)
        wait_closed(chaos, heads + bodies, 6)
        took = time.monotonic() - began
        trial.check_probe(arguments.healthy_ms)
        return trial.row(f"400 heads and 400 bodies sent byte by byte: all closed after {took:.1f} s (limits of 2 s)")
    finally:
        trial.abandon()


def idle(chaos, arguments, folder, log):
    most = raise_descriptors()
    count = min(10_000, most - 500)
    trial = Trial(chaos, arguments, folder, log, "--idle-seconds", "120")
    try:
        before, began = trial.server.resident(), time.monotonic()
        crowd = [connect(trial.server.port) for _ in range(count)]
        opened_in = time.monotonic() - began
        time.sleep(trial.seconds)
        grown = trial.server.resident() - before
        still = count - closed(crowd)
        if still < count:
            raise chaos.Failure(f"{count - still} of {count} idle connections were closed before their time")
        p99 = trial.check_probe(arguments.healthy_ms)
        for one in crowd:
            one.close()
        return trial.row(f"{count:,} idle connections, opened in {opened_in:.1f} s, {grown:.0f} MiB for them; a healthy client "
                         f"p99 {p99:.1f} ms")
    finally:
        trial.abandon()


def half_open(chaos, arguments, folder, log):
    """Clients that went away without a word, and such that closed their half: both end within their times."""
    raise_descriptors()
    trial = Trial(chaos, arguments, folder, log, "--idle-seconds", "2", "--body-seconds", "2")
    try:
        silent = [connect(trial.server.port) for _ in range(300)]
        half, answered = [connect(trial.server.port) for _ in range(100)], 0
        for opened in silent[:150]:
            opened.sendall(f"POST {API}/entities HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{{".encode())
        for opened in half:
            opened.sendall(f"GET {API}/entities/urn:ngsi-ld:Load:5 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            opened.shutdown(socket.SHUT_WR)
        for opened in half:
            opened.settimeout(5)
            answered += opened.recv(4096).startswith(b"HTTP/1.1 200")
        if answered != len(half):
            raise chaos.Failure(f"of {len(half)} clients that closed their half {answered} were answered")
        took = wait_closed(chaos, silent + half, 8)
        trial.check_probe(arguments.healthy_ms)
        return trial.row(f"300 silent connections, half of them in a body, all closed {took:.1f} s later (limits of 2 s); 100 that "
                         "closed their half were answered")
    finally:
        trial.abandon()


def never_reads(chaos, arguments, folder, log):
    raise_descriptors()
    trial = Trial(chaos, arguments, folder, log, "--unread-seconds", "2")
    try:
        before = trial.server.resident()
        greedy = []
        for _ in range(100):
            opened = socket.socket()
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            opened.connect(("127.0.0.1", trial.server.port))
            opened.setblocking(False)
            with contextlib.suppress(OSError):
                opened.send((f"GET {API}/entities?type=Load&limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n" * 50).encode())
            greedy.append(opened)
        time.sleep(1)
        grown = max(trial.watch.samples[-15:] or [0]) - before
        if grown > 200:
            raise chaos.Failure(f"100 clients that never read cost {grown:.0f} MiB")
        began, count = time.monotonic(), 0
        while trial.server.figure("parvis_http_connections") > 5:
            if time.monotonic() - began > 60:
                raise chaos.Failure("clients that never read are not closed within a minute")
            time.sleep(0.2)
        took = time.monotonic() - began + 1
        trial.check_probe(arguments.healthy_ms)
        return trial.row(f"100 clients asked for 50 times 500 KB each and never read: {grown:.0f} MiB for them, closed after "
                         f"{took:.1f} s (limit of 2 s)")
    finally:
        trial.abandon()


def pipelines(chaos, arguments, folder, log):
    """Requests without end on few connections, whose answers are read late."""
    raise_descriptors()
    trial = Trial(chaos, arguments, folder, log)
    try:
        flood = (f"GET {API}/entities/urn:ngsi-ld:Load:7 HTTP/1.1\r\nHost: x\r\n\r\n" * 200).encode()
        sockets, sent = [connect(trial.server.port) for _ in range(20)], 0
        for opened in sockets:
            opened.setblocking(False)
        before, end = trial.server.resident(), time.monotonic() + trial.seconds
        while time.monotonic() < end:
            for opened in sockets:
                with contextlib.suppress(OSError):
                    sent += opened.send(flood)
            time.sleep(0.001)
        grown = max(trial.watch.samples[-20:]) - before
        read = 0
        for opened in sockets:
            opened.settimeout(0.3)
            reading = time.monotonic() + 0.3
            with contextlib.suppress(OSError):
                while time.monotonic() < reading:
                    data = opened.recv(1 << 20)
                    if not data:
                        break
                    read += data.count(b"HTTP/1.1 200")
            opened.close()
        if grown > 100:
            raise chaos.Failure(f"20 connections that pipeline without reading cost {grown:.0f} MiB")
        trial.check_probe(arguments.healthy_ms)
        return trial.row(f"20 connections sent {sent // (len(flood) // 200):,} requests and read nothing: {grown:.0f} MiB for them; "
                         f"{read:,} answers came when they read")
    finally:
        trial.abandon()


def memory(chaos, arguments, folder, log):
    """512 MiB for the whole process, by a control group or else by the limit of its data, at full load."""
    raise_descriptors()
    limit, group = 512 << 20, f"/sys/fs/cgroup/memory/parvis-chaos-{os.getpid()}"
    prefix, by = ["prlimit", f"--data={limit}"], "ulimit -d"
    try:
        os.mkdir(group)
        with open(group + "/memory.limit_in_bytes", "w") as file:
            file.write(str(limit))
        prefix, by = ["sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh"], "a control group"
    except OSError:
        with contextlib.suppress(OSError):
            os.rmdir(group)
    trial = Trial(chaos, arguments, folder, log, "--memory-budget", "128MiB", prefix=prefix)
    try:
        client, made = chaos.Client(trial.server.port), 0
        end = time.monotonic() + trial.seconds * 2
        while time.monotonic() < end:
            body = [{"id": f"urn:ngsi-ld:Bulk:{made + k}", "type": "Bulk", "n": {"type": "Property", "value": k},
                     "text": {"type": "Property", "value": "y" * 1_500},
                     "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [2 + k / 1e4, 48]}}}
                    for k in range(500)]
            status, _, answer = client.send("POST", "/entityOperations/create", body)
            if status != 201:
                raise chaos.Failure(f"a batch was answered {status}: {answer[:300]!r}")
            made += 500
        done = load(trial.server.port, changes(), 1_000_000, 64, trial.seconds)
        if done["others"] or not done["accepted"]:
            raise chaos.Failure(f"under the limit of memory: {done}")
        status, _, answer = client.send("GET", f"/entities?type=Bulk&q=n%3E498&limit=1000")
        if status != 200:
            raise chaos.Failure(f"a query was answered {status}")
        peak = max(trial.watch.samples)
        if peak > 512:
            raise chaos.Failure(f"the process had {peak:.0f} MiB")
        return trial.row(f"512 MiB by {by}: {made:,} entities of 2 KB taken in, then {done['accepted'] / trial.seconds:,.0f} "
                         f"changes a second; most resident {peak:.0f} MiB")
    finally:
        trial.abandon()
        with contextlib.suppress(OSError):
            os.rmdir(group)


def soak(chaos, arguments, folder, log):
    """A steady 70 % of what is sustained: memory, files and latency stay where they are after a warm-up."""
    raise_descriptors()
    trial = Trial(chaos, arguments, folder, log)
    try:
        seconds, samples = arguments.soak, []
        # Without an end of what is kept, the history would grow by each change.
        keep_history(chaos, trial.server.port, max(60, round(seconds / 12)))
        most = load(trial.server.port, changes(), 1_000_000, 64, 2.0)
        rate, begun = 0.7 * most["accepted"] / 2.0, time.monotonic()
        slice_seconds = max(2.0, seconds / 120)
        refused = 0
        while time.monotonic() - begun < seconds:
            now = time.monotonic()
            done = load(trial.server.port, changes(), rate, 64, slice_seconds)
            refused += done["others"] + done["wrong"] + done["shed"]
            files = sum(os.path.getsize(os.path.join(trial.server.data, name)) for name in os.listdir(trial.server.data))
            samples.append((now - begun, trial.server.resident() or 0, files / (1 << 20), done["p99"],
                            done["accepted"] / slice_seconds))
        plot = arguments.plot or os.path.join(folder, "soak.svg")
        draw(plot, samples, rate)
        third = samples[len(samples) // 3:len(samples) * 2 // 3] or samples
        last = samples[len(samples) * 2 // 3:] or samples
        early, late = max(sample[1] for sample in third), max(sample[1] for sample in last)
        if late > early * 1.1 + 16:
            raise chaos.Failure(f"memory grew from {early:.0f} to {late:.0f} MiB; see {plot}")
        held = [max(sample[2] for sample in part) for part in (third, last)]
        if seconds >= 600 and held[1] > held[0] * 1.1 + 16:
            raise chaos.Failure(f"files grew from {held[0]:.0f} to {held[1]:.0f} MiB; see {plot}")
        if refused > 0.001 * rate * seconds:
            raise chaos.Failure(f"{refused} requests at 70 % of the load were refused or lost; see {plot}")
        carried_out = sum(sample[4] for sample in samples) / len(samples)
        return trial.row(f"{seconds:.0f} s, {rate:,.0f} changes a second offered, {carried_out:,.0f} sent and carried out (fewer "
                         f"where the load itself got no processor): {refused} refused, memory {early:.0f} then {late:.0f} MiB, "
                         f"files {held[0]:.0f} then {held[1]:.0f} MiB, p99 of the slices "
                         f"{min(sample[3] for sample in samples):.1f} to {max(sample[3] for sample in samples):.1f} ms"
                         + (f"; plot in {plot}" if arguments.plot else ""))
    finally:
        trial.abandon()


def keep_history(chaos, port, seconds):
    """Past values of the changed entities are kept for so long."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("PUT", "/admin/history/soak", json.dumps({"type": "Load", "retention": [{"keep": f"PT{seconds}S"}]}),
                       {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status not in (201, 204):
        raise chaos.Failure(f"PUT /admin/history/soak answered {answer.status}: {text[:300]!r}")


def draw(path, samples, rate):
    """Memory, files and latency over time, one above the other."""
    width, height, left, top, gap = 760, 120, 80, 40, 44
    panels = [("memory, MiB", 1, "#1f6feb"), ("files, MiB", 2, "#8250df"), ("p99 of a change, ms", 3, "#bc4c00"),
              ("changes a second", 4, "#1a7f37")]
    longest = max(samples[-1][0], 1)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 30} {top + len(panels) * (height + gap)}" '
             'font-family="sans-serif" font-size="13">',
             '<rect width="100%" height="100%" fill="#fff"/>',
             f'<text x="{left}" y="16" font-size="15">{rate:,.0f} changes a second offered, 70 % of what is sustained</text>']
    for index, (title, column, colour) in enumerate(panels):
        y, high = top + index * (height + gap), max(max(sample[column] for sample in samples) * 1.1, 1)
        points = " ".join(f"{left + sample[0] / longest * width:.1f},{y + height - sample[column] / high * height:.1f}"
                          for sample in samples)
        parts += [f'<rect x="{left}" y="{y}" width="{width}" height="{height}" fill="none" stroke="#d0d7de"/>',
                  f'<text x="{left}" y="{y - 6}" fill="#24292f">{title}</text>',
                  f'<text x="{left - 8}" y="{y + 12}" text-anchor="end" fill="#57606a">{high:,.0f}</text>',
                  f'<text x="{left - 8}" y="{y + height}" text-anchor="end" fill="#57606a">0</text>',
                  f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>']
    bottom = top + len(panels) * (height + gap) - gap + 18
    unit, size = ("min", 60) if longest > 300 else ("s", 1)
    for step in range(5):
        parts.append(f'<text x="{left + step / 4 * width}" y="{bottom}" text-anchor="middle" fill="#57606a">'
                     f'{longest / size * step / 4:.0f} {unit}</text>')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(parts) + "\n</svg>\n")


# name, what goes wrong, how it is tried
SCENARIOS = [
    ("overload", "twice the load that is sustained", overload),
    ("slow-loris", "requests sent byte by byte", slow_loris),
    ("idle", "10,000 idle connections", idle),
    ("half-open", "clients that go away in the middle", half_open),
    ("never-reads", "clients that never read their answers", never_reads),
    ("pipelines", "pipelined requests without end", pipelines),
    ("memory", "512 MiB of memory at full load", memory),
    ("soak", "a steady 70 % of the load", soak),
]
