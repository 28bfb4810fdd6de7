"""A court day driven from Python: JOB is a JSON file with folder, story, photos and tickets. Prints as
JSON what the library said; whoever started it judges."""

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request

import waiqin_mobile as waiqin
from hosts import (
    BrokenKeystore,
    Clock,
    Entropy,
    FaultyListener,
    Keystore,
    Listener,
    NoEntropy,
)

Error = waiqin.WaiqinError


class Day:
    """One phone of the story, and its officer."""

    def __init__(self, job, story):
        self.job = job
        self.story = story
        self.names = {}
        self.said = {"records": {}, "photos": []}

    async def open(self, folder, seed, language=None):
        self.clock = Clock(self.story["begins_ms"])
        settings = waiqin.Settings(
            dir=f"{self.job['folder']}/{folder}", device_name="Python", language=language
        )
        self.phone = await waiqin.Phone.open(settings, Keystore(), self.clock, Entropy(seed))

    async def enrol(self, who, pin):
        self.clock.next()
        self.session = await self.phone.enrol(self.job["tickets"][who], pin)
        return self.session

    async def do(self, steps):
        for step in steps:
            self.clock.next()
            await getattr(self, step["do"])(step)

    def record(self, step):
        return self.names[step["on"]]

    async def open_number(self, step):
        act = waiqin.Act[step["act"].upper()]
        record = await self.session.open_record_on_number(act, step["typed"])
        self.names[step["as"]] = record
        read = await self.session.read_number(step["typed"])
        assert read.normal == [step["normal"]] and read.repaired, read

    async def open_case(self, step):
        act = waiqin.Act[step["act"].upper()]
        self.names[step["as"]] = await self.session.open_record(act, step["case"])

    async def item(self, step):
        self.names[step["as"]] = await self.session.new_item(step["list"])

    async def fields(self, step):
        typed = {path.format(**self.names): text for path, text, _ in step["fields"]}
        saved = await self.session.set_fields(self.record(step), typed)
        assert saved.saved and not saved.problems, saved
        again = await self.session.set_fields(self.record(step), typed)
        stands = again.saved is None or again.saved.number == saved.saved.number
        assert stands, "what stands is not written again"

    async def photo(self, step):
        facts = waiqin.PhotoFacts(
            role=waiqin.EvidenceRole[step["role"].upper()],
            source=waiqin.EvidenceSource.CAMERA,
        )
        path = f"{self.job['photos']}/{step['name']}"
        saved = await self.session.add_photo(self.record(step), path, facts)
        small = await self.session.thumbnail(saved.hash)
        assert small[:3] == b"\xff\xd8\xff", "a JPEG"
        self.said["photos"].append(saved.hash)

    async def sign(self, step):
        sheet = await self.session.seal_sheet(self.record(step))
        person = self.names[step["person"]].split("/")[1]
        await self.session.sign(self.record(step), person, self.story["strokes"], sheet.shown)

    async def reasons(self, sheet):
        open_now = [it for it in sheet.findings if it.due == waiqin.Due.SEAL]
        assert open_now and all(it.words and it.law for it in open_now), open_now
        return {it.rule: self.story["reason"] for it in open_now}

    async def seal_here(self, step):
        record = self.record(step)
        sheet = await self.session.seal_sheet(record)
        reasons = await self.reasons(sheet)
        lin = next(it.id for it in await self.phone.officers() if it.name == "林某")
        wrong = waiqin.SecondOfficer.HERE(officer=lin, pin="111222")
        await self.refused(
            "second_pin", Error.WrongPin, self.session.seal(record, sheet.shown, reasons, wrong)
        )
        self.clock.next()
        await self.refused(
            "open_findings", Error.NotAllowed, self.session.seal(record, sheet.shown, {}, None)
        )
        second = waiqin.SecondOfficer.HERE(officer=lin, pin=self.story["second_pin"])
        sealed = await self.session.seal(record, sheet.shown, reasons, second)
        assert sealed.countersigned and sealed.hash == sheet.shown, sealed
        await self.refused(
            "sealed", Error.NotAllowed, self.session.set_fields(record, {"place": "别处"})
        )

    async def seal_later(self, step):
        record = self.record(step)
        sheet = await self.session.seal_sheet(record)
        item = self.names[step["item"]].split("/")[1]
        second = waiqin.SecondOfficer.LATER(item=item)
        sealed = await self.session.seal(record, sheet.shown, await self.reasons(sheet), second)
        assert not sealed.countersigned, sealed

    async def refused(self, name, kind, call):
        """Awaits an error of a kind and keeps its words."""
        try:
            done = await call
        except kind as error:
            self.said.setdefault("refused", {})[name] = error.words
            return error
        raise AssertionError(f"{name} was not refused: {done}")

    async def tell(self, name):
        record = await self.session.record(self.names[name])
        self.said["records"][name] = {
            "id": record.id,
            "sealed": record.sealed,
            "entries": [it.hash for it in record.entries],
            "kinds": [it.kind.name for it in record.entries],
            "delivery": record.delivery.name,
            "countersigns": [[it.name, it.role, it.record] for it in record.countersigns],
            "photos": [[it.hash, it.delivery.name] for it in record.photos],
            "fields": {it.path: it.text for it in record.fields},
            "items": {name: len(items) for name, items in record.items.items()},
        }


