#!/usr/bin/env python3
"""核验导出目录 / Checks an exported folder: python3 verify.py DIR. Checks 1–5, 8, 10–18, 21–27 of §9 of FORMAT.md."""
import base64, contextlib, hashlib, json, os, re, sys, types
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.hashes import SHA256
ID, HASH, ZERO, MOST = "[0-9a-f]{32}", "[0-9a-f]{64}", "0" * 64, 2 ** 21  # MOST: bytes of a line, or read at once
NAME = (rf"keys\.json|evidence/{HASH}"
        rf"|(journal(-{ID})?|certificates|checkpoints|receipts|forked|log|evidence|incidents)\.ndjson")
KEYS, JOURNALS, LOG, DELIVERED, FILES, LISTED, SECONDS, FAULTS = {}, {}, {}, {}, {"SHA256SUMS": None}, set(), [], []

def need(condition):
    if not condition: raise ValueError
def canon(value): return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
def same(a, b): return canon(a) == canon(b)  # for Python alone, true is 1
def load(data): return json.loads(data.decode(), parse_float=int, parse_constant=int)  # int() refuses what is a float
def sha(data): return hashlib.sha256(data).hexdigest()
def unhex(text): return bytes.fromhex(re.fullmatch(HASH, text)[0])
def chain(link, hashed): return sha(b"\1" + unhex(link) + unhex(hashed))
def unbase64(text):
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    need(base64.urlsafe_b64encode(data).rstrip(b"=") == text.encode())
    return data
def verifier(key):  # a function of (signature, text) that raises where this key did not sign
    kind, data = key.partition(":")[0], unbase64(key.partition(":")[2])
    if kind == "ed25519": return ed25519.Ed25519PublicKey.from_public_bytes(data).verify
    need(kind == "p256" and len(data) == 33)
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    return lambda sig, text: point.verify(utils.encode_dss_signature(
        int.from_bytes(sig[:32], "big"), int.from_bytes(sig[32:], "big")), text, ec.ECDSA(SHA256()))
def signed(kind, thing, *keys):  # the body of a signed thing (§5) of this kind, signed with these keys; or raises
    body, of = thing["body"], "-" if kind == "beacon" else thing["body"]["journal"]
    need(thing.keys() == {"body", "sig"} and body["server"] == KEYS["server"] and len(thing["sig"]) == 86)
    text = f"waiqin/1 {kind} {body['server']} {of}\n".encode() + canon(body)
    for key in keys: verifier(key)(unbase64(thing["sig"]), text)
    return body
def note(text, place, zh="提示", en="note"):
    print("".join(c if c.isprintable() else "?" for c in f"{zh}：{text.replace(' / ', f' / {en}: ')}: {place}"))
@contextlib.contextmanager
def check(text, place):  # what is raised within, also over a value of a wrong type, is this fault
    try: yield
    except Exception: FAULTS.append(note(text.lstrip("0123456789, "), place, "错误", "fault"))
