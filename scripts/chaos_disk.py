"""Scenarios of scripts/chaos in which the disk, the clock or the process's own limits fail.

Each has its own server and data directory. Faults come from scripts/chaos_faults.c, compiled when it is first needed and
loaded in front of the server, and from real small file systems where mounting is allowed. At the end of each, every
entity has to have the value of its last acknowledged change; never one that was refused.
"""

import contextlib
import errno
import json
import mmap
import os
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import time

import chaos_receivers as receivers

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = 4096


class Faults:
    """What goes wrong in the server from now on: the control file of chaos_faults.c, whose layout this knows."""

    def __init__(self, chaos, folder, data):
        library, self.path = os.path.join(folder, "faults.so"), os.path.join(folder, "faults.control")
        compiler = shutil.which("cc") or shutil.which("clang")
        if not compiler:
            raise chaos.Skipped("faults need a C compiler, cc or clang")
        made = subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, os.path.join(HERE, "chaos_faults.c"),
                               "-ldl"], capture_output=True, text=True)
        if made.returncode:
            raise chaos.Skipped(f"chaos_faults.c does not compile: {made.stderr.strip()[:300]}")
        with open(self.path, "wb") as file:
            file.write(bytes(4096))
        with open(self.path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 4096)
        self.environment = dict(os.environ, LD_PRELOAD=library, PARVIS_FAULT_CONTROL=self.path,
                                PARVIS_FAULT_DIR=os.path.realpath(data))

    def set(self, flush=0, write=0, opening=0, tear=0, after=0):
        self.map[4:8] = struct.pack("=I", after)
        self.map[0:4] = bytes([flush, write, opening, tear])

    def clock(self, seconds):
        self.map[8:16] = struct.pack("=q", int(seconds * 1_000_000))

    @property
    def failed(self):
        return struct.unpack("=I", self.map[16:20])[0]


def values(server):
    """The value of each entity of the writers."""
    found, offset = {}, 0
    while True:
        page = json.loads(server.get(f"/entities?type=Chaos&limit=1000&offset={offset}", receivers.API))
        for entity in page:
            found[entity["id"]] = entity["n"]["value"]
        if len(page) < 1000:
            return found
        offset += 1000


def check_values(chaos, trial, found=None):
    """Nothing acknowledged is lost, nothing refused is there. Returns how many changes were acknowledged."""
    found = values(trial.server) if found is None else found
    wrong = []
    for writer in trial.writers:
        for identifier, acknowledged in writer.acknowledged.items():
            value, last = found.get(identifier), max(acknowledged, default=0)
            if (identifier, value) in writer.refused:
                wrong.append(f"{identifier} has {value}, which was refused; the last acknowledged is {last}")
            elif value != last and not ((identifier, value) in writer.unknown and value > last):
                wrong.append(f"{identifier} has {value}, not {last}, which was acknowledged last")
    if wrong:
        raise chaos.Failure(f"{len(wrong)} entities are wrong: " + "; ".join(wrong[:5]))
    return trial.acknowledged


def refused(trial):
    return sum(len(writer.refused) for writer in trial.writers)


def statuses(trial):
    return sorted({status for writer in trial.writers for status in writer.statuses if status not in (201, 204)})


