"""A Parvis of one's own and a headless Chromium that visits it: what scripts/console-test and scripts/take-pictures share."""

import contextlib
import csv
import io
import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from playwright.sync_api import Error, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIZES = {"wide": (1440, 900), "narrow": (390, 844), "vast": (2560, 1440)}
PATIENCE = 60  # seconds; a software renderer on a busy machine is slow, not wrong

# The entity that changes most within three seconds, by the page's own stream, and how many changes that were.
BUSIEST = """() => new Promise((done) => {
  const counts = new Map();
  const stream = new EventSource('/console/stream');
  stream.addEventListener('change', (event) => {
    for (const change of JSON.parse(event.data)) {
      const values = Object.entries(change.entity ?? {}).filter(([, one]) => typeof one?.value === 'number');
      if (change.op === 'update' && values.length > 0) counts.set(change.id, (counts.get(change.id) ?? 0) + 1);
    }
  });
  setTimeout(() => { stream.close(); done([...counts].sort((a, b) => b[1] - a[1])[0] ?? null); }, 3000);
})"""


# Whether a Parvis of our own asks who one is: then requests of the scripts show a key, and browsers sign in.
IS_CLOSED = False
PASSWORD = "correct horse battery staple"
# Of each that does, its address to a key and the link that signs in; `None` for a link: the name is admin, with PASSWORD.
ways_in = {}


class KeyHandler(urllib.request.BaseHandler):
    """Shows the key to those that ask for one."""

    def http_request(self, request):
        for url, (key, _) in ways_in.items():
            if request.full_url.startswith(url + "/") and not request.has_header("Authorization") and not request.has_header("Cookie"):
                request.add_unredirected_header("Authorization", f"Bearer {key}")
        return request


urllib.request.install_opener(urllib.request.build_opener(KeyHandler()))


def let_in(url, log):
    """Becomes the administrator of one that has just started, by what it printed into the log."""
    found = None
    for _ in range(600):
        log.seek(0)
        text = log.read().decode(errors="replace")
        found = re.search(r"http://\S+/#/(enter|welcome)/[\w-]+", text)
        key = re.search(r"parvis_[\w-]+", text)
        if found and (key or found[1] == "welcome"):
            break
        time.sleep(0.1)
    if not found:
        sys.exit(f"{url} prints no link to come in by")
    if found[1] == "enter":
        ways_in[url] = (key.group(), found.group())
        return
    headers = {"Content-Type": "application/json", "Parvis-Request": "console", "Origin": url}

    def post(path, body, cookie=None):
        request = urllib.request.Request(url + path, json.dumps(body).encode(), {**headers, **({"Cookie": cookie} if cookie else {})})
        return urllib.request.urlopen(request, timeout=30)

    with post("/session", {"welcome": found.group().rsplit("/", 1)[1], "name": "admin", "password": PASSWORD}) as answer:
        cookie = answer.headers["Set-Cookie"].split(";")[0]
    with post("/admin/access/keys", {"name": "scripts", "roles": ["administrator"]}, cookie) as answer:
        ways_in[url] = (json.load(answer)["key"], None)


def find_binary():
    named = os.environ.get("PARVIS_BIN")
    if named:
        return named
    built = [path for path in (ROOT / ".build/release/parvis", ROOT / ".build/debug/parvis") if path.exists()]
    if not built:
        sys.exit("no binary is built; run `swift build`, set PARVIS_BIN, or give --url")
    return str(max(built, key=lambda path: path.stat().st_mtime))


@contextlib.contextmanager
def parvis(*arguments, environment=None, is_open=True, output=None):
    """A Parvis of our own on a free port with an empty data directory; gives its address, stops it at the end."""
    asks = is_open and IS_CLOSED
    if is_open and not IS_CLOSED:
        arguments = (*arguments, "--open")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="parvis-console-") as data, tempfile.TemporaryFile() as log:
        if output is not None:
            output.append(log)
        command = [find_binary(), *arguments, "--port", str(port), "--data", data]
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})})
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(600):
                if server.poll() is not None or is_up(url):
                    break
                time.sleep(0.1)
            if server.poll() is not None or not is_up(url):
                log.seek(0)
                sys.exit(f"{shlex.join(command)} does not become ready:\n{log.read().decode(errors='replace')[-2000:]}")
            if asks:
                let_in(url, log)
            yield url
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def is_up(url):
    with contextlib.suppress(OSError):
        with urllib.request.urlopen(url + "/health", timeout=2):
            return True
    return False