async def wrong_things(day):
    """What officers, shells and files do wrong; each must come back as an error in words."""
    session, visit = day.session, day.names["visit"]
    wang = session.officer()
    await day.refused("pin", Error.WrongPin, day.phone.unlock(wang, "000111"))
    day.clock.next()
    await day.refused("number", Error.Input, session.read_number("(2O19)粤0115执100号"))
    blank = session.open_record_on_number(waiqin.Act.INVESTIGATION, "  ")
    await day.refused("no_number", Error.Input, blank)
    await day.refused("id", Error.Input, session.record("not-a-record"))
    await day.refused("record", Error.NotHere, session.record("0" * 32))
    await day.refused("case", Error.NotHere, session.case("no such case"))
    await day.refused("ticket", Error.Input, day.phone.enrol("waiqin1:", day.story["pin"]))
    await day.refused("weak_pin", Error.Input, day.phone.enrol(day.job["tickets"]["lin_2"], "123456"))
    taken = await session.set_fields(visit, {"t0": "明天", "no_such_field": "x"})
    assert taken.saved is None and len(taken.problems) == 2, taken
    day.said["refused"]["field"] = next(it.words for it in taken.problems if it.path == "t0")
    in_use = waiqin.Phone.open(
        waiqin.Settings(dir=f"{day.job['folder']}/phone-1", device_name="Python")
    )
    await day.refused("in_use", Error.Phone, in_use)


async def faults(day):
    """Faults of the shell itself: a keystore and a generator that fail, and a clock whose fault is a
    panic inside the engine, also while it holds its journal. None may cross, and work goes on."""
    for name, hardware, entropy in [
        ("hardware", BrokenKeystore(), None),
        ("entropy", Keystore(), NoEntropy()),
    ]:
        settings = waiqin.Settings(dir=f"{day.job['folder']}/{name}", device_name="Python")
        phone = await waiqin.Phone.open(settings, hardware, None, entropy)
        ticket = day.job["tickets"]["lin_3"]
        await day.refused(name, Error.Phone, phone.enrol(ticket, day.story["second_pin"]))
        assert await phone.officers() == [], "the phone goes on"
    record = await day.session.open_record_on_number(waiqin.Act.INVESTIGATION, "", pending=True)
    facts = waiqin.PhotoFacts(role=waiqin.EvidenceRole.OVERALL, source=waiqin.EvidenceSource.CAMERA)
    for name, path in [("file", "/no/such.jpg"), ("folder", day.job["folder"])]:
        await day.refused(name, Error.NotHere, day.session.add_photo(record, path, facts))
    day.clock.fails = True
    await day.refused("panic", Error.Fault, day.session.set_fields(record, {"place": "大岗"}))
    await day.refused("panic_again", Error.Fault, day.session.progress(record))
    await day.refused("panic_sync", Error.Fault, day.session.sync())
    day.clock.fails = False
    assert (await synced(day)).outcome == waiqin.LastOutcome.DONE, "work goes on"
    saved = await day.session.set_fields(record, {"place": "大岗镇"})
    assert saved.saved and not saved.problems, saved
    english = waiqin.Settings(
        dir=f"{day.job['folder']}/english", device_name="Python", language=waiqin.Language.EN
    )
    phone = await waiqin.Phone.open(english)
    await day.refused("english", Error.NotHere, phone.unlock("0" * 32, "794613"))


