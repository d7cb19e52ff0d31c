"""The part of scripts/console-test about who comes in: the first administrator, signing in and out, people, keys and policies."""

import re
import time
import urllib.error
import urllib.request

PASSWORD = "correct horse battery staple"


def status(url, key):
    """The status of a request with a key."""
    request = urllib.request.Request(url + "/ngsi-ld/v1/types", headers={"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def welcome_link(log):
    """The link that the start printed into the log."""
    for _ in range(100):
        log.seek(0)
        found = re.search(rb"http://\S+/#/welcome/[\w-]+", log.read())
        if found:
            return found.group().decode()
        time.sleep(0.1)
    return None


def walk(report, visit, url, log, picture, look):
    page = visit.page
    report.check("without a session the page leads to the sign-in", visit.wait("location.hash === '#/sign-in' && document.querySelector('#signin form') !== null"))
    look(report, page, "the sign-in")
    picture(page, "sign-in")
    link = welcome_link(log)
    report.check("the start prints a link", link is not None)
    page.goto(link)
    report.check("the link leads to the welcome", visit.wait("document.querySelector('#signin h2')?.textContent === 'Welcome'"))
    report.check("its token does not stay in the address", "welcome/" in page.url and page.url.endswith("welcome/"), page.url)
    look(report, page, "the welcome")
    picture(page, "welcome")
    page.get_by_label("Name", exact=True).fill("anna")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD + "x")
    page.get_by_role("button", name="Become the administrator").click()
    report.check("two passwords that differ are told apart", visit.wait("[...document.querySelectorAll('.field-error')].some((one) => !one.hidden)"))
    page.get_by_label("The same again").fill(PASSWORD)
    page.keyboard.press("Enter")
    report.check("the administrator is in", visit.wait("document.documentElement.dataset.loaded === 'true' && document.querySelector('#account')?.hidden === false"))
    tops = page.evaluate("['.brand', '#state', '#theme', '#account'].map((one) => document.querySelector(one).getBoundingClientRect()).map(({ top, bottom }) => (top + bottom) / 2)")
    report.check("the header's first line holds who is signed in, too", max(tops) - min(tops) < 8, tops)
    people_and_keys(report, visit, url, picture, look)
    sign_out_and_in(report, visit)
    # Answers 401, and 400 for a password that is too short, are part of it; a browser reports each.
    others = [one for one in visit.errors if "401" not in one and "400" not in one]
    report.check("no other error in the browser's console", not others, others)
    visit.context.close()


def people_and_keys(report, visit, url, picture, look):
    page = visit.page
    page.click("#account")
    report.check("the menu tells who is signed in", page.locator(".account-name").inner_text() == "anna")
    look(report, page, "the menu")
    picture(page, "menu")
    page.locator("#account-menu").get_by_role("link", name="People and keys").click()
    report.check("people are listed", visit.wait("document.querySelectorAll('#access .access-row').length === 1"))
    look(report, page, "people and keys")

    page.get_by_role("button", name="Make a key").click()
    page.get_by_label("What it is for").fill("air stations")
    picture(page, "key-form")
    look(report, page, "the form of a key")
    page.get_by_role("button", name="Make", exact=True).click()
    report.check("a key is shown once", visit.wait("document.querySelector('.access-secret') !== null"))
    key = page.locator(".access-secret").inner_text()
    picture(page, "key-made")
    look(report, page, "the key that was made")
    report.check("the key lets in", key.startswith("parvis_") and status(url, key) == 200)
    page.get_by_role("button", name="I have it").click()
    page.get_by_role("button", name="Revoke: air stations").click()
    page.get_by_role("button", name="Really revoke? air stations").click()
    report.check("a revoked key is shown as such", visit.wait("[...document.querySelectorAll('#access .pill')].some((one) => one.textContent === 'revoked')"))
    report.check("and lets nobody in", status(url, key) == 401)

    page.get_by_role("button", name="Add a person").click()
    form = page.locator("#access-form-people")
    form.get_by_label("Name", exact=True).fill("ben")
    form.get_by_label("Password", exact=True).fill("short")
    form.get_by_role("button", name="operator", exact=True).click()
    form.get_by_role("button", name="Add", exact=True).click()
    report.check("a short password is refused in words", visit.wait("/at least 10/.test(document.querySelector('#access-form-people .notice:not([hidden])')?.textContent)"))
    form.get_by_label("Password", exact=True).fill(PASSWORD)
    form.get_by_role("button", name="Add", exact=True).click()
    report.check("a person is added", visit.wait("[...document.querySelectorAll('#access .access-row b')].some((one) => one.textContent === 'ben')"))

    page.get_by_role("button", name="Add a policy").click()
    form = page.locator("#access-form-policies")
    form.get_by_label("Name", exact=True).fill("citizens-air")
    form.get_by_role("button", name="anyone", exact=True).click()
    form.get_by_label("Only entities of these types: another one").fill("AirQualityObserved")
    form.get_by_label("Only entities of these types: another one").press("Enter")
    picture(page, "policy-form")
    look(report, page, "the form of a policy")
    form.get_by_role("button", name="Add", exact=True).click()
    report.check("a policy stands there in words", visit.wait("/anyone may read; entities of type AirQualityObserved/.test(document.querySelector('#access').textContent)"),
                 page.inner_text("#access"))
    picture(page, "page")
    page.get_by_role("button", name="Remove: citizens-air").click()
    page.get_by_role("button", name="Really remove? citizens-air").click()
    report.check("and goes", visit.wait("!/citizens-air/.test(document.querySelector('#access .access-part:last-child .access-list').textContent)"))


def sign_out_and_in(report, visit):
    page = visit.page
    page.click("#account")
    page.get_by_role("button", name="Sign out").click()
    report.check("signing out leads to the sign-in", visit.wait("location.hash === '#/sign-in' && document.querySelector('#signin form') !== null"))
    page.goto("about:blank")
    page.goto(visit.url + "/#/operations")
    report.check("a page behind it leads there, too", visit.wait("location.hash === '#/sign-in' && document.querySelector('#signin form') !== null"))
    page.get_by_label("Name", exact=True).fill("anna")
    page.get_by_label("Password", exact=True).fill("something else")
    page.keyboard.press("Enter")
    report.check("a wrong password is refused in words", visit.wait("/unknown/.test(document.querySelector('#signin .notice:not([hidden])')?.textContent)"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    report.check("one comes back to where one was", visit.wait("location.hash === '#/operations' && document.querySelector('#operations')?.hidden === false"))
