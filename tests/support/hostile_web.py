#!/usr/bin/env python3
"""A DICOMweb server that breaks rules on purpose, for tests (tests/support/README.md).

  hostile_web.py modes                                  lists what it can do
  hostile_web.py serve MODE [--log FILE] [--objects DIR] [--port N] [--tls CERT]
                    [--client-ca CA]                    serves on loopback; the first line is the port

It knows three studies of one object each, which WADO-RS gives as what STOW-RS has stored, or as the
files of --objects DIR. The log has one JSON line for each request: method, path, query, the scheme of
Authorization, and of STOW-RS the number of parts and bytes."""

import argparse
import http.server
import json
import pathlib
import re
import socket
import socketserver
import ssl
import sys
import threading
import time
import urllib.parse

STUDIES = ["1.2.3.1", "1.2.3.2", "1.2.3.3"]
TOKEN = "Bearer good-token"
BASIC = "Basic dXNlcjpzZXNhbWU="  # user:sesame


def element(vr, *values):
    return {"vr": vr, "Value": list(values)} if values else {"vr": vr}


def study(uid, **more):
    return {"0020000D": element("UI", uid), "00100020": element("LO", f"P-{uid[-1]}"), **more}


def nested(depth):
    text = '{"0020000D":{"vr":"UI","Value":["1.2.3.1"]},"00081199":' + '{"vr":"SQ","Value":[{"00081199":' * depth
    return text + '{"vr":"SQ"}' + "}]}" * depth + "}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "hostile", ""
    timeout = 60

    # --- the plain server ---------------------------------------------------------------------

    def log_message(self, *_):
        pass

    def note(self, **more):
        url = urllib.parse.urlsplit(self.path)
        line = {"method": self.command, "path": url.path, "query": urllib.parse.unquote(url.query),
                "authorization": self.headers.get("Authorization", "").split(" ")[0], **more}
        if self.server.log:
            with self.server.lock, open(self.server.log, "a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")

    def answer(self, status=200, body=b"", content_type="application/dicom+json", **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        if content_type and body:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def raw(self, *pieces):
        for piece in pieces:
            self.wfile.write(piece if isinstance(piece, bytes) else piece.encode())
            self.wfile.flush()
        self.close_connection = True

    def head(self, *lines, status="200 OK"):
        self.raw("\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]))

    def drip(self, text):
        for byte in text.encode():
            self.raw(bytes([byte]))
            time.sleep(0.02)

    def forever(self, piece):
        """Until the client has enough."""
        try:
            for _ in range(1_000_000):
                self.raw(piece)
        except OSError:
            pass

    def chunked(self, *chunks, end=b"0\r\n\r\n"):
        for chunk in chunks:
            chunk = chunk if isinstance(chunk, bytes) else chunk.encode()
            self.raw(b"%x\r\n" % len(chunk), chunk, b"\r\n")
        self.raw(end)

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close_connection = True
        self.connection.close()

    def stall(self):
        self.close_connection = True
        try:
            while self.connection.recv(4096):
                pass
        except OSError:
            pass

    # --- what is asked ------------------------------------------------------------------------

    def do_OPTIONS(self):
        self.note()
        if not self.mode_of("options"):
            self.answer(204, Allow="GET, POST, OPTIONS")

    def do_GET(self):
        self.note()
        if self.mode_of("get"):
            return
        path = urllib.parse.urlsplit(self.path).path
        if re.fullmatch(r"/dw/studies", path):
            self.search()
        elif re.fullmatch(r"/dw(/studies/[\d.]+)?(/series/[\d.]+)?/(series|instances)", path):
            self.search_below(path)
        elif path.startswith("/dw/studies/"):
            self.retrieve(path)
        else:
            self.answer(404, b"no such thing\n", "text/plain")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        parts = self.parts_of(body)
        self.note(parts=len(parts), bytes=len(body))
        if not self.mode_of("post", parts):
            self.stow(parts)

    def parts_of(self, body):
        boundary = re.search(r"boundary=([^;\s]+)", self.headers["Content-Type"]).group(1).strip('"')
        delimiter = b"\r\n--" + boundary.encode()
        pieces = (b"\r\n" + body).split(delimiter)
        assert pieces[-1] == b"--\r\n" and pieces[0] == b"", "a multipart body that is none"
        return [piece.split(b"\r\n\r\n", 1)[1] for piece in pieces[1:-1]]

    def stow(self, parts, failing=None, warning=None, named=True):
        """What is done to objects with an even last digit in their UID: however they are batched, the
        same become of the same ones."""
        stored, failed = [], []
        for part in parts:
            uid = uid_of(part)
            chosen = uid[-1] in "02468"
            if failing is not None and chosen:
                failed.append({"00081155": element("UI", uid), "00081197": element("US", failing)})
                continue
            item = {"00081155": element("UI", uid)}
            if warning is not None and chosen:
                item["00081196"] = element("US", warning)
            if named or not chosen:
                stored.append(item)
            with self.server.lock:
                self.server.objects[uid] = part
        status = 200 if not failed else 202 if stored else 409
        self.answer(status, {"00081199": element("SQ", *stored), "00081198": element("SQ", *failed)})

    def stow_native_only(self, parts, refuse):
        """Explicit VR Little Endian is taken, nothing else."""
        other = [part for part in parts if syntax_of(part) != "1.2.840.10008.1.2.1"]
        if not other:
            self.stow(parts)
        else:
            refuse(other)

    def query(self):
        return urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)

    def search(self, studies=None, cap=None, headers=None):
        studies = STUDIES if studies is None else studies
        query = self.query()
        if "0020000D" in query:
            studies = [uid for uid in studies if uid in query["0020000D"][0].split(",")]
        offset = int(query.get("offset", ["0"])[0])
        limit = min(int(query.get("limit", ["1000000"])[0]), cap or 1_000_000)
        page = studies[offset:offset + limit]
        left = len(studies) - offset - len(page)
        headers = dict(headers or {})
        if left > 0 and cap:
            headers["Warning"] = f"299 h: There are {left} additional results that can be requested"
        if page:
            self.answer(200, [study(uid) for uid in page], **headers)
        else:
            self.answer(204, **headers)

    def search_below(self, path):
        with self.server.lock:
            objects = [names_of(part) for part in self.server.objects.values()]
        level = path.rsplit("/", 1)[1]
        wanted = dict(re.findall(r"/(studies|series)/([\d.]+)", path))
        objects = [uids for uids in objects
                   if wanted.get("studies", uids[0]) == uids[0] and wanted.get("series", uids[1]) == uids[1]]
        if level == "series":
            found = {uids[1]: {"0020000D": element("UI", uids[0]), "0020000E": element("UI", uids[1]),
                               "00201209": element("IS", sum(1 for each in objects if each[1] == uids[1]))}
                     for uids in objects}
        else:
            found = {uids[2]: {"0020000D": element("UI", uids[0]), "0020000E": element("UI", uids[1]),
                               "00080018": element("UI", uids[2]), "00080016": element("UI", uids[3])}
                     for uids in objects}
        self.answer(200, list(found.values()))

    def retrieve(self, path):
        body = self.multipart(self.wanted(path))
        if body is None:
            self.answer(404, b"no such object\n", "text/plain")
        else:
            self.answer(200, body, 'multipart/related; type="application/dicom"; boundary=B')

    def wanted(self, path):
        names = dict(re.findall(r"/(studies|series|instances)/([\d.]+)", path))
        with self.server.lock:
            objects = list(self.server.objects.values())
        return [part for part in objects
                if all(uid == names_of(part)[at] for at, level in enumerate(("studies", "series", "instances"))
                       for uid in [names.get(level)] if uid)]

    @staticmethod
    def multipart(parts):
        if not parts:
            return None
        return b"".join(b"--B\r\nContent-Type: application/dicom\r\n\r\n" + part + b"\r\n" for part in parts) \
            + b"--B--\r\n"

    # --- the modes ----------------------------------------------------------------------------

    def mode_of(self, method, parts=None):
        """Does what the mode says; False when that is to serve plainly."""
        with self.server.lock:
            self.server.count[method] = count = self.server.count.get(method, 0) + 1
        mode = self.server.mode
        handler = MODES[mode]
        return handler(self, method, count, parts) is not False


def uid_of(part):
    """The SOP Instance UID of a part's meta header."""
    return text_at(part, b"\x02\x00\x03\x00UI")


def syntax_of(part):
    """The transfer syntax in a part's meta header."""
    return text_at(part, b"\x02\x00\x10\x00UI")


def text_at(part, header):
    at = part.find(header)
    length = int.from_bytes(part[at + 6:at + 8], "little") if at >= 0 else 0
    return part[at + 8:at + 8 + length].rstrip(b"\0 ").decode() if at >= 0 else ""


def names_of(part):
    """Study, series, instance and class of an object in explicit VR little endian."""
    return [text_at(part, b"\x20\x00\x0d\x00UI"), text_at(part, b"\x20\x00\x0e\x00UI"), uid_of(part),
            text_at(part, b"\x02\x00\x02\x00UI")]


MODES = {}


def mode(*methods):
    """A mode for these methods; the others are served plainly."""
    def register(function):
        def act(handler, method, count, parts):
            if methods and method not in methods:
                return False
            return function(handler, count) if parts is None else function(handler, count, parts)
        MODES[function.__name__.replace("_", "-")] = act
        return function
    return register


def status_mode(status, **headers):
    def act(handler, method, _count, _parts):
        if method == "options":
            return False
        return handler.answer(status, b"the server's own words\n", "text/plain", **headers)
    return act


MODES["ok"] = lambda *_: False
for number in (301, 400, 401, 403, 404, 405, 409, 413, 415, 418, 429, 500, 501, 502, 503, 504):
    MODES[f"status-{number}"] = status_mode(number)
MODES["redirect"] = status_mode(302, Location="http://127.0.0.1:1/elsewhere")
MODES["late"] = status_mode(503, Retry_After="86400")
MODES["escape"] = lambda handler, method, *_: method != "options" and handler.answer(
    400, b"\x1b[31mred\x07\r\n\xff\xfe", "text/plain")


def once(status, **headers):
    """Only the first request that is not OPTIONS fails so."""
    def act(handler, method, count, _parts):
        if method == "options" or count > 1:
            return False
        return handler.answer(status, b"later\n", "text/plain", **headers)
    return act


MODES["once-429"] = once(429, Retry_After="1")
MODES["once-503"] = once(503, Retry_After="Sun, 06 Nov 1994 08:49:37 GMT")
MODES["once-502"] = once(502)
MODES["once-reset"] = lambda handler, method, count, _: method != "options" and count == 1 and handler.reset()


def guard(wanted):
    def act(handler, _method, _count, _parts):
        if handler.headers.get("Authorization") == wanted:
            return False
        return handler.answer(401, b"who are you?\n", "text/plain", WWW_Authenticate="Bearer")
    return act


MODES["token"] = guard(TOKEN)
MODES["basic"] = guard(BASIC)


@mode("get", "post", "options")
def close(handler, *_):
    handler.close_connection = True


@mode("get", "post")
def stall(handler, *_):
    handler.stall()


@mode("get", "post")
def garbage(handler, *_):
    handler.raw(bytes(range(256)) * 4)


@mode("get", "post")
def ssh(handler, *_):
    handler.raw("SSH-2.0-OpenSSH_9.2\r\n")


@mode("get", "post")
def header_endless(handler, *_):
    handler.raw("HTTP/1.1 200 OK\r\n")
    handler.forever("X-More: " + "x" * 4000 + "\r\n")


@mode("get", "post")
def header_long(handler, *_):
    handler.raw("HTTP/1.1 200 OK\r\nX-Long: ")
    handler.forever("x" * 65536)


@mode("get", "post")
def header_drip(handler, *_):
    try:
        handler.drip("HTTP/1.1 200 OK\r\n" + "X: y\r\n" * 100_000)
    except OSError:
        pass


@mode("get", "post")
def interim_endless(handler, *_):
    handler.forever("HTTP/1.1 102 Processing\r\n\r\n")


@mode("get")
def cut(handler, *_):
    handler.head("Content-Type: application/dicom+json", "Content-Length: 1000")
    handler.raw(json.dumps([study("1.2.3.1")])[:-1])


@mode("get")
def cut_unnoticed(handler, *_):
    """Without a length only the JSON itself tells."""
    handler.head("Content-Type: application/dicom+json", "Connection: close")
    handler.raw(json.dumps([study("1.2.3.1")])[:-1])


@mode("get")
def chunks(handler, *_):
    handler.head("Content-Type: application/dicom+json", "Transfer-Encoding: chunked")
    handler.chunked(*json.dumps([study(uid) for uid in STUDIES]))


@mode("get")
def chunk_garbage(handler, *_):
    handler.head("Content-Type: application/dicom+json", "Transfer-Encoding: chunked")
    handler.raw("5\r\n[{\"00", "zzz\r\nno chunk\r\n")


@mode("get")
def chunk_cut(handler, *_):
    handler.head("Content-Type: application/dicom+json", "Transfer-Encoding: chunked")
    handler.chunked(json.dumps([study("1.2.3.1")]), end=b"")


@mode("get")
def body_stall(handler, *_):
    handler.head("Content-Type: application/dicom+json", "Content-Length: 1000")
    handler.raw("[" + json.dumps(study("1.2.3.1")) + ",")
    handler.stall()


@mode("get")
def not_json(handler, *_):
    handler.answer(200, b"<html><body>Welcome</body></html>", "text/html")


@mode("get")
def json_object(handler, *_):
    handler.answer(200, {"error": "none"})


@mode("get")
def json_nested(handler, *_):
    handler.answer(200, b"[" + nested(10).encode() + b"," + nested(10_000).encode() + b","
                   + json.dumps(study("1.2.3.3")).encode() + b"]")


@mode("get")
def json_brackets(handler, *_):
    handler.head("Content-Type: application/dicom+json", "Connection: close")
    handler.forever("[" * 65536)


@mode("get")
def json_huge(handler, *_):
    """One answer of 32 MiB between two sound ones."""
    huge = study("1.2.3.2", **{"00081030": element("LO", "x" * (32 << 20))})
    handler.answer(200, [study("1.2.3.1"), huge, study("1.2.3.3")])


@mode("get")
def json_endless(handler, *_):
    handler.head("Content-Type: application/dicom+json", "Connection: close")
    handler.raw("[")
    handler.forever(json.dumps(study("1.2.3.1", **{"00081030": element("LO", "x" * 1000)})) + ",")


@mode("get")
def json_wrong(handler, *_):
    """Each of them is no DICOM JSON in a way of its own."""
    handler.answer(200, [study("1.2.3.1"), {"StudyInstanceUID": "1.2.3.2"}, {"0020000D": 5},
                         {"0020000D": element("UI", {"a": 1})}, {"0020000D": {"vr": "??"}},
                         {"0020000D": element("UI", "../../etc/passwd")}, {}])


@mode("get")
def json_escape(handler, *_):
    handler.answer(200, [study("1.2.3.1", **{"00081030": element("LO", "\x1b[31mred\x07")})])


@mode("get")
def other_studies(handler, *_):
    """It does not look at the keys."""
    handler.answer(200, [study("9.9.9")])


@mode("get")
def capped(handler, *_):
    handler.search(STUDIES, cap=2)


@mode("get")
def capped_no_offset(handler, *_):
    handler.answer(200, [study(uid) for uid in STUDIES[:2]],
                   Warning="299 h: There are 1 additional results that can be requested")


@mode("get")
def capped_silently(handler, *_):
    """At 100, a number of which it is known; there are 250."""
    studies = [f"1.2.9.{at}" for at in range(250)]
    offset = int(handler.query().get("offset", ["0"])[0])
    handler.answer(200, [study(uid) for uid in studies[offset:offset + 100]])


@mode("get")
def pages_endless(handler, *_):
    offset = int(handler.query().get("offset", ["0"])[0])
    handler.answer(200, [study(f"1.2.9.{offset + at}") for at in range(100)])


# STOW-RS

@mode("post")
def some_fail(handler, _count, parts):
    handler.stow(parts, failing=0x0122)


@mode("post")
def some_warn(handler, _count, parts):
    handler.stow(parts, warning=0xB000)


@mode("post")
def some_unnamed(handler, _count, parts):
    handler.stow(parts, named=False)


@mode("post")
def busy_once(handler, _count, parts):
    """Out of resources for each of the chosen objects when it comes first."""
    new = [part for part in parts if uid_of(part) not in handler.server.seen]
    handler.server.seen.update(uid_of(part) for part in parts)
    handler.stow(parts, failing=0xA700 if new else None)


@mode("post")
def native_only(handler, _count, parts):
    """The others of a request are stored all the same."""
    def refuse(other):
        failed = [{"00081155": element("UI", uid_of(part)), "00081197": element("US", 0xC122)} for part in other]
        stored = [part for part in parts if part not in other]
        for part in stored:
            handler.server.objects[uid_of(part)] = part
        handler.answer(202 if stored else 409, {
            "00081199": element("SQ", *({"00081155": element("UI", uid_of(part))} for part in stored)),
            "00081198": element("SQ", *failed)})
    handler.stow_native_only(parts, refuse)


@mode("post")
def native_only_415(handler, _count, parts):
    handler.stow_native_only(parts, lambda _: handler.answer(415, b"not this syntax\n", "text/plain"))


@mode("post")
def never_syntax(handler, _count, parts):
    handler.stow(parts, failing=0xC122)


@mode("post")
def says_nothing(handler, *_):
    handler.answer(200)


@mode("post")
def xml_conflict(handler, _count, parts):
    """XML whatever was asked for; the object with an even last digit fails."""
    bad = [part for part in parts if uid_of(part)[-1] in "02468"]
    handler.answer(200 if not bad else 409 if len(bad) == len(parts) else 202,
                   b'<?xml version="1.0"?><NativeDicomModel/>', "application/dicom+xml")


@mode("post")
def too_large(handler, _count, parts):
    if len(parts) > 2:
        handler.answer(413, b"too large\n", "text/plain")
    else:
        handler.stow(parts)


@mode("post")
def liar(handler, _count, parts):
    """Names objects that it was not sent."""
    handler.answer(200, {"00081199": element("SQ", *[{"00081155": element("UI", "9.9")} for _ in parts])})


@mode("post")
def reset_upload(handler, *_):
    handler.reset()


# WADO-RS: all but searching

def retrieving(function):
    def act(handler, method, count, _parts):
        path = urllib.parse.urlsplit(handler.path).path
        if method != "get" or not path.startswith("/dw/studies/") or re.search("/(series|instances)$", path):
            return False
        return function(handler, handler.wanted(path), count)
    MODES[function.__name__.replace("_", "-")] = act
    return function


@retrieving
def part_cut(handler, parts, _count):
    body = handler.multipart(parts)
    handler.answer(200, body[:len(body) * 2 // 3], "multipart/related; boundary=B")


@retrieving
def parts_lf(handler, parts, _count):
    body = b"".join(b"--B\nContent-Type: application/dicom\n\n" + part + b"\n" for part in parts) + b"--B--"
    handler.answer(200, body, "multipart/related; boundary=B")


@retrieving
def part_missing(handler, parts, count):
    """The first object is left out of the first answer."""
    handler.answer(200, handler.multipart(parts[1:] if count == 1 and len(parts) > 1 else parts),
                   "multipart/related; boundary=B")


@retrieving
def part_foreign(handler, parts, _count):
    """An object nobody asked for, one that is none, and one of another type come too."""
    body = handler.multipart([*parts, b"no object at all"])
    extra = b"--B\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    handler.answer(200, extra + body, "multipart/related; boundary=B")


@retrieving
def part_twice(handler, parts, _count):
    handler.answer(200, handler.multipart(parts + parts), "multipart/related; boundary=B")


@retrieving
def part_swapped(handler, parts, _count):
    """Instead of the last object that is asked for another one comes, each time."""
    with handler.server.lock:
        others = [part for part in handler.server.objects.values() if part != parts[-1]]
    handler.answer(200, handler.multipart(parts[:-1] + others[:1]), "multipart/related; boundary=B")


@retrieving
def no_star(handler, parts, _count):
    """A service that knows no transfer-syntax=*."""
    if "transfer-syntax" in handler.headers.get("Accept", ""):
        handler.answer(406, b"not acceptable\n", "text/plain")
    else:
        handler.answer(200, handler.multipart(parts), "multipart/related; boundary=B")


@retrieving
def never_acceptable(handler, *_):
    handler.answer(406, b"not acceptable\n", "text/plain")


@retrieving
def one_object(handler, parts, _count):
    handler.answer(200, parts[0] if parts else b"", "application/dicom")


@retrieving
def no_parts(handler, *_):
    handler.answer(200, b"--B--\r\n", "multipart/related; boundary=B")


@retrieving
def empty(handler, *_):
    handler.answer(200)


@retrieving
def zip_file(handler, *_):
    handler.answer(200, b"PK\3\4", "application/zip")


@retrieving
def part_endless(handler, parts, _count):
    handler.head("Content-Type: multipart/related; boundary=B", "Connection: close")
    handler.raw(b"--B\r\nContent-Type: application/dicom\r\n\r\n", parts[0] if parts else b"")
    handler.forever(b"\0" * 65536)


@retrieving
def part_headers_endless(handler, *_):
    handler.head("Content-Type: multipart/related; boundary=B", "Connection: close")
    handler.raw("--B\r\n")
    handler.forever("X-More: " + "x" * 4000 + "\r\n")


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if not isinstance(error, (OSError, ssl.SSLError)):
            super().handle_error(request, client_address)


def serve(options):
    server = Server(("127.0.0.1", options.port), Handler)
    server.mode, server.log, server.lock = options.mode, options.log, threading.Lock()
    server.count, server.objects, server.seen = {}, {}, set()
    for path in sorted(pathlib.Path(options.objects).rglob("*.dcm")) if options.objects else []:
        part = path.read_bytes()
        server.objects[uid_of(part)] = part
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.tls)
        if options.client_ca:
            context.load_verify_locations(options.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_address[1], flush=True)
    server.serve_forever(poll_interval=60)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    jobs = parser.add_subparsers(dest="job", required=True)
    jobs.add_parser("modes")
    serving = jobs.add_parser("serve")
    serving.add_argument("mode", choices=sorted(MODES), metavar="MODE")
    serving.add_argument("--log")
    serving.add_argument("--objects")
    serving.add_argument("--port", type=int, default=0)
    serving.add_argument("--tls")
    serving.add_argument("--client-ca")
    options = parser.parse_args()
    if options.job == "modes":
        print("\n".join(MODES))
    else:
        serve(options)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