async def other_courts(day):
    """A ticket that was used, and one that names another key: nobody is enrolled."""
    settings = waiqin.Settings(dir=f"{day.job['folder']}/stranger", device_name="Python")
    phone = await waiqin.Phone.open(settings)
    for name in ["used", "other_key"]:
        await day.refused(name, Error.Court, phone.enrol(day.job["tickets"][name], "794613"))
    assert await phone.officers() == []


async def by_file(day, second):
    """The second officer's phone hands in as a file, and the receipts come back the same way."""
    package, receipts = (f"{day.job['folder']}/second.{end}" for end in ("wqpack", "wqreceipts"))
    await day.refused("no_receipts", Error.NotHere, second.session.take_receipts(receipts))
    handed = await second.session.hand_in(package)
    assert handed.entries == (await second.session.status()).undelivered_entries, handed
    await asyncio.to_thread(subprocess.run, [*day.job["hand_in"], package], check=True,
                            stdout=subprocess.DEVNULL)
    await day.refused("others_receipts", Error.Input, day.session.take_receipts(receipts))
    await day.refused("no_receipts_file", Error.Input, day.session.take_receipts(package))
    taken = await second.session.take_receipts(receipts)
    assert taken.entries == handed.entries and not taken.court_behind, (taken, handed)
    assert (await second.session.status()).undelivered_entries == 0


async def afterwards(day):
    """What follows a seal or ends a draft: a correction, a photo withdrawn, a record void."""
    session, sealed = day.session, day.names["visit"]
    no_reason = session.amend(sealed, waiqin.AmendKind.CORRECTION, " ")
    await day.refused("no_reason", Error.Input, no_reason)
    record = await session.amend(sealed, waiqin.AmendKind.CORRECTION, "门牌号写错")
    fields = {it.path: it for it in (await session.record(record)).fields}
    assert fields["place"].text == "榄核镇民生路 6 号 402 房", fields["place"]
    assert fields["place"].label == "地点", fields["place"]
    facts = waiqin.PhotoFacts(
        role=waiqin.EvidenceRole.OTHER, source=waiqin.EvidenceSource.EXTERNAL, how="邻居提供",
        fix=waiqin.Mark(accuracy_cm=800, age_ms=0, lat=228000000, lon=1133000000, mock=False,
                        provider="gnss"),
    )
    photo = await session.add_photo(record, f"{day.job['photos']}/大门.jpg", facts)
    await session.withdraw_photo(record, photo.hash, "拍错了")
    shown = (await session.record(record)).photos[0]
    assert (shown.withdrawn, shown.name) == ("拍错了", "大门.jpg"), shown
    counted = await session.progress(record)
    assert {it.rule for it in counted.findings} and counted.held, counted
    await session.void_record(record, "重复")
    assert (await session.seal_sheet(record)).blocked, "a void record says so"
    rows = await session.records(waiqin.RecordsOf.UNDELIVERED())
    assert [it.id for it in rows] == [record] and rows[0].voided == "重复", rows
    await session.sync_when_due()


async def number_later(day):
    """A record opened without a number gets one: as typed, then as a case of the list."""
    session, act = day.session, waiqin.Act.INVESTIGATION
    record = await session.open_record_on_number(act, "", pending=True)
    assert (await session.record(record)).case_pending
    two = session.name_case(record, "（2019）粤0115执100、101号")
    await day.refused("two_numbers", Error.Input, two)
    await day.refused("empty_number", Error.Input, session.name_case(record, " "))
    await day.refused("unread_number", Error.Input, session.name_case(record, "（2O19）粤0115执100号"))
    await session.name_case(record, " 2019粤0115执9号")
    shown = await session.record(record)
    assert (shown.case_number, shown.case_typed) == ("（2019）粤0115执9号", "2019粤0115执9号"), shown
    assert not shown.case_pending and shown.case_id is None, shown
    await day.refused("no_case", Error.NotHere, session.name_listed_case(record, "no such case"))
    await session.name_listed_case(record, "1001")
    rows = await session.records(waiqin.RecordsOf.CASE("1001"))
    assert record in [it.id for it in rows], "the record counts to its case"
    sealed = session.name_listed_case(day.names["visit"], "1001")
    await day.refused("sealed_number", Error.NotAllowed, sealed)


async def no_orphans(day):
    """Nothing was killed here: no photo waits for its record, and none is taken in."""
    assert await day.session.orphans() == []
    facts = waiqin.PhotoFacts(role=waiqin.EvidenceRole.OTHER, source=waiqin.EvidenceSource.CAMERA)
    await day.refused("no_orphan", Error.NotHere, day.session.take_orphan("0" * 64, facts))


