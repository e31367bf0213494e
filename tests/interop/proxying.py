"""Ours against Orthanc's DICOMweb as it mostly stands: behind nginx, with TLS, HTTP/2, client certificates
and a limit to what a request may hold."""

import collections
import contextlib
import json

import peers
from dicomweb import contents, fetched, orthanc
from harness import case, equal, files, need
from securing import certificates

CHECKED, STRANGE = 11443, 11444  # the ports: with a client certificate; of another name
CONFIG = """daemon off;
pid {folder}/nginx.pid;
worker_processes 1;
{user}
events {{}}
http {{
    log_format how '{{"protocol":"$server_protocol","method":"$request_method","status":$status}}';
    access_log {folder}/nginx.access how;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    scgi_temp_path {folder}/nginx-scgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    client_max_body_size 64k;
    proxy_buffering off;
    server {{
        listen 127.0.0.1:{checked} ssl http2;
        ssl_certificate {certificates}/good.pem;
        ssl_certificate_key {certificates}/good.pem;
        ssl_client_certificate {certificates}/ca.pem;
        ssl_verify_client on;
        location / {{ proxy_pass http://127.0.0.1:11117; }}
    }}
    server {{
        listen 127.0.0.1:{strange} ssl;
        ssl_certificate {certificates}/other-name.pem;
        ssl_certificate_key {certificates}/other-name.pem;
        location / {{ proxy_pass http://127.0.0.1:11117; }}
    }}
}}
"""


@contextlib.contextmanager
def nginx(context):
    """nginx before the Orthanc on this machine; what it was asked comes as a function."""
    need("nginx")
    config = context.folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=context.folder, certificates=certificates(context),
                                    checked=CHECKED, strange=STRANGE, user="user root;"),
                      encoding="utf-8")
    command = ["nginx", "-p", str(context.folder), "-e", str(context.folder / "nginx.log"), "-c", str(config)]
    with peers.Server("nginx", command, CHECKED, context.folder) as server:
        peers.await_port(CHECKED, server.process)
        yield lambda: [json.loads(line) for line in
                       (context.folder / "nginx.access").read_text(encoding="utf-8").splitlines()]


@case
def web_behind_nginx(context):
    """Found, stored and fetched over HTTP/2 with a client certificate; what is too large for one request
    goes in parts; without the certificate, and under another name, nothing."""
    ours = ["--tls-ca", certificates(context) / "ca.pem", "--tls-cert", certificates(context) / "client.pem"]
    url, strange = (f"https://localhost:{port}/dicom-web" for port in (CHECKED, STRANGE))
    with orthanc(context), nginx(context) as asked:
        made = files(context.objects(40, "--per-series", 10, "--ascii"))
        sent = contents(context, *made)
        stored = context.ours("pacs-store", *ours, *made, url)
        equal((stored[-1]["ok"], stored[-1]["failed"]), (40, 0), "stored")
        found = context.ours("pacs-find", *ours, url, "NumberOfStudyRelatedInstances")
        equal(sum(record["NumberOfStudyRelatedInstances"] for record in found[:-1]), 40, "found")
        equal(fetched(context, url, "PatientID=*", *ours, "-j", 3), sent, "fetched")
        # by number: where localhost is ::1, too, nobody listens there, and that is told
        number = url.replace("localhost", "127.0.0.1")
        told = context.ours("pacs-echo", "--diagnose", *ours, "--tls-name", "localhost", number)[0]
        equal((told["outcome"], told["service"]["http_version"]), ("ok", "HTTP/2"), "diagnosis")
        equal({request["protocol"] for request in asked()}, {"HTTP/2.0"}, "protocols")
        answers = collections.Counter(request["status"] for request in asked() if request["method"] == "POST")
        assert answers[413] and answers[200], answers
        stranger = [*ours[:2], "--tls-cert", certificates(context) / "stranger.pem"]
        for words, said in ((ours[:2], "wants a certificate"), (stranger, "does not take our certificate")):
            for tool, more in (("pacs-find", [url]), ("pacs-get", [url, "PatientID=*", "-o", "none"]),
                               ("pacs-store", [made[0], url])):
                record = context.ours(tool, *words, *more, status=3)[-1]
                assert said in record["message"], record
        refused = context.ours("pacs-find", *ours[:2], strange, status=3)[-1]
        assert "certificate" in refused["message"], refused
        context.ours("pacs-find", *ours[:2], "--tls-name", "other.example", strange)
        context.ours("pacs-find", "--tls-insecure", strange)
        equal(fetched(context, strange, "PatientID=*", "--tls-insecure"), sent, "fetched unchecked")
