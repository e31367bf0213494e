"""pacs-echo --diagnose with a TLS server of others, OpenSSL's s_server: chains of certificates,
certificates that are wrong, certificates wanted from us, and TLS of yesterday."""

import contextlib
import socket
import subprocess

import peers
from diagnosing import diagnosed
from harness import case, equal, need

PORT = 11119
ADDRESS = f"ARCHIVE@127.0.0.1:{PORT}"
LENIENT = ["-cipher", "ALL:@SECLEVEL=0"]


def certificates(context):
    folder = context.folder / "certificates"
    if not folder.exists():
        context.run(context.build / "tests" / "make_certificates", folder)
    return folder


@contextlib.contextmanager
def tls_server(context, certificate, *options, behind=None):
    """s_server with a certificate; one connection goes on to the plain server `behind`."""
    need("openssl")
    pem = certificates(context) / certificate
    command = ["openssl", "s_server", "-quiet", "-accept", PORT, "-cert", pem, "-key", pem, *options]
    with contextlib.ExitStack() as stack:
        if behind is None:
            ends, other = socket.socketpair()
            stack.enter_context(other)
        else:
            ends = socket.create_connection(("127.0.0.1", behind.port))
        stack.enter_context(ends)
        process = stack.enter_context(subprocess.Popen(
            [str(word) for word in command], stdin=ends, stdout=ends,
            stderr=(context.folder / "s_server.log").open("ab")))
        stack.callback(process.kill)
        peers.await_port(PORT, process)
        yield process


def found(context, certificate, *options, ours=(), status=3, trust="ca.pem", address=ADDRESS):
    """The diagnosis of such a server."""
    with tls_server(context, certificate, *options):
        return diagnosed(context, address, "--tls", "--tls-ca", certificates(context) / trust, *ours,
                         status=status)


@case
def tls_with_a_chain(context):
    """An intermediate authority: sent, not sent, and trusted itself."""
    folder = certificates(context)
    chain = ["-cert_chain", folder / "intermediate.pem"]
    for options, trust in ((chain, "ca.pem"), ([], "intermediate.pem")):
        with peers.scp_probe(context.build, context.folder) as plain, \
                tls_server(context, "chained.pem", *options, behind=plain):
            record = diagnosed(context, ADDRESS, "--tls", "--tls-ca", folder / trust)
        equal(record["outcome"], "ok", record["message"])
        equal(len(record["tls"]["certificates"]), 1 + len(options) // 2, "certificates sent")
    record = found(context, "chained.pem")
    equal((record["reason"], record["message"]),
          ("certificate_unknown_issuer", "the chain of certificates breaks off: CN=Test Intermediate, "
           "the issuer of CN=peer, was not sent and is not among those we trust; nothing is sent to "
           "the peer"), "not sent")
    assert "have the peer send that intermediate certificate" in record["hint"], record["hint"]
    record = found(context, "chained.pem", *chain, trust="stranger-ca.pem")
    assert "CN=Test Authority, the issuer of CN=Test Intermediate" in record["message"], \
        record["message"]
    record = found(context, "stranger.pem", "-cert_chain", folder / "stranger-ca.pem")
    equal(record["message"], "the chain of certificates ends at CN=Somebody Else's Authority, which "
          "we do not trust; nothing is sent to the peer", "a root of others, sent along")


@case
def tls_with_wrong_certificates(context):
    for certificate, reason in (("expired.pem", "certificate_expired"),
                                ("future.pem", "certificate_not_yet_valid"),
                                ("other-name.pem", "certificate_wrong_name"),
                                ("self-signed.pem", "certificate_self_signed"),
                                ("stranger.pem", "certificate_unknown_issuer"),
                                ("weak.pem", "certificate_untrusted")):
        lenient = LENIENT if certificate == "weak.pem" else []
        record = found(context, certificate, *lenient)
        equal((record["reason"], record["steps"][2]["outcome"]), (reason, "failed"), certificate)
        equal(record["steps"][3]["outcome"], "skipped", "association")
        assert record["hint"], "no hint"


@case
def tls_that_wants_our_certificate(context):
    """TLS 1.3 says only after the handshake what it thinks of it."""
    folder = certificates(context)
    for version in ("-tls1_3", "-tls1_2"):
        wants = [version, "-Verify", "3", "-verify_return_error", "-CAfile", folder / "ca.pem"]
        record = found(context, "good.pem", *wants)
        equal((record["reason"], record["tls"]["client_certificate_requested"]),
              ("client_certificate_required", True), f"{version}: none")
        record = found(context, "good.pem", *wants, ours=["--tls-cert", folder / "stranger.pem"])
        equal(record["reason"], "client_certificate_refused", f"{version}: a stranger's")
        with peers.scp_probe(context.build, context.folder) as plain, \
                tls_server(context, "good.pem", *wants, behind=plain):
            record = diagnosed(context, ADDRESS, "--tls", "--tls-ca", folder / "ca.pem",
                               "--tls-cert", folder / "client.pem")
        equal(record["outcome"], "ok", record["message"])


@case
def tls_of_yesterday(context):
    """What is agreed on only when nothing is demanded is named."""
    for options, version, cipher in (
            (["-tls1_1", *LENIENT], "TLSv1.1", None),
            (["-tls1_2", "-cipher", "AES128-SHA"], "TLSv1.2", "AES128-SHA"),
            (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"], "TLSv1.2", "ECDHE-ECDSA-AES128-SHA")):
        certificate = "weak.pem" if cipher == "AES128-SHA" else "good.pem"
        lenient = ["-cipher", "AES128-SHA:@SECLEVEL=0"] if cipher == "AES128-SHA" else []
        record = found(context, certificate, *options, *lenient)
        equal((record["reason"], record["tls"]["version"]), ("tls_too_old", version), str(options))
        equal(record["tls"]["cipher"], cipher or record["tls"]["cipher"], "cipher")


@case
def tls_by_ipv6(context):
    """The name in the certificate is an address of IPv6."""
    folder = certificates(context)
    with peers.scp_probe(context.build, context.folder) as plain, \
            tls_server(context, "good.pem", behind=plain):
        record = diagnosed(context, f"ARCHIVE@[::1]:{PORT}", "--tls", "--tls-ca", folder / "ca.pem")
    equal((record["outcome"], record["addresses"][0]["address"]), ("ok", "::1"), record["message"])
    record = found(context, "other-name.pem", address=f"ARCHIVE@[::1]:{PORT}")
    equal(record["reason"], "certificate_wrong_name", "another name")