async def by_qr(day, second):
    """The second officer signs the settlement on his own phone."""
    asked = await day.session.countersign_request(day.names["settlement"])
    shown = second.session.read_countersign_request(asked)
    assert shown.officer_name == "王某" and shown.place == "大岗镇豪岗大道 18 号", shown
    await day.refused("own_request", Error.Input, day.session.countersign(asked))
    await day.refused("no_request", Error.Input, second.session.countersign("hello"))
    second.clock.next()
    answer = await second.session.countersign(asked, "clerk")
    day.clock.next()
    await day.session.take_countersign(day.names["settlement"], answer)


async def pages(day):
    """The pages open on loopback, for whoever has the link, and end."""
    shown = await day.phone.start_ui(day.session)
    address, link = shown.address(), await shown.entry_link()

    def get(url):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                             urllib.request.HTTPCookieProcessor())
        try:
            with opener.open(url, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""
        except OSError:
            return 0, ""

    def ask(url):
        return asyncio.get_running_loop().run_in_executor(None, get, url)

    assert (await ask(f"http://{address}/today"))[0] == 403, "without the link nothing is shown"
    status, page = await ask(link)
    day.said["page"] = [status, "王某" in page]
    assert (await ask(link))[0] == 403, "a link works once"
    await shown.stop()
    await shown.stop()
    assert (await ask(f"http://{address}/today"))[0] == 0, "nothing listens any more"
    assert day.session.is_locked(), "whoever sat there is locked"
    await day.refused("locked", Error.Locked, day.session.cases())


async def synced(day):
    listener = Listener()
    report = await day.session.sync(listener)
    # Which steps are heard depends on how long they last; that it is heard of at all does not.
    assert listener.heard[0][0] == "progress", listener.heard
    assert listener.heard[-1] == ("ended", report.outcome.name), listener.heard
    assert [it[0] for it in listener.heard].count("ended") == 1, listener.heard
    return report


async def main(job):
    with open(job["story"], encoding="utf-8") as file:
        story = json.load(file)
    day, second = Day(job, story), Day(job, story)
    await day.open("phone-1", "one")
    await day.enrol("wang", story["pin"])
    wang = day.session
    lin = await day.enrol("lin", story["second_pin"])
    await lin.lock()
    day.session = wang
    await second.open("phone-2", "two")
    await second.enrol("lin_2", story["second_pin"])

    day.phone.set_online(False)
    report = await day.session.sync(FaultyListener())
    assert report.outcome == waiqin.LastOutcome.OFFLINE, report
    await day.do(story["offline"])
    await wrong_things(day)
    await day.tell("visit")
    day.said["offline"] = day.said["records"]["visit"]["entries"]
    day.said["before"] = status_of(await day.session.status())

    day.phone.set_online(True)
    day.clock.next()
    first = await synced(day)
    cases = await day.session.cases("李某")
    day.said["cases"] = [[it.id, it.number, it.debtors[0].name] for it in cases.cases]
    await day.do(story["online"])
    await by_qr(day, second)
    day.clock.next()
    last = await synced(day)
    await by_file(day, second)
    lin = await day.phone.unlock(lin.officer(), story["second_pin"])
    await lin.sync()
    day.said["synced"] = [[it.outcome.name, it.entries_received, it.photos_received]
                          for it in (first, last)]
    day.said["after"] = status_of(await day.session.status())
    await day.tell("visit")
    await day.tell("settlement")
    rows = await day.session.records(waiqin.RecordsOf.CASE("1001"))
    day.said["rows"] = [[it.id, it.sealed, it.photos] for it in rows]
    day.said["receipts"] = [type(it).__name__ for it in await day.session.receipts()]
    handed = await day.session.hand_in(f"{job['folder']}/all.wqpack", True)
    day.said["handed_in"] = [handed.entries, handed.evidence]
    await other_courts(day)
    await afterwards(day)
    await number_later(day)
    await no_orphans(day)
    await faults(day)
    await pages(day)
    print(json.dumps(day.said, ensure_ascii=False))


def status_of(status):
    return {
        "saved": status.saved_entries,
        "entries": status.undelivered_entries,
        "photos": status.undelivered_photos,
        "next_try": status.next_try_ms is not None,
    }


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        asyncio.run(main(json.load(file)))
