// What pacs-archived says of itself: the source of its help, manual page and completions.

#pragma once

#include "cli/tool.hpp"

inline const pacs::cli::ToolInfo info{
    .name = "pacs-archived",
    .summary = "archive daemon: stores, finds and hands out DICOM objects",
    .description =
        "Serves the archive in the folder DIR to DICOM peers: C-ECHO, C-STORE of every storage SOP "
        "class, known or private, in every transfer syntax, C-FIND, C-MOVE and C-GET of "
        "Patient Root and Study Root at all levels, and storage commitment. The folder is made "
        "when "
        "it is not there; its format is described in pacs-archive(5).\n"
        "\n"
        "An object is answered with success only when it is safe: its bytes are flushed to disk "
        "under their final name, exactly as they were received, and its index row is committed. "
        "What cannot be stored is answered with a failure status and leaves nothing behind; an "
        "object that is damaged, or not the one that was announced, is set aside in quarantine/ "
        "with a record of why. With --durability os flushing is left to the kernel: faster, but "
        "a power failure can lose what was answered.\n"
        "\n"
        "Storage commitment is answered as soon as the request is on disk. Then every object is "
        "read back from the disk, and only those are committed whose size and digest are those "
        "they were stored with. The report goes over the requestor's association while that is "
        "open, else to the address of the node that has its title in pacs.toml, with the TLS "
        "and user of that node, else over its next association; it is tried again, also after a "
        "restart, until it was taken or "
        "--commitment-retry is over.\n"
        "\n"
        "What is asked for by C-MOVE or C-GET is read, and its digest compared, before it leaves. "
        "It "
        "goes out as it is stored where the receiver takes its transfer syntax, and is converted "
        "without loss where not. An object that is damaged, or that the receiver does not take, "
        "fails alone and is named in the answer. C-MOVE sends only to titles that are known: those "
        "of --destination, and those of the nodes in pacs.toml that are allowed to receive. With "
        "--allow-any any other title stands for whoever asks: the objects go to the address the "
        "question came from, to --allow-any-port, so that whoever may retrieve may have objects "
        "sent to himself. With -j one C-MOVE sends over several associations at once.\n"
        "\n"
        "Listens only where --listen and --listen-tls say. A PORT alone means 127.0.0.1; "
        "[::1]:PORT is the IPv6 loopback, *:PORT every address. Port 0 lets the system choose. For "
        "each address a record of type listening goes to standard output.\n"
        "\n"
        "By default this machine may do everything and no other anything. --allow says who else "
        "may "
        "do what, \"SERVICE... from RANGE... [with certificate] [with user]\": services are echo, "
        "store, find, retrieve, commit and all, ranges addresses, 10.0.0.0/8, loopback and "
        "anywhere. What is given replaces the default. Peers that are known by their title, "
        "certificate or user have their rights in pacs.toml(5), section ACCESS. With TLS (1.2 and "
        "1.3, BCP 195) clients show a certificate that --tls-ca trusts, unless --tls-client says "
        "otherwise. --listen, --listen-tls, --aet, --allow and --destination may be repeated.\n"
        "\n"
        "Standard error is the log. Each association writes one line of JSON: who called, what "
        "was done, how much, how long, how it ended. What a peer can repeat at will (rejected "
        "calls, silent connections, refused objects) is counted after the first few lines. See "
        "pacs-records(5).\n"
        "\n"
        "SIGTERM and SIGINT stop the daemon in good order: it listens no more, finishes the "
        "objects that are under way for at most --stop-timeout, and exits with 0. A second one "
        "ends it at once; nothing that was answered is lost then either. SIGHUP reads the "
        "configuration again: titles, limits, timeouts, on_conflict, min_free, max_pdu, "
        "async_window and all about C-MOVE and C-GET hold for what comes from then on, and so do "
        "certificates, users, nodes and who may do what; archive, listen, listen_tls and "
        "durability "
        "need a restart. Under systemd (Type=notify) it tells when it is ready, reloading, "
        "stopping "
        "and alive.",
    .examples =
        {{"Serve an archive on the loopback interface",
          "pacs-archived --archive /srv/archive --listen 11112 --aet ARCHIVE"},
         {"Serve it to the network 10.0.0.0/8, and refuse objects when less than 5 % of the "
          "disk is free",
          "pacs-archived --archive /srv/archive --listen '*:11112' --aet ARCHIVE "
          "--allow 'all from loopback 10.0.0.0/8' --min-free 5%"},
         {"Serve it by TLS to whoever has a certificate of our authority",
          "pacs-archived --archive /srv/archive --listen-tls '*:2762' --aet ARCHIVE "
          "--tls-cert /srv/tls/archive.pem --tls-ca /srv/tls/ca.pem "
          "--allow 'all from anywhere with certificate'"},
         {"Let a workstation have objects sent to itself, over four associations at once",
          "pacs-archived --archive /srv/archive --listen '*:11112' --aet ARCHIVE "
          "--allow 'find retrieve from 10.0.0.7' --destination STATION@10.0.0.7:104 -j 4"}},
    .see_also = {"pacs-echo(1)", "pacs-find(1)", "pacs-store(1)", "pacs-move(1)", "pacs-archive(5)",
                 "pacs-conformance(7)"},
    .exit_notes = {{"0", "stopped by SIGTERM or SIGINT, in good order"},
                   {"5", "the archive or the port cannot be had"},
                   {"7", "another daemon has the archive"}},
    .daemon = true,
};