def type_in(command, url):
    """What a shell makes of a curl line that a page shows: the status of the answer, and what was said on failure."""
    key = ways_in.get(url, ("", None))[0]
    done = subprocess.run(f"{command} -s -o /dev/null -w '%{{http_code}}'", shell=True, capture_output=True, text=True, timeout=30, env={**os.environ, "PARVIS_KEY": key})
    return done.stdout.strip(), done.stdout or done.stderr


def send(method, url, body=None):
    """The status of one request to the API."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


@contextlib.contextmanager
def browser():
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path:
        sys.exit("no Chromium was found; run scripts/bootstrap --test, or set CHROMIUM")
    flags = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium refuses to run as root otherwise, as in a container
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield chromium
        finally:
            chromium.close()


def wait_in(page, condition, argument=None):
    """Waits until a JavaScript condition holds in a page; `False` when patience ends.

    The browser's own waiting needs eval in the page, which the page's policy forbids.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if page.evaluate(condition, argument):
                return True
        except Error as fault:
            # A page that is being left is asked again when the next one is there.
            if "context was destroyed" not in str(fault) and "navigation" not in str(fault):
                raise
        page.wait_for_timeout(100)
    return False


class Visit:
    """One page with everything it did wrong, noted from the first moment."""

    def __init__(self, chromium, url, size, scheme, motion="no-preference", zone=None, keeps=False, language=None):
        self.url = url
        width, height = SIZES[size]
        self.context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion=motion, timezone_id=zone, locale=language,
            device_scale_factor=2 if size == "narrow" else 1,
            # What the service worker keeps would hide what the server answers; check_installed lets it.
            service_workers="allow" if keeps else "block")
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.errors, self.foreign, self.refused = [], [], []
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._request)
        self.page.on("response", lambda response: response.status >= 400 and self.refused.append(f"{response.status} {response.url}"))
        if url in ways_in:
            self._sign_in(ways_in[url][1])
        self.answer = self.page.goto(url + "/")

    def _sign_in(self, link):
        if link:
            self.page.goto(link)
            # The page begins anew once it is known who one is.
            self.wait("document.documentElement.dataset.loaded === 'true' && document.querySelector('#account')?.hidden === false")
        else:
            headers = {"Parvis-Request": "console", "Origin": self.url}
            assert self.context.request.post(self.url + "/session", data={"name": "admin", "password": PASSWORD}, headers=headers).ok

    def _request(self, request):
        if not request.url.startswith((self.url + "/", "blob:" + self.url + "/", "data:")):
            self.foreign.append(request.url)

    def wait(self, condition, argument=None):
        """Waits until the JavaScript condition holds; `False` when patience ends."""
        return wait_in(self.page, condition, argument)

    def saved(self, name, within="body"):
        """What the button of this name saves: rows of a table, or what JSON says."""
        with self.page.expect_download() as download:
            self.page.locator(within).get_by_role("button", name=name).press("Enter")
        text = pathlib.Path(download.value.path()).read_text()
        return list(csv.DictReader(io.StringIO(text, newline=""))) if download.value.suggested_filename.endswith(".csv") else json.loads(text)

    def wait_for_city(self):
        has_loaded = self.wait("document.documentElement.dataset.loaded === 'true'")
        return has_loaded and self.wait("document.querySelectorAll('.row:not([hidden])').length > 0")

    def wait_for_map(self):
        self.wait("document.querySelector('#map')?.dataset.ready !== undefined")
        return self.page.get_attribute("#map", "data-ready")