def wait_for(chaos, what, condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise chaos.Failure(f"{what} did not come within {seconds} s")
        time.sleep(0.05)


def problem(trial):
    """What a client is told while writing fails: status and detail of one PATCH."""
    identifier = trial.writers[0].ids[0]
    status, headers, answer = trial.client.send(
        "PATCH", f"/entities/{identifier}/attrs", {"other": {"type": "Property", "value": 1}})
    return status, {name.lower(): value for name, value in headers.items()}, answer.decode(errors="replace")


def failing_disk(chaos, arguments, folder, log, accepted, **fault):
    """Faults come and go under load; then the process is killed in the middle of one."""
    data = os.path.join(folder, "data")
    faults = Faults(chaos, folder, data)
    trial = chaos.Trial(arguments, folder, log, chaos.PRIVATE, data=data, environment=faults.environment)
    try:
        trial.load()
        time.sleep(trial.seconds / 3)
        faults.set(**fault)
        wait_for(chaos, "a refused write", lambda: refused(trial) > 0)
        status, headers, detail = problem(trial)
        if status not in accepted or '"detail"' not in detail or (status == 503 and "retry-after" not in headers):
            raise chaos.Failure(f"a write on the failing disk is answered {status} {headers} {detail[:300]}")
        if not values(trial.server):
            raise chaos.Failure("reads do not go on")
        time.sleep(trial.seconds / 3)
        failed, before = faults.failed, trial.acknowledged
        faults.set()
        wait_for(chaos, "an acknowledged write after the disk was well again", lambda: trial.acknowledged > before)
        time.sleep(trial.seconds / 3)
        faults.set(**fault)
        wait_for(chaos, "another failed call", lambda: faults.failed > failed)
        time.sleep(0.1)
        trial.server.kill()
        trial.unload()
        faults.set()
        trial.server.environment = None
        trial.server.start()
        check_values(chaos, trial)
        wrong = set(statuses(trial)) - set(accepted)
        if wrong:
            raise chaos.Failure(f"writes were answered {sorted(wrong)}, not {accepted}")
        trial.client = chaos.Client(trial.server.port)
        row = {"note": f"{refused(trial)} changes refused with {', '.join(map(str, statuses(trial)))}, reads went on, writes "
                       f"again without a restart; killed in the second fault: none acknowledged lost, none refused there"}
        trial.end()
        return chaos.finished(row, trial)
    finally:
        trial.abandon()


def flush_fails(chaos, arguments, folder, log):
    return failing_disk(chaos, arguments, folder, log, [503], flush=errno.EIO)


def disk_errors(chaos, arguments, folder, log):
    return failing_disk(chaos, arguments, folder, log, [503], write=errno.EIO, flush=errno.EIO)


def read_only(chaos, arguments, folder, log):
    return failing_disk(chaos, arguments, folder, log, [503], write=errno.EROFS, opening=errno.EROFS)


def no_space(chaos, arguments, folder, log):
    return failing_disk(chaos, arguments, folder, log, [507], write=errno.ENOSPC)


def torn(chaos, arguments, folder, log):
    """Writes half of a block and dies, again and again."""
    data = os.path.join(folder, "data")
    faults = Faults(chaos, folder, data)
    trial = chaos.Trial(arguments, folder, log, chaos.PRIVATE, data=data, environment=faults.environment)
    rounds, chance = 200 if arguments.long else 10, random.Random(arguments.seed)
    try:
        trial.load()
        slowest = 0
        for _ in range(rounds):
            faults.set(tear=1, after=chance.randrange(1, 400))
            wait_for(chaos, "the torn write", lambda: trial.server.process.poll() is not None)
            faults.set()
            slowest = max(slowest, trial.server.start())
        trial.unload()
        check_values(chaos, trial)
        trial.client = chaos.Client(trial.server.port)
        row = {"note": f"{rounds} torn writes, none acknowledged lost, no half change; ready again after at most "
                       f"{slowest:.0f} ms"}
        trial.end()
        return chaos.finished(row, trial)
    finally:
        trial.abandon()


@contextlib.contextmanager
def small_disk(chaos, folder, megabytes):
    disk = os.path.join(folder, "disk")
    os.mkdir(disk)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", disk], capture_output=True,
                             text=True)
    if mounted.returncode:
        raise chaos.Skipped(f"a small file system needs the right to mount: {mounted.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=False)


def small(chaos, arguments, folder, log):
    """A real file system of 8 MiB that the city fills by itself, then gets room again."""
    with small_disk(chaos, folder, 8) as disk:
        trial = chaos.Trial(arguments, folder, log, chaos.PRIVATE, data=os.path.join(disk, "data"))
        try:
            client, filled = chaos.Client(trial.server.port), []
            while len(filled) < 20_000:
                body = [{"id": f"urn:ngsi-ld:Fill:{len(filled) + k}", "type": "Fill",
                         "text": {"type": "Property", "value": "x" * 2_000}} for k in range(20)]
                status, _, answer = client.send("POST", "/entityOperations/create", body)
                if status != 201:
                    break
                filled += [entity["id"] for entity in body]
            if status != 507:
                raise chaos.Failure(f"what does not fit is answered {status}: {answer[:300]!r}")
            trial.load()
            time.sleep(trial.seconds)
            trial.server.get("/entities?type=Fill&limit=1", receivers.API)  # reads go on
            trial.server.kill()
            trial.unload()
            trial.server.start()
            check_values(chaos, trial)
            client = chaos.Client(trial.server.port)
            for start in range(0, len(filled), 500):
                status, _, answer = client.send("POST", "/entityOperations/delete", filled[start:start + 500])
                if status == 507:
                    break
            freed = subprocess.run(["mount", "-o", "remount,size=64m", disk], capture_output=True, text=True)
            if freed.returncode:
                raise chaos.Failure(f"the file system cannot be made larger: {freed.stderr}")
            trial.client = chaos.Client(trial.server.port)
            wait_for(chaos, "a write after there was room", lambda: problem(trial)[0] == 204)
            wrong = set(statuses(trial)) - {507}
            if wrong:
                raise chaos.Failure(f"writes on the full disk were answered {sorted(wrong)}, not 507")
            row = {"note": f"full after {len(filled)} entities of 2 KB: 507; {refused(trial)} of the writers' changes refused, "
                           f"{trial.acknowledged} kept; killed while full, started again, all there; with room, writes go on"}
            trial.end()
            return chaos.finished(row, trial)
        finally:
            trial.abandon()


def command(arguments, *words, accepted=(0,)):
    done = subprocess.run([arguments.binary, *words], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def damaged(chaos, arguments, folder, log):
    """A page of entities is overwritten; then the newest backup takes the store's place."""
    trial = chaos.Trial(arguments, folder, log)
    data, backup = trial.server.data, os.path.join(folder, "backup.db")
    try:
        for part in range(10):
            trial.expect("POST", "/entityOperations/create", [201], [
                {"id": f"urn:ngsi-ld:Room:{part * 300 + k}", "type": "Room", "name": {"type": "Property", "value": "x" * 200}}
                for k in range(300)])
        code, text = command(arguments, "backup", "--data", data, backup)
        if code:
            raise chaos.Failure(f"parvis backup ended with {code}: {text}")
        trial.server.stop()
        with open(os.path.join(data, "parvis.db"), "r+b") as file:
            content = file.read()
            pages = [page for page in range(1, len(content) // PAGE)
                     if content[page * PAGE] == 13 and b"urn:ngsi-ld:Room:" in content[page * PAGE:(page + 1) * PAGE]
                     and b"xxxxxxxx" in content[page * PAGE:(page + 1) * PAGE]]
            page = pages[len(pages) // 2]
            file.seek(page * PAGE)
            file.write(bytes(PAGE))
        code, text = command(arguments, "check", "--data", data)
        if code != 1 or "Entities among the numbers" not in text or "parvis restore" not in text:
            raise chaos.Failure(f"parvis check ended with {code} and says {text[:500]}")
        trial.server.extra = ["--log-level", "notice"]
        trial.server.start()
        trial.client = chaos.Client(trial.server.port)
        status, headers, _ = trial.client.send("GET", "/entities?type=Room&limit=1&count=true")
        left = int({name.lower(): value for name, value in headers.items()}.get("ngsild-results-count", 0))
        if status != 200 or not 2_900 <= left < 3_000:
            raise chaos.Failure(f"of 3000 entities with one page damaged {left} are read")
        refusal = problem(trial)
        if refusal[0] != 500 or "parvis check" not in refusal[2]:
            raise chaos.Failure(f"a write to the damaged store is answered {refusal}")
        trial.server.stop()
        log.flush()
        with open(log.name, encoding="utf-8", errors="replace") as written:
            if "The store is damaged" not in written.read():
                raise chaos.Failure("the log does not say what is damaged")
        restored = os.path.join(folder, "restored")
        code, text = command(arguments, "restore", backup, "--data", restored)
        code2, text2 = command(arguments, "check", "--data", restored)
        if code or code2 or "all in order" not in text2:
            raise chaos.Failure(f"parvis restore and check ended with {code}, {code2}: {text} {text2}")
        trial.server.data = restored
        trial.server.start()
        status, headers, _ = chaos.Client(trial.server.port).send("GET", "/entities?type=Room&limit=1&count=true")
        if int({name.lower(): value for name, value in headers.items()}["ngsild-results-count"]) != 3_000:
            raise chaos.Failure("the restored store does not have all entities")
        row = {"note": f"page {page} zeroed: named by parvis check and in the log; {left} of 3000 entities served, writes "
                       f"answered 500; restored from the backup whole"}
        trial.end()
        return chaos.finished(row, trial)
    finally:
        trial.abandon()


def backups(chaos, arguments, folder, log):
    """Backups while writers write; each is opened and compared with what was acknowledged before and after."""
    trial = chaos.Trial(arguments, folder, log)
    try:
        for part in range(20):
            trial.expect("POST", "/entityOperations/create", [201], [
                {"id": f"urn:ngsi-ld:Room:{part * 500 + k}", "type": "Room", "name": {"type": "Property", "value": "x" * 700}}
                for k in range(500)])
        trial.load()
        time.sleep(0.5)
        longest = 0
        for number in range(3):
            before = [{identifier: max(known, default=0) for identifier, known in list(writer.acknowledged.items())}
                      for writer in trial.writers]
            path, began = os.path.join(folder, f"backup-{number}.db"), time.monotonic()
            code, text = command(arguments, "backup", "--data", trial.server.data, path)
            longest = max(longest, time.monotonic() - began)
            if code:
                raise chaos.Failure(f"parvis backup ended with {code}: {text}")
            restored = os.path.join(folder, f"restored-{number}")
            code, text = command(arguments, "restore", path, "--data", restored)
            if code:
                raise chaos.Failure(f"parvis restore ended with {code}: {text}")
            other = chaos.Server(arguments.binary, restored, log, chaos.PRIVATE)
            other.start()
            try:
                found = values(other)
                for known in before:
                    older = [one for one, value in known.items() if found.get(one, -1) < value]
                    if older:
                        raise chaos.Failure(f"the backup lacks what was acknowledged before it began: {older[:5]}")
            finally:
                other.end()
        trial.unload()
        check_values(chaos, trial)
        row = {"note": f"3 backups of 10,000 entities under load, the longest {longest:.1f} s with its check; each restored and "
                       "started: has all that was acknowledged before it began"}
        trial.end()
        return chaos.finished(row, trial)
    finally:
        trial.abandon()


def clock(chaos, arguments, folder, log):
    """The wall clock is set a day ahead and an hour back, while changes are told to an endpoint."""
    data = os.path.join(folder, "data")
    faults = Faults(chaos, folder, data)
    trial = chaos.Trial(arguments, folder, log, chaos.PRIVATE, data=data, environment=faults.environment)
    try:
        good = trial.receiver()
        trial.subscribe("healthy", good.uri("healthy"))
        trial.load()
        steps = [86_400, -3_600, 30, -30, 0]
        for step in steps:
            faults.clock(step)
            time.sleep(trial.seconds / len(steps))
        trial.unload()
        trial.drain(good, "healthy")
        trial.check(good, "healthy")
        check_values(chaos, trial)
        if statuses(trial):
            raise chaos.Failure(f"writes were answered {statuses(trial)} when the clock was set")
        row = {"note": f"{len(steps)} steps between a day ahead and an hour back: no write refused, each told once, in order",
               **trial.healthy(good)}
        trial.end()
        return chaos.finished(row, trial)
    finally:
        trial.abandon()


def descriptors(chaos, arguments, folder, log):
    """64 open files: clients take them all, the store goes on, and once they let go others are taken."""
    trial = chaos.Trial(arguments, folder, log, chaos.PRIVATE, prefix=["prlimit", "--nofile=64:64"])
    import socket
    try:
        trial.load()
        time.sleep(0.3)
        crowd, told = [], 0
        end = time.monotonic() + trial.seconds
        while time.monotonic() < end:
            try:
                opened = socket.create_connection(("127.0.0.1", trial.server.port), timeout=0.2)
                crowd.append(opened)
            except OSError:
                time.sleep(0.05)
            time.sleep(0.005)
        before = trial.acknowledged
        wait_for(chaos, "an acknowledged write while the descriptors are taken", lambda: trial.acknowledged > before)
        for opened in crowd:
            opened.setblocking(False)
            with contextlib.suppress(OSError):
                told += b" 503 " in opened.recv(200)
            opened.close()
        wait_for(chaos, "a new connection after others let go", lambda: _answers(chaos, trial.server.port))
        trial.unload()
        check_values(chaos, trial)
        bad = set(statuses(trial)) - {503}
        if bad:
            raise chaos.Failure(f"writes were answered {sorted(bad)}")
        row = {"note": f"{len(crowd)} connections asked for, {told} told 503; writes went on, and new connections after them"}
        trial.client = chaos.Client(trial.server.port)
        trial.end()
        return chaos.finished(row, trial)
    finally:
        trial.abandon()


def _answers(chaos, port):
    try:
        return chaos.Client(port).send("GET", "/types")[0] == 200
    except (OSError, chaos.kill_test.http.client.HTTPException):
        return False


def store_kills(chaos, arguments, folder, log):
    """scripts/kill-test: mixed operations, each acknowledged one looked for."""
    kills = 1_000 if arguments.long else 10
    done = subprocess.run([os.path.join(HERE, "kill-test"), "--kills", str(kills), "--seed", str(arguments.seed), "--binary",
                           arguments.binary, "--longest", "0.8"], capture_output=True, text=True)
    log.write((done.stdout + done.stderr).encode())
    if done.returncode:
        raise chaos.Failure(done.stderr.strip()[-800:] or done.stdout[-500:])
    rows = [line.split() for line in done.stdout.splitlines() if line.strip()[:1].isdigit() and len(line.split()) == 9]
    slowest = max((float(row[6]) for row in rows), default=0)
    return {"note": done.stdout.strip().splitlines()[-1] + f"; ready again after at most {slowest:.0f} ms"}


def restarts(chaos, arguments, folder, log):
    """100,000 entities and changes under way: kill -9, and how long it takes until all of them are served again."""
    trial = chaos.Trial(arguments, folder, log)
    rounds, count, times, cpu = (50 if arguments.long else 5), 100_000, [], []
    try:
        for start in range(0, count, 500):
            trial.expect("POST", "/entityOperations/create", [201], [
                {"id": f"urn:ngsi-ld:Room:{k}", "type": "Room", "n": {"type": "Property", "value": k},
                 "name": {"type": "Property", "value": f"Salle {k}"},
                 "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [2 + k / 1e6, 48]}}}
                for k in range(start, start + 500)])
        trial.load()
        for _ in range(rounds):
            time.sleep(trial.seconds / 2)
            trial.server.kill()
            began = time.monotonic()
            trial.server.start()
            client = chaos.Client(trial.server.port)
            status, headers, _ = client.send("GET", "/entities?type=Room&limit=0&count=true")
            times.append((time.monotonic() - began) * 1000)
            cpu.append(trial.server.cpu_seconds() * 1000)
            found = {name.lower(): value for name, value in headers.items()}.get("ngsild-results-count")
            if status != 200 or found != str(count):
                raise chaos.Failure(f"after a restart {found} of {count} entities are there (status {status})")
        trial.unload()
        check_values(chaos, trial)
        times.sort()
        cpu.sort()
        if times[len(times) // 2] > arguments.restart_ms:
            raise chaos.Failure(f"a restart with {count:,} entities took {times[len(times) // 2]:.0f} ms (median of {rounds}), "
                                f"more than {arguments.restart_ms:.0f}")
        trial.client = chaos.Client(trial.server.port)
        row = {"note": f"{rounds} kills with {count:,} entities: all of them counted {times[len(times) // 2]:.0f} ms after the start "
                       f"of the process (median), {times[-1]:.0f} ms at most; {cpu[len(cpu) // 2]:.0f} ms of CPU"}
        trial.end()
        return chaos.finished(row, trial)
    finally:
        trial.abandon()


# name, what goes wrong, how it is tried
SCENARIOS = [
    ("flush", "fsync fails for a while, and at a kill", flush_fails),
    ("errors", "every write and fsync fails (EIO)", disk_errors),
    ("read-only", "the file system turns read-only", read_only),
    ("no-space", "every write says that the disk is full", no_space),
    ("small", "a real file system of 8 MiB fills", small),
    ("torn", "a write is torn and the process dies", torn),
    ("damaged", "a page of the database is overwritten", damaged),
    ("backup", "backups while writers write", backups),
    ("clock", "the wall clock is set ahead and back", clock),
    ("descriptors", "no more than 64 open files", descriptors),
    ("store-kill", "kill -9 under mixed operations", store_kills),
    ("restart", "kill -9 with 100,000 entities", restarts),
]