def lines(name):  # (place, line without line feed), one by one; a line too long comes in pieces, which are faults
    with open(name if name in FILES else os.devnull, "rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MOST), b""), 1):
            with check("4 该行无法识别 / the line does not read", f"{name} {number}"):
                need(line.endswith(b"\n"))
                yield f"{name} {number}", line[:-1]
def each(name, text, test, *more, read=load):
    for place, line in lines(name):
        with check(text, place): test(place, read(line), *more)
def listed(place, line):
    hashed, name = re.fullmatch(f"({HASH})  ({NAME})", line.decode()).group(1, 2)
    need(next(reversed(FILES)) < name and os.path.isfile(name) and os.path.realpath(name) == os.path.abspath(name))
    total = hashlib.sha256()
    with open(name, "rb") as file:
        for part in iter(lambda: file.read(MOST), b""): total.update(part)
        FILES[name] = total.hexdigest(), file.tell()
    need(total.hexdigest() == hashed)
def item(place, line):  # (hash, entry of version 1 or nothing) of a line that stands for an entry; or raises
    if line.startswith(b'{"hash":'): return load(line)["hash"], {}
    data = line if line.startswith(b'{"at":') else unbase64(load(line)["raw"])
    with contextlib.suppress(Exception):
        entry = load(data)
        need(canon(entry) == data and len(data) <= 2 ** 20 and same(entry["v"], 1))
        if entry["at"].keys() and entry["change"].keys(): return sha(data), entry
    note("不是第 1 版条目（法院会搁置或拒收） / no entry of version 1 (the court holds or refuses it)", place)
    return sha(data), {}
def journal(name):
    it = types.SimpleNamespace(name=name, id=name[8:-7], last=0, first=None, lost=False, key=None, links={0: ZERO},
                               gaps={}, nonces=set(), upto={})
    each(name, "4, 5 该行无法识别，或编号不连续 / the line does not read, or numbers do not follow", link, it, read=bytes)
    with check("5, 8 没有首条，或日志重复 / no entry 1, or a journal twice", name):
        need(it.last and JOURNALS.setdefault(it.id, it) is it)
def gap(place, it, start, end, link):
    need(same(start, it.last + 1) and start <= end and (link is None or unhex(link)))
    note(f"缺口 {start}–{end} / lost {start}–{end}", place)
    if start == 1: note("首条已缺，证书与设备签名不作证明 / entry 1 is lost, certificate and checkpoints confirm nothing", place)
    it.lost, it.last, it.links[end], it.gaps[end] = it.lost or start == 1, end, link, link
def link(place, line, it):
    if line.startswith(b'{"gap":'): return gap(place, it, *map(load(line)["gap"].get, ("from", "to", "link")))
    (hashed, entry), before, it.last = item(place, line), it.links[it.last], it.last + 1
    it.links[it.last] = before and chain(before, hashed)
    change, it.id = entry.get("change", {}), it.id or entry.get("journal")
    with check("8 首条不符 / entry 1 does not fit", place):
        need((it.last == 1) == (change.get("kind") == "journal_opened"))
        if it.last == 1:
            need(change["server"] == KEYS["server"] and same(change["suite"], 1) and entry["subject"] == it.id)
            it.first, it.key = hashed, verifier(change["key"]) and change["key"]
    if entry: statement(place, it, it.last, entry, change)
    need(KEYS["kind"] == "case" or not line.startswith(b'{"hash":'))
def statement(place, it, seq, entry, change):
    with check("5, 10, 25, 26 编号、日志、缺口、信标或封存正文不符 / number, journal, gap, beacon or seal does not fit", place):
        if change.get("kind") == "countersigned": SECONDS.append((place, change))  # until all keys are known
        if change.get("kind") == "sealed":
            note("封存记录的哈希 / record hash of the seal", f"{sha(canon(change['body']))}, {place}")
            need(same([change["body"]["subject"], change["body"]["v"]], [entry["subject"], 1]))
        if change.get("kind") == "entries_lost": need(it.gaps.get(change["to"], change["link"]) == change["link"])
        nonce = entry["at"].get("beacon")
        if "beacon" in entry:
            need(signed("beacon", entry["beacon"]["signed"], KEYS["server_key"])["nonce"] == nonce)
            it.nonces.add(nonce)
        if not it.nonces >= {nonce} - {None}: note("信标未见于此日志 / the beacon is not in this journal", place)
        need(same([entry["journal"], entry["seq"]], [it.id, seq]))
def countersigned(place, change):
    body = change["countersign"]["body"]
    second = JOURNALS.get(body["journal"], types.SimpleNamespace(key=None))
    key = second.key or change.get("key")
    if not second.key: note("第二人公钥未能核实 / the second officer's key could not be confirmed", place)
    need(change.get("key", key) == key and signed("countersign", change["countersign"], *[key] if key else []))
    if "certificate" in change:
        named = signed("certificate", change["certificate"], KEYS["server_key"])
        need(named["journal"] == body["journal"] and (not second.key or named["entry"] == second.first))
def forked():
    rest = lines("forked.ndjson")
    for place, head in rest:
        with check("16 分叉条目不符 / the entry beside the chain does not fit", place):
            note("日志之外的分叉条目 / an entry beside the chains", place)
            head, (_, line) = load(head)["forked"], next(rest)
            hashed, entry = item(place, line)
            if entry: statement(place, JOURNALS[head["journal"]], head["seq"], entry, entry["change"])
            need("before" not in head or chain(head["before"], hashed) == head["link"])
def row(place, line, end):  # a line of the court's log; end: number and link of the row before
    if not end: return end.extend([line["after"]["number"], line["after"]["link"]])
    body = line["row"]["body"].encode() if "row" in line else None
    end[:] = end[0] + 1, chain(end[1], sha(body) if body else line["hash"])
    if body: LOG[end[0]] = end[1], load(body)
    need(not body or same(line["row"]["number"], end[0]))
def certificate(place, thing):
    it = JOURNALS[signed("certificate", thing, KEYS["server_key"])["journal"]]
    need(it.lost or thing["body"]["entry"] == it.first)
    it.upto["certificate"] = 1
def confirms(place, thing, kind):  # a checkpoint or a journal's receipt; over a lost entry 1 there is no key
    it = JOURNALS[thing["body"]["journal"]]
    keys = [KEYS["server_key"]] if kind == "journal-receipt" else [it.key] if not it.lost else []
    body, link = signed(kind, thing, *keys), it.links.get(thing["body"]["seq"])
    need(link == body["link"] if link else 0 <= body["seq"] <= it.last)
    if not link: note("落在缺口内，无法比对 / lies in or after a gap and cannot be compared", place)
    it.upto[kind] = max(it.upto.get(kind, 0), body["seq"] if link and keys else 0)
def receipt(place, line):
    thing = line["journal"] if "journal" in line else line["evidence"]
    with check("18 回执的记录位置不符 / the receipt's place in the log does not fit", place):
        body, at = thing["body"], thing["body"]["position"]
        said = {"head": {"link": body["link"], "seq": body["seq"]}} if "journal" in line else {
            "evidence": body["hash"], "length": body["length"]}
        said["journal"] = body["journal"]
        link, row = LOG[at["number"]] if "log.ndjson" in FILES else LOG.setdefault(at["number"], (at["link"], said))
        need(link == at["link"] and same({**row, **said}, row))
    if "journal" in line: return confirms(place, thing, "journal-receipt")
    body = signed("evidence-receipt", thing, KEYS["server_key"])
    need(body["journal"] in JOURNALS and same(DELIVERED.setdefault(body["hash"], body["length"]), body["length"]))
def proof(place, line):
    hashed, state, there = line["hash"], line["state"], FILES.get("evidence/" + line["hash"])
    LISTED.add(hashed)
    if state != "received" and (state != "here" or hashed not in DELIVERED):
        note(f"证据没有字节或没有回执，状态 {state} / no bytes or no receipt of this evidence, state {state}", place)
    need((state == "here") == (there is not None) and (not there or same(there, [hashed, line["length"]])))
    need(state not in ("missing", "damaged") and (state != "received" or hashed in DELIVERED))
    need(same(DELIVERED.get(hashed, line["length"]), line["length"]))
def ends(it):
    with check("12 没有证书 / no certificate", it.name):
        need("certificate" in it.upto or KEYS["kind"] == "phone" and "journal-receipt" not in it.upto)
        if "certificate" not in it.upto: note("没有证书 / no certificate", it.name)
    for kind, zh, en in (("journal-receipt", "法院回执", "receipt"), ("checkpoint", "设备签名", "signature of the device")):
        first = it.upto.get(kind, 0) + 1
        if 1 < it.last >= first and not (kind == "checkpoint" and it.key == KEYS["server_key"]):
            note(f"第 {first} 条起没有{zh} / no {en} from entry {first} on", f"{it.name} {first}")
def run(root):
    os.chdir(root)
    with open("keys.json", "rb") as file: KEYS.update(load(file.read(MOST)).items())
    need(same(KEYS["v"], 1) and KEYS["kind"] in ("journal", "case", "phone") and {"server", "server_key"} <= {*KEYS})
    with check("3 法院公钥无法识别 / the court's key does not read", "keys.json"):
        need(re.fullmatch(ID, KEYS["server"]) and verifier(KEYS["server_key"]))
    each("SHA256SUMS", "1 文件与 SHA256SUMS 不符 / the file is not what SHA256SUMS says", listed, read=bytes)
    for name in (os.path.join(path, name)[2:] for path, folders, files in os.walk(".") for name in files + folders):
        with check("2 多出的文件 / a file that no list names", name):
            need(name in FILES or name == "evidence" and os.path.isdir(name) and not os.path.islink(name))
    for name in filter(re.compile("journal").match, FILES): journal(name)
    forked()
    each("log.ndjson", "17 法院记录不连续 / the court's log does not follow", row, [])
    each("certificates.ndjson", "11 证书不符 / the certificate does not fit", certificate)
    each("checkpoints.ndjson", "13 检查点不符 / the checkpoint does not fit", confirms, "checkpoint")
    each("receipts.ndjson", "14, 23 回执不符 / the receipt does not fit", receipt)
    each("evidence.ndjson", "21–24 证据字节、状态或回执不符 / the evidence's bytes, state or receipt does not fit", proof)
    each("incidents.ndjson", "4 该行无法识别 / the line does not read", lambda place, line: line.keys())
    for place, change in SECONDS:
        with check("27 复核签名不符 / the countersign does not fit", place): countersigned(place, change)
    for hashed in {*DELIVERED, *(name[9:] for name in FILES if name.startswith("evidence/"))} - LISTED:
        with check("21, 23 证据或其回执不在清单 / evidence or its receipt is not in the list", hashed): need(False)
    for it in JOURNALS.values(): ends(it)
def main(args):
    sys.stdout.reconfigure(encoding="utf-8")
    try: run(*args)
    except Exception:
        print("无法读取 / cannot be read: python3 verify.py DIR")
        return 2
    mark, n = " ".join(re.findall("....", sha(str(KEYS["server_key"]).encode("utf-8", "replace"))[:32])), len(FAULTS)
    zh, en = ("有不符之处", "something does not fit") if FAULTS else ("全部相符", "all fits")
    print(f"结果：{zh}，{n} 处不符；法院公钥指纹 {mark} / result: {en}, {n} faults; fingerprint of the court's key {mark}")
    return 1 if FAULTS else 0
if __name__ == "__main__": sys.exit(main(sys.argv[1:]))
