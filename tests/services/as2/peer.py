"""A partner who speaks AS2 by pyas2lib, over HTTP on the loopback address.

    python peer.py FOLDER

FOLDER holds PARTNER.key.pem, PARTNER.pem (the partner's own) and ACQUIT.pem (ours). The port
listened at is printed in the first line. Addresses:

    POST /as2       takes messages (answered with a receipt as they ask) and receipts
    POST /build     {payload, ...how}: a message, as {headers, body}
    POST /receipt   {headers, body}: what a receipt means for the message built last, by its name
    POST /send      {url, payload, ...how}: sends a message, and says what came of it
    GET  /taken     the messages taken so far
    POST /behave    {receipt: "good|wrong-mic|unsigned|refuse|none"}: how messages are answered

`how` is {sign, encrypt, compress, digest, cipher, receipt: "sync|async|none", receipt_url,
message_id, from, to, change}. Bytes travel as base64.
"""

import base64
import json
import re
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def search(pattern, text, flags=0, found=re.search):
    """oscrypto 1.3.0 reads versions of OpenSSL of one digit each; Debian's is 3.0.19."""
    if isinstance(pattern, str):
        pattern = pattern.replace(r"\d\.\d\.\d[a-z]*", r"\d+\.\d+\.\d+[a-z]*")
    return found(pattern, text, flags)


re.search = search

from pyas2lib import as2  # noqa: E402

FOLDER = Path(sys.argv[1])
OURS, THEIRS = "PARTNER", "ACQUIT"
LOCK = threading.Lock()
SENT, TAKEN, RECEIPTS = {}, [], {}
BEHAVIOUR = {"receipt": "good"}


def organization(name=OURS, receipt_url=None):
    key = (FOLDER / "PARTNER.key.pem").read_bytes() + (FOLDER / "PARTNER.pem").read_bytes()
    return as2.Organization(
        as2_name=name, sign_key=key, decrypt_key=key, mdn_url=receipt_url, domain="partner.example"
    )


def partner(how, name=THEIRS):
    certificate = (FOLDER / "ACQUIT.pem").read_bytes()
    mode = {"sync": "SYNC", "async": "ASYNC", "none": None}[how.get("receipt", "sync")]
    digest = how.get("digest", "sha256")
    return as2.Partner(
        as2_name=name,
        verify_cert=certificate,
        encrypt_cert=certificate,
        sign=bool(how.get("sign")),
        digest_alg=digest,
        encrypt=bool(how.get("encrypt")),
        enc_alg=how.get("cipher", "aes_256_cbc"),
        compress=bool(how.get("compress")),
        mdn_mode=mode,
        mdn_digest_alg=digest if mode and how.get("sign") else None,
    )


def build(how):
    sender = organization(how.get("from", OURS), how.get("receipt_url"))
    message = as2.Message(sender, partner(how, how.get("to", THEIRS)))
    message.build(
        base64.b64decode(how["payload"]),
        filename=how.get("name", "invoice.edi"),
        content_type=how.get("media", "application/edifact"),
        message_id=how.get("message_id"),
    )
    with LOCK:
        SENT[message.message_id] = message
    body = message.content
    if how.get("change"):
        body = bytearray(body)
        at = body.find(how["change"].encode()) if not how.get("encrypt") else len(body) - 40
        body[at] ^= 1
        body = bytes(body)
    return message.message_id, message.headers, body


def meaning(headers, body):
    raw = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    receipt = as2.Mdn()

    def find(message_id, _):
        with LOCK:
            return SENT.get(message_id)

    status, detail = receipt.parse(raw + b"\r\n" + body, find)
    return {
        "status": status,
        "detail": detail,
        "message_id": receipt.orig_message_id,
        "signed": receipt.digest_alg,
    }


def take(raw, headers):
    """Takes a message; gives the receipt to answer with, and where it is to go."""
    how = {"receipt": "sync"}
    if BEHAVIOUR["receipt"] == "refuse":
        how["sign"] = how["encrypt"] = True
    message = as2.Message()
    status, _, receipt = message.parse(
        raw,
        find_org_cb=lambda name: organization() if name == OURS else None,
        find_partner_cb=lambda name: partner(how) if name == THEIRS else None,
    )
    taken = {
        "message_id": message.message_id,
        "status": status,
        "payload": base64.b64encode(message.content or b"").decode() if status == "processed" else "",
        "signed": message.signed,
        "encrypted": message.encrypted,
        "compressed": message.compressed,
        "media": message.payload.get_content_type() if message.payload else "",
    }
    if receipt and BEHAVIOUR["receipt"] == "wrong-mic":
        message.mic = base64.b64encode(b"another content").strip()
        receipt.build(message=message, status=status)
    if receipt and BEHAVIOUR["receipt"] == "unsigned":
        message.receiver.sign_key = None
        receipt.build(message=message, status=status)
    with LOCK:
        TAKEN.append(taken)
    return None if BEHAVIOUR["receipt"] == "none" else receipt


def post(url, headers, body):
    request = urllib.request.Request(url, data=body, method="POST")
    for name, value in headers.items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, dict(answer.headers.items()), answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, dict(answer.headers.items()), answer.read()


def send(how):
    message_id, headers, body = build(how)
    status, answer_headers, answer = post(how["url"], headers, body)
    told = {
        "message_id": message_id,
        "http": status,
        "answer": base64.b64encode(answer).decode(),
        "headers": answer_headers,
    }
    if how.get("receipt") == "async":
        deadline = time.time() + 20
        while time.time() < deadline and message_id not in RECEIPTS:
            time.sleep(0.05)
        told["receipt"] = RECEIPTS.get(message_id)
    elif how.get("receipt", "sync") == "sync" and answer and status == 200:
        told["receipt"] = meaning(answer_headers, answer)
    return told


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value.replace("\r\n", "").replace("\n", ""))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def told(self, value):
        self.answer(200, {"Content-Type": "application/json"}, json.dumps(value).encode())

    def do_GET(self):
        with LOCK:
            self.told(TAKEN)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/as2":
            return self.as2(body)
        how = json.loads(body)
        if self.path == "/build":
            message_id, headers, body = build(how)
            body = base64.b64encode(body).decode()
            return self.told({"message_id": message_id, "headers": headers, "body": body})
        if self.path == "/receipt":
            return self.told(meaning(how["headers"], base64.b64decode(how["body"])))
        if self.path == "/send":
            return self.told(send(how))
        if self.path == "/behave":
            BEHAVIOUR.update(how)
            return self.told(BEHAVIOUR)
        return self.answer(404, {}, b"")

    def as2(self, body):
        headers = {name: value for name, value in self.headers.items()}
        raw = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
        raw = raw + b"\r\n" + body
        if b"report-type=" in raw.lower() and "disposition-notification-to" not in (
            name.lower() for name in headers
        ):
            found = meaning(headers, body)
            with LOCK:
                RECEIPTS[found["message_id"]] = found
            return self.answer(200, {}, b"")
        receipt = take(raw, headers)
        if receipt is None:
            return self.answer(200, {}, b"")
        if receipt.mdn_mode == "ASYNC":
            self.answer(202, {}, b"")
            return threading.Thread(
                target=post, args=(receipt.mdn_url, receipt.headers, receipt.content)
            ).start()
        return self.answer(200, receipt.headers, receipt.content)


class Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """Callers that are killed in the middle are part of the tests."""


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
